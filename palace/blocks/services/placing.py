"""Which places a block has: kept all or none, more or fewer of them, the same ones for another date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from palace import clock
from palace.blocks import claims, queries
from palace.blocks.errors import NotSoManyFree, SeatsNotFree, SeatsUnknown, TakenStay, TierNotSold
from palace.blocks.models import Block
from palace.blocks.rules import key_of
from palace.programme.models import Performance
from palace.tickets import kept
from palace.tickets.neighbours import together
from palace.tickets.queries import closed_seats
from palace.tickets.quotas import check_promised, keep_free_places
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat, SeatType


@dataclass(frozen=True, kw_only=True)
class Places:
    """Which places a block has: named seats, or so many, together where there are seats."""

    seats: tuple[str, ...] = ()
    count: int = 0

    @property
    def wanted(self) -> int:
        """Return how many places are asked for."""
        return len(self.seats) or self.count


def keep(block: Block, places: Places, now: datetime) -> None:
    """Keep a block's places, all of them or none: what is promised to a unit can be booked by its people."""
    if block.performance.plan_id is None:
        _keep_places(block, places.count, now)
        check_promised(block.performance_id, block.tier_id, [""], now)
        return
    seats = _seats(block, places, now)
    won = kept.keep_each(
        block.performance_id,
        seats,
        reason=key_of(block.id),
        until=block.releases_at,
        now=now,
        tier_id=block.tier_id,
    )
    if len(won) < len(seats):
        raise SeatsNotFree(seats=[seat for seat in seats if seat.id not in won])
    check_promised(block.performance_id, block.tier_id, [seat.zone for seat in seats], now)


def _keep_places(block: Block, count: int, now: datetime) -> None:
    if not count:
        raise SeatsUnknown
    if "" not in queries.amounts_of(block)[0]:
        raise TierNotSold(tier=block.tier)
    reason, until = key_of(block.id), block.releases_at
    left = keep_free_places(
        block.performance_id, count, reason=reason, until=until, now=now, tier_id=block.tier_id
    )
    if left < count:
        raise NotSoManyFree(left=left)


def _seats(block: Block, places: Places, now: datetime) -> list[PlanSeat]:
    """Return the seats asked for: those named, or so many of the best together that its tier is sold in."""
    plan, zones = venues.plan(block.performance.plan_id or 0), queries.amounts_of(block)[0]
    if places.seats:
        seats = [plan.by_code[code] for code in places.seats if code in plan.by_code]
        if len(seats) < len(places.seats):
            raise SeatsUnknown
        if any(seat.zone not in zones for seat in seats):
            raise TierNotSold(tier=block.tier)
        return seats
    if not places.count:
        raise SeatsUnknown
    closed = closed_seats(block.performance_id, now)
    free = [
        seat
        for seat in plan.seats
        if seat.id not in closed and seat.type is SeatType.SEAT and seat.zone in zones
    ]
    seats = together(free, places.count)
    if not seats:
        raise NotSoManyFree(left=len(free))
    return seats


def resize(block: Block, by: int, now: datetime) -> None:
    """Keep more places, or let the last of those go that wait."""
    if by > 0:
        keep(block, Places(count=by), now)
    elif by < 0:
        waiting = claims.lock_waiting(block, now)
        if len(waiting) < -by:  # some were taken while this waited
            raise TakenStay(taken=queries.counted([block], now)[block.id].taken)
        kept.let_go([place.id for place in waiting[by:]], now)


def places_again(old: Block, new: Performance) -> Places:
    """Return the seats a block had, where the other date has the same plan; else as many."""
    seats = queries.seats_of(old)
    if new.plan_id and new.plan_id == old.performance.plan_id:
        return Places(seats=tuple(seat.code for seat in seats))
    return Places(count=queries.counted([old], clock.now())[old.id].places)
