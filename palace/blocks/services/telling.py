"""What organisers and members are told of a block."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from palace.blocks import queries
from palace.blocks.models import Block, SignUp
from palace.notices import services as notices
from palace.roster.tree import organisers
from palace.venues.queries import house_rules

A_DAY = timedelta(days=1)


def values_of(block: Block) -> dict[str, Any]:
    """Return what every notice of a block says: the show, and when."""
    show = block.performance
    titles = {"zh": show.production.title_zh, "en": show.production.title_en}
    return {"title": titles, "starts_at": show.starts_at.isoformat()}


def tell_given(block: Block, places: int, now: datetime) -> int:
    """Tell a unit's organisers, once, that they have a block to hand out; not before others may know."""
    if block.performance.published_at is None or block.performance.published_at > now:
        return 0
    return _tell_organisers("block_given", block, places, now)


def remind(now: datetime) -> int:
    """Tell organisers of blocks whose show was published since, and in time what goes back on sale.

    Each once; return how many were told.
    """
    within = timedelta(hours=house_rules().block_remind_hours)
    new, ending = queries.fresh(now, A_DAY), queries.releasing(now, within)
    counted = queries.counted([*new, *ending], now)
    told = sum(tell_given(block, counted[block.id].places, now) for block in new)
    return told + sum(
        _tell_organisers("block_release", block, counted[block.id].left, now)
        for block in ending
        if counted[block.id].left and block.performance.cancelled_at is None
    )


def _tell_organisers(kind: str, block: Block, places: int, now: datetime) -> int:
    values = values_of(block) | {"count": places, "releases_at": block.releases_at.isoformat()}
    subject = f"block:{block.id}"
    told = [
        notices.owe(kind, subject, f"member:{member_id}", values, now)
        for member_id in organisers(block.unit_id)
    ]
    return sum(told)


def tell_none_left(block: Block, one: SignUp, now: datetime) -> None:
    """Tell somebody who signed up that others were before them."""
    _tell_signed_up("block_none_left", block, one, now)


def tell_refused(block: Block, one: SignUp, now: datetime) -> None:
    """Tell somebody who signed up that a rule gave them none."""
    _tell_signed_up("block_refused", block, one, now)


def _tell_signed_up(kind: str, block: Block, one: SignUp, now: datetime) -> None:
    """Tell what came of a sign-up, once; who signs up for another round is told again."""
    subject = f"block:{block.id}:{one.signed_at.timestamp()}"
    notices.owe(kind, subject, f"member:{one.member_id}", values_of(block), now)
