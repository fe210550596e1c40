"""No single free seat is left beside a choice where there was none: plain values in, decision out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from palace.tickets.neighbours import gapless_sets, runs
from palace.venues.rules import PlanSeat


def allowed_instead(
    free: Sequence[PlanSeat], chosen: Sequence[PlanSeat], *, given_up: PlanSeat | None = None
) -> list[PlanSeat]:
    """Return the nearest choice that leaves no single seat behind; nothing where `chosen` may stay.

    Seats that stand together are looked at together. So many may stay although they leave a single
    seat if no so many beside each other in their zones leave none: nobody is kept from the last seats.

    Args:
        free: every seat anybody may book, in plan order; neither kept ones nor places of other types.
        chosen: what somebody wants; seats that are not free leave no gap.
        given_up: their seat until now, free by this choice; it is no choice itself.
    """
    groups = runs(_in_order(chosen))
    moved = False
    for number, group in enumerate(groups):
        others = {seat.id for other in groups if other is not group for seat in other}
        around = [seat for seat in free if seat.id not in others]
        sets = _better(around, group) if leaves_single(around, group) else []
        sets = [seats for seats in sets if given_up not in seats]
        if sets:
            groups[number] = min(sets, key=lambda seats: _distance(seats, group))
            moved = True
    return _in_order(seat for group in groups for seat in group) if moved else []


def _better(free: Sequence[PlanSeat], group: Sequence[PlanSeat]) -> list[list[PlanSeat]]:
    zones = {seat.zone for seat in group}
    return gapless_sets(free, len(group), zones)


def leaves_single(free: Sequence[PlanSeat], group: Sequence[PlanSeat]) -> bool:
    """Return whether a seat stands alone after a choice that did not before."""
    taken = {seat.id for seat in group}
    rows = {(seat.section, seat.row) for seat in group}
    near = [seat for seat in free if (seat.section, seat.row) in rows]
    before = _singles(near)
    return bool(_singles([seat for seat in near if seat.id not in taken]) - before)


def _singles(free: Sequence[PlanSeat]) -> set[int]:
    return {run[0].id for run in runs(free) if len(run) == 1}


def _distance(seats: Sequence[PlanSeat], wanted: Sequence[PlanSeat]) -> float:
    """Return how far seats lie from those that were wanted, in cm a seat."""
    return sum(
        abs(seat.x - other.x) + abs(seat.y - other.y)
        for seat, other in zip(seats, wanted, strict=True)
    )


def _in_order(seats: Iterable[PlanSeat]) -> list[PlanSeat]:
    return sorted(seats, key=lambda seat: seat.ordinal)
