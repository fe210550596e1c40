"""Which seats a wish is for: those it names, or the best that are found; and whether they may be left so."""

from __future__ import annotations

from collections.abc import Sequence

from palace.tickets import gaps, neighbours, queries
from palace.tickets.errors import LeavesGap, NoSeatsTogether, SeatTaken, SoldOut, UnknownSeat
from palace.tickets.keeping import KeptFor, Reach
from palace.tickets.rules import Wish
from palace.tickets.terms import Terms
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat, SeatType

Sets = list[list[PlanSeat]]


def named_seats(wish: Wish, plan_id: int) -> list[PlanSeat]:
    """Return the seats a wish names, in plan order.

    Raises:
        UnknownSeat: the plan has no such seat.
    """
    by_code = venues.plan(plan_id).by_code
    if any(code not in by_code for code, _ in wish.seats):
        raise UnknownSeat
    return sorted((by_code[code] for code, _ in wish.seats), key=lambda seat: seat.ordinal)


def best_seats(wish: Wish, terms: Terms, within: Reach, most: int) -> list[PlanSeat]:
    """Return neighbouring free seats, one of the best sets at random; special places are left alone.

    Seats kept for this person are looked at where no others may be taken, or none are left; wheelchair
    places with seats beside them where those are asked for.

    Raises:
        UnknownSeat: the zone is not sold.
        NoSeatsTogether, SoldOut: there are not so many.
    """
    closed = queries.closed_seats(terms.show.id, terms.free_since)
    if wish.zone is not None and all(wish.zone not in offer.amounts for offer in terms.offers):
        raise UnknownSeat
    seats = venues.seats(terms.show.plan_id or 0)
    if wish.kept == KeptFor.WHEELCHAIR:
        near = [seat for seat in seats if within.has(closed.get(seat.id))]
        places = [seat for seat in near if seat.type is SeatType.WHEELCHAIR]
        return _one_of(neighbours.wheelchair_sets(near, wish.count, most), places, wish.count)
    free = [seat for seat in seats if seat.id not in closed and seat.type is SeatType.SEAT]
    sets = [] if within.only_kept else _free_sets(free, wish, terms, most)
    if not sets:
        theirs = [seat for seat in seats if _is_theirs(seat, closed.get(seat.id), terms, within)]
        sets = _kept_sets([seat for seat in theirs if wish.zone in (None, seat.zone)], wish, most)
    in_zone = [seat for seat in free if wish.zone in (None, seat.zone)]
    return _one_of(sets, [] if within.only_kept else in_zone, wish.count)


def _free_sets(free: Sequence[PlanSeat], wish: Wish, terms: Terms, most: int) -> Sets:
    find = neighbours.best_gapless_sets if terms.show.no_single_gap else neighbours.best_sets
    return find(free, wish.count, most, zone=wish.zone)


def _kept_sets(theirs: Sequence[PlanSeat], wish: Wish, most: int) -> Sets:
    """Return sets of seats kept for somebody; where none stand together, those there are."""
    together = neighbours.best_sets(theirs, wish.count, most)
    return together or neighbours.apart(theirs, wish.count)


def _one_of(sets: Sets, free: Sequence[PlanSeat], count: int) -> list[PlanSeat]:
    if not sets:
        raise NoSeatsTogether(count=count) if free else SoldOut(tier_id=None)
    return neighbours.pick_one(sets)


def _is_theirs(seat: PlanSeat, key: str | None, terms: Terms, within: Reach) -> bool:
    """Return whether a seat is kept for this person; one for wheelchair users only if asked for."""
    if not key or key not in within.keys:
        return False
    return seat.type is SeatType.SEAT or within.only_kept or key in terms.opened.early


def check_gap(wish: Wish, terms: Terms, seats: Sequence[PlanSeat | None]) -> None:
    """Refuse a choice that leaves a single seat, where the show says so and staff did not allow it.

    The rows are locked before they are looked at: of two choices that would leave one seat between
    them the second sees the first.

    Raises:
        LeavesGap: carries the nearest choice that may be made instead.
        SeatTaken: seats that were found for somebody are free no more, or leave one now: others are sought.
    """
    chosen = [seat for seat in seats if seat is not None]
    instead = [] if wish.leave_gap else without_gap(terms, chosen)
    if instead:
        raise LeavesGap(seats=instead) if wish.seats else SeatTaken(seats=chosen)


def without_gap(
    terms: Terms, chosen: Sequence[PlanSeat], *, given_up: PlanSeat | None = None
) -> list[PlanSeat]:
    """Return what to choose instead of seats that would leave a single one; nothing where they may be chosen.

    Args:
        given_up: a seat that is everybody's by this choice.
    """
    if not terms.show.no_single_gap or not chosen:
        return []
    closed = queries.closed_behind_rows(terms.show.id, chosen, terms.free_since)
    if any(closed.get(seat.id) == queries.TAKEN for seat in chosen):
        return []  # who takes them is told
    plan = venues.seats(terms.show.plan_id or 0)
    free = [
        seat
        for seat in plan
        if (seat.id not in closed or seat == given_up) and seat.type is SeatType.SEAT
    ]
    return gaps.allowed_instead(free, chosen, given_up=given_up)
