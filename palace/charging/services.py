"""Writing ladders and taking them away; what was asked for before keeps the steps it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from palace.charging import queries
from palace.charging.errors import LadderKnown, LadderUsed
from palace.db import db
from palace.members.services import note
from palace.payments.models import Ladder, LadderStep

Steps = Sequence[tuple[int, int]]


def write_ladder(
    ladder_id: int | None, *, name_zh: str, name_en: str, usual: bool, steps: Steps
) -> Ladder:
    """Write a new ladder, or another's names and steps; one is the usual one at most.

    Raises:
        NotFound: there is none of this number.
        LadderKnown: another has the name.
    """
    every = _locked()
    ladder = Ladder() if ladder_id is None else queries.get_ladder(ladder_id)
    if any(one is not ladder and one.name_zh == name_zh for one in every):
        raise LadderKnown
    before = None if ladder_id is None else _said(ladder)
    ladder.steps.clear()
    db.session.flush()
    ladder.name_zh, ladder.name_en, ladder.usual = name_zh, name_en, usual
    ladder.steps = [
        LadderStep(minutes_before=minutes, percent=percent) for minutes, percent in steps
    ]
    if usual:
        for other in every:
            other.usual = other is ladder
    db.session.add(ladder)
    db.session.flush()
    note("ladder_written", f"ladder:{ladder.id}", before=before, after=_said(ladder))
    return ladder


def remove_ladder(ladder_id: int) -> None:
    """Take a ladder away.

    Raises:
        NotFound: there is none.
        LadderUsed: shows are sold by it.
    """
    _locked()
    ladder = queries.get_ladder(ladder_id)
    count = queries.shows_by(ladder_id)
    if count:
        raise LadderUsed(count=count)
    note("ladder_removed", f"ladder:{ladder.id}", before=_said(ladder))
    db.session.delete(ladder)
    db.session.flush()


def _locked() -> Sequence[Ladder]:
    """Lock all ladders in the order of their ids: there are few, and they say together which is usual."""
    wanted = select(Ladder).order_by(Ladder.id).with_for_update(key_share=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _said(ladder: Ladder) -> dict[str, Any]:
    steps = [[step.minutes_before, step.percent] for step in ladder.steps]
    return {"name": ladder.name_zh, "usual": ladder.usual, "steps": steps}
