"""What of a show may be offered just now, what of it serves a wish, and who may have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from palace.errors import PalaceError
from palace.members.rules import Known
from palace.programme.rules import Seating
from palace.tickets.keeping import KeptFor
from palace.tickets.rules import Offer, Wish, choose_tiers, pay_deadline
from palace.tickets.services.hold import check_wish
from palace.tickets.terms import Show, Terms, show_now, terms_of
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat, SeatType
from palace.waiting import claims, rules
from palace.waiting.rules import Room, Wanted

Places = Sequence[PlanSeat | None]


@dataclass
class Supply:
    """What of a show may be offered just now: its seats in plan order, or so many places without.

    `special`: free wheelchair and companion places, for wheelchair users alone; they wait for nothing
    else where the plan `has_wheelchairs`.
    """

    seats: list[PlanSeat] = field(default_factory=list)
    special: list[PlanSeat] = field(default_factory=list)
    has_wheelchairs: bool = False
    places: int = 0
    resting: int = 0
    room: Room = field(default_factory=Room)

    def free_for(self, wanted: Wanted) -> Places:
        """Return the places of the kind that somebody waits for."""
        if not self._is_special(wanted):
            return self.seats or [None] * self.places
        has_place = any(seat.type is SeatType.WHEELCHAIR for seat in self.special)
        return self._near if has_place else []

    def fitting(self, wanted: Wanted, count: int) -> Places:
        """Return so many places that serve a wish; none if there are none."""
        found: Places
        if self._is_special(wanted):
            found = rules.wheelchair_seats_for(wanted, self._near, count)
        elif self.seats:
            found = rules.seats_for(wanted, self.seats, count)
        else:
            found = [None] * count * (count <= self.places)
        return found if found and self.room.has(zones_of(found)) else []

    def _is_special(self, wanted: Wanted) -> bool:
        return wanted.wheelchair and self.has_wheelchairs

    @property
    def _near(self) -> list[PlanSeat]:
        return sorted(self.seats + self.special, key=lambda seat: seat.ordinal)

    def without(self, seats: set[int]) -> None:
        """Leave seats out."""
        self.seats = [seat for seat in self.seats if seat.id not in seats]
        self.special = [seat for seat in self.special if seat.id not in seats]

    def take(self, places: Places) -> None:
        """Count places as offered."""
        self.without({seat.id for seat in places if seat})
        self.places -= sum(seat is None for seat in places)
        self.room.take(zones_of(places))

    def woken(self, count: int) -> int:
        """Return how many of `count` places are taken of those that rest."""
        used = min(count, self.resting)
        self.resting -= used
        return used


def zones_of(places: Places) -> list[str]:
    """Return the zone of each place."""
    return [seat.zone if seat else "" for seat in places]


def supply_of(show: Show, now: datetime, *, resting: bool) -> Supply | None:
    """Return what may be offered; None while somebody else works on the show's quotas."""
    room = claims.lock_room(show.id, now)
    if room is None:
        return None
    if show.seating is Seating.PLACES:
        rest = claims.resting_places(show.id, now) if resting else 0
        room.house = None if room.house is None else room.house + rest
        return Supply(places=max(0, room.house or 0), resting=rest, room=room)
    free = claims.free_seats(show.id, now, resting=resting)
    plan = venues.seats(show.plan_id or 0)
    return Supply(
        seats=[seat for seat in plan if seat.id in free and seat.type is SeatType.SEAT],
        special=[seat for seat in plan if seat.id in free and seat.type is not SeatType.SEAT],
        has_wheelchairs=any(seat.type is SeatType.WHEELCHAIR for seat in plan),
        room=room,
    )


def tiers_for(member: Known, performance_id: int, places: Places) -> list[Offer]:
    """Return the tier of each place as the rules of booking let somebody take them now; none: they do not.

    There must be time to pay what costs. The quotas are locked, so what is promised in these is there.
    """
    zones = zones_of(places)
    try:
        terms = terms_of(member, performance_id)
        check_wish(member, Wish(count=len(places)), terms)
        chosen = choose_tiers([(zone, None) for zone in zones], terms.offers)
    except PalaceError:
        return []
    costs = any(offer.amounts[zone] for zone, offer in zip(zones, chosen, strict=True))
    last = pay_deadline(terms.show.starts_at, venues.house_rules().pay_before_minutes)
    return chosen if not costs or terms.now < last else []


def may_book(member: Known, performance_id: int, wanted: Wanted) -> bool:
    """Return whether what somebody wishes for is free for them, and wanted by nobody who waits."""
    show, now = show_now(performance_id)
    supply = supply_of(show, now, resting=False)
    theirs = replace(wanted, wheelchair=waits_for_wheelchair(terms_of(member, performance_id)))
    places = supply.fitting(theirs, wanted.count) if supply else []
    return bool(places) and bool(tiers_for(member, performance_id, places))


def waits_for_wheelchair(terms: Terms) -> bool:
    """Return whether a member waits for a wheelchair place: they use one, and the plan has some."""
    if KeptFor.WHEELCHAIR not in terms.opened.keys or terms.show.plan_id is None:
        return False
    return any(seat.type is SeatType.WHEELCHAIR for seat in venues.seats(terms.show.plan_id))
