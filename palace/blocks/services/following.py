"""A block follows its show: released as long before the new start, or over with what is called off."""

from __future__ import annotations

from datetime import datetime, timedelta

from palace import clock
from palace.blocks import claims, queries
from palace.blocks.models import Block
from palace.members.services import note

SYSTEM = "system"


def follow_show(performance_id: int, by: timedelta | None, since: datetime) -> None:
    """Move all hours of the blocks of a show along with it; None: it is called off, and they end.

    A block whose release is past by now is over. So was one released before the show was moved. One
    given since is released as its giver said.

    Args:
        by: how much later the show starts; less than nothing: earlier.
        since: when it was moved: blocks that were open then are meant.
    """
    for known in queries.of_performance(performance_id):
        block = claims.lock_block(known.id)
        claims.lock_places(block)
        if block.made_at <= since < block.releases_at:
            _follow(block, by, clock.now())


def _follow(block: Block, by: timedelta | None, now: datetime) -> None:
    before = block.releases_at
    if by is None:
        _release(block, now, block.turn_at)
        note(
            "block_taken_back",
            f"block:{block.id}",
            before=_told(before),
            after=_told(now),
            actor=SYSTEM,
        )
        return
    start = block.performance.starts_at
    _release(block, min(max(before + by, now), start), block.turn_at and block.turn_at + by)
    claims.grants_until(block, block.performance.starts_at)
    after = _told(block.releases_at)
    note("block_changed", f"block:{block.id}", before=_told(before), after=after, actor=SYSTEM)


def _release(block: Block, releases_at: datetime, turn_at: datetime | None) -> None:
    """Move the release, and the hour of sign-ups not given out yet; none where it is not before that."""
    if block.turned_at is None:
        block.turn_at = turn_at if turn_at is not None and turn_at < releases_at else None
    block.releases_at = releases_at  # before anything is written: the table checks both together
    claims.release_at(block, releases_at)


def _told(releases_at: datetime) -> dict[str, object]:
    return {"releases_at": releases_at.isoformat()}
