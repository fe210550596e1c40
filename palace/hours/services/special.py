"""Naming days that are not like their weekday, one by one or a year's list of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.hours.models import SpecialDay
from palace.hours.queries import HOURS_NAME
from palace.hours.queries.special import days_of
from palace.hours.reading import Line
from palace.hours.rules import Outcome
from palace.members.services import note
from palace.once import change

COLUMNS = ("counts_as", "name_zh", "name_en")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A line of a list, what it would do, and what the day counts as so far."""

    line: Line
    outcome: Outcome
    was: int | None = None


def look(lines: Sequence[Line], site_id: int | None) -> list[Looked]:
    """Return what each line of a list would do at a house (None: in the whole palace); changes nothing."""
    known = days_of(site_id, [line.day for line in lines if not line.wrong])
    return [_looked(line, known.get(line.day)) for line in lines]


def bring_in(lines: Sequence[Line], site_id: int | None) -> list[Looked]:
    """Take the good lines of a list in; return what each did. A second time changes nothing."""
    looked = look(lines, site_id)
    wanted = [one for one in looked if one.outcome in (Outcome.NEW, Outcome.CHANGED)]
    if wanted:
        _put(site_id, [one.line for one in wanted])
        count = {kind: sum(one.outcome is kind for one in looked) for kind in Outcome}
        note(
            "special_days_imported",
            _subject(site_id),
            after={
                "new": count[Outcome.NEW],
                "changed": count[Outcome.CHANGED],
                "unchanged": count[Outcome.SAME],
                "errors": count[Outcome.WRONG],
            },
        )
    return looked


def put_day(line: Line, site_id: int | None) -> bool:
    """Say what one day counts as; return whether anything is otherwise now."""
    looked = look([line], site_id)[0]
    if looked.outcome is Outcome.SAME:
        return False
    _put(site_id, [line])
    before = {"day": line.day.isoformat(), "counts_as": looked.was}
    after = {"day": line.day.isoformat(), "counts_as": line.counts_as}
    note(
        "special_day_set",
        _subject(site_id),
        before=None if looked.was is None else before,
        after=after,
    )
    return True


def remove_day(found: SpecialDay) -> None:
    """Let a day be like its weekday again."""
    note(
        "special_day_removed",
        _subject(found.site_id),
        before={"day": found.day.isoformat(), "counts_as": found.counts_as},
    )
    db.session.delete(found)
    db.session.flush()


def _looked(line: Line, known: SpecialDay | None) -> Looked:
    if line.wrong:
        return Looked(line=line, outcome=Outcome.WRONG)
    if known is None:
        return Looked(line=line, outcome=Outcome.NEW)
    same = all(getattr(known, name) == getattr(line, name) for name in COLUMNS)
    return Looked(line=line, outcome=Outcome.SAME if same else Outcome.CHANGED, was=known.counts_as)


def _put(site_id: int | None, lines: Sequence[Line]) -> None:
    """Write days in their order, so that two lists never wait on each other in a circle."""
    new = insert(SpecialDay).values(
        [
            {"site_id": site_id, "day": line.day, **{name: getattr(line, name) for name in COLUMNS}}
            for line in sorted(lines, key=_day_of)
        ]
    )
    db.session.execute(
        new.on_conflict_do_update(
            index_elements=[SpecialDay.site_id, SpecialDay.day],
            set_={name: new.excluded[name] for name in COLUMNS},
        )
    )
    change(HOURS_NAME)


def _day_of(line: Line) -> date:
    return line.day


def _subject(site_id: int | None) -> str:
    return f"site:{site_id}" if site_id else "special_days"
