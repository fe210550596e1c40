"""Offering what is free to who was first and wants it; what nobody takes in time goes on.

Nothing true hangs on when this runs: an offer is over at its end, and what came free since the list
was looked at is on nobody's sale before it is looked at again, by whoever comes first.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from palace.clock import SHANGHAI
from palace.db import db
from palace.errors import PalaceError
from palace.members.rules import Known
from palace.members.services import note
from palace.notices import services as notices
from palace.notices.rules import clock_time
from palace.programme.rules import Seating
from palace.tickets.keeping import KeptFor
from palace.tickets.kept import keep_places
from palace.tickets.rules import Wish, choose_tiers, pay_deadline
from palace.tickets.services.hold import check_wish
from palace.tickets.terms import Show, show_now, terms_of
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat, SeatType
from palace.waiting import claims, queries, rules
from palace.waiting.claims import Room
from palace.waiting.models import WaitEntry
from palace.waiting.queries import Waiter
from palace.waiting.rules import OfferTimes, PassedWhy, WaitState, Wanted

SYSTEM = "system"
Places = Sequence[PlanSeat | None]


class Outcome(StrEnum):
    """What came of looking for places for somebody."""

    OFFERED = "offered"
    REFUSED = "refused"
    UNFIT = "unfit"


@dataclass
class Supply:
    """What of a show may be offered just now: its seats in plan order, or so many places without."""

    seats: list[PlanSeat] = field(default_factory=list)
    places: int = 0
    resting: int = 0
    room: Room = field(default_factory=Room)

    @property
    def free(self) -> Places:
        """Return the places as a sequence."""
        return self.seats or [None] * self.places

    def fitting(self, wanted: Wanted, count: int) -> Places:
        """Return so many places that serve a wish; none if there are none."""
        found: Places = (
            rules.seats_for(wanted, self.seats, count)
            if self.seats
            else [None] * count * (count <= self.places)
        )
        return found if found and self.room.has(_zones(found)) else []

    def without(self, seats: set[int]) -> None:
        """Leave seats out."""
        self.seats = [seat for seat in self.seats if seat.id not in seats]

    def take(self, places: Places) -> None:
        """Count places as offered."""
        self.without({seat.id for seat in places if seat})
        self.places -= sum(seat is None for seat in places)
        self.room.take(_zones(places))

    def woken(self, count: int) -> int:
        """Return how many of `count` places are taken of those that rest."""
        used = min(count, self.resting)
        self.resting -= used
        return used


def pass_on(performance_id: int, *, resting: bool = False) -> int:
    """End offers that are over and offer what is free, by the order of the queue; return how many.

    Args:
        resting: whether returned seats that rest may be offered too: to who waited when one came back.
    """
    if not claims.lock_list(performance_id):
        return 0
    show, now = show_now(performance_id)
    lapsed = claims.lapse(performance_id, now, every=show.cancelled_at is not None)
    for entry in lapsed:
        _tell_over(entry, show, now)
        note("offer_lapsed", f"waiting:{entry.id}", after={"state": entry.state}, actor=SYSTEM)
    if is_over(show, now):
        made = _close(performance_id, show, now)
    else:
        supply = _supply(show, now, resting=resting)
        if supply is None:
            return len(lapsed)
        made = _offer_in_turn(supply, show, now)
    claims.looked(performance_id, now)
    return len(lapsed) + made


def tend(performance_id: int) -> int:
    """Pass on where nobody looked, seats that came to the plan since among them; return how much changed."""
    show, now = show_now(performance_id)
    claims.give_rows(performance_id, show.plan_id, now)
    return pass_on(performance_id)


def is_over(show: Show, now: datetime) -> bool:
    """Return whether nobody can be offered a place of a show any more."""
    return show.cancelled_at is not None or now >= min(show.sale_closes_at, show.starts_at)


def seats_freed(performance_id: int, seats: Sequence[int | None], now: datetime) -> None:
    """Offer what came free to who waits; returned places that nobody wants rest before they come back."""
    pass_on(performance_id, resting=True)
    if not seats:
        return
    house = venues.house_rules()
    longest = house.return_rest_max_minutes
    shortest = min(house.return_rest_min_minutes, longest)
    if not longest:
        return
    seconds = random.randint(shortest * 60, longest * 60)  # noqa: S311 - nobody's secret, only unforeseen
    until = now + timedelta(seconds=seconds)
    ids = [seat for seat in seats if seat is not None]
    if ids:
        claims.rest_seats(performance_id, ids, until, now)
        return
    room = claims.lock_room(performance_id, now)
    left = room.house if room and room.house is not None else 0
    count = min(len(seats), max(0, left))
    keep_places(performance_id, count, reason=KeptFor.RETURNED, until=until, now=now)


def _supply(show: Show, now: datetime, *, resting: bool) -> Supply | None:
    """Return what may be offered; None while somebody else works on the show's quotas."""
    room = claims.lock_room(show.id, now)
    if room is None:
        return None
    if show.seating is Seating.PLACES:
        rest = claims.resting_places(show.id, now) if resting else 0
        room.house = None if room.house is None else room.house + rest
        return Supply(places=max(0, room.house or 0), resting=rest, room=room)
    free = claims.free_seats(show.id, now, resting=resting)
    seats = [
        seat
        for seat in venues.seats(show.plan_id or 0)
        if seat.id in free and seat.type is SeatType.SEAT
    ]
    return Supply(seats=seats, room=room)


def _offer_in_turn(supply: Supply, show: Show, now: datetime) -> int:
    """Offer to each in turn what fits; who is passed by keeps their place, and the page says why."""
    made = 0
    passed: list[tuple[int, PassedWhy]] = []
    seen_by: list[tuple[int, PassedWhy]] = []
    for waiter in queries.waiting(show.id):
        if not supply.free:
            break
        outcome = _offer(waiter, supply, show, now)
        if outcome is Outcome.OFFERED:
            made += 1
            seen_by += passed
            passed = []
        else:
            refused = outcome is Outcome.REFUSED
            why = rules.why_passed(waiter.wanted, supply.free, refused=refused)
            passed.append((waiter.id, why))
    db.session.flush()
    claims.passed_by(seen_by)
    return made


def _offer(waiter: Waiter, supply: Supply, show: Show, now: datetime) -> Outcome:
    """Offer somebody what fits their wish, if anything does and the rules of booking let them take it."""
    entry: WaitEntry | None = None
    outcome = Outcome.UNFIT
    for count in waiter.wanted.counts():
        while places := supply.fitting(waiter.wanted, count):
            entry = entry or queries.get_waiting(waiter.id)
            if not may_take(entry.member, show.id, places):
                outcome = Outcome.REFUSED
                break
            if _made(entry, places, supply, show, now):
                return Outcome.OFFERED
    return outcome


def may_take(member: Known, performance_id: int, places: Places) -> bool:
    """Return whether the rules of booking let somebody take places now, and there is time to pay."""
    zones = _zones(places)
    try:
        terms = terms_of(member, performance_id)
        check_wish(member, Wish(count=len(places)), terms)
        chosen = choose_tiers([(zone, None) for zone in zones], terms.offers)
    except PalaceError:
        return False
    costs = any(offer.amounts[zone] for zone, offer in zip(zones, chosen, strict=True))
    last = pay_deadline(terms.show.starts_at, venues.house_rules().pay_before_minutes)
    return not costs or terms.now < last


def may_book(member: Known, performance_id: int, wanted: Wanted) -> bool:
    """Return whether what somebody wishes for is free for them, and wanted by nobody who waits."""
    show, now = show_now(performance_id)
    supply = _supply(show, now, resting=False)
    places = supply.fitting(wanted, wanted.count) if supply else []
    return bool(places) and may_take(member, performance_id, places)


def _made(entry: WaitEntry, places: Places, supply: Supply, show: Show, now: datetime) -> bool:
    """Keep places for an entry and tell its member; return False where somebody else had one of them."""
    until = rules.lapses_at(
        now.astimezone(SHANGHAI),
        starts_at=show.starts_at,
        closes_at=show.sale_closes_at,
        times=offer_times(),
    )
    seats = [seat for seat in places if seat is not None]
    lost = {seat.id for seat in seats} - claims.keep_seats(entry, seats, until=until)
    if lost:
        supply.without(lost)
        return False
    if not seats:
        claims.wake_places(show.id, supply.woken(len(places)))
        keep_places(show.id, len(places), reason=entry.key, until=until, now=now)
    supply.take(places)
    _tell_turn(entry, places, until, show, now)
    return True


def _tell_turn(
    entry: WaitEntry, places: Places, until: datetime, show: Show, now: datetime
) -> None:
    entry.state, entry.offered_at, entry.lapses_at = WaitState.OFFERED, now, until
    entry.offered_count, entry.offered = len(places), [seat.code for seat in places if seat]
    values = told(show) | {"count": len(places), "until": until.isoformat()}
    subject, receiver = f"waiting:{entry.id}", f"member:{entry.member_id}"
    notices.owe("waiting_offer", subject, receiver, values, now)
    note("offer_made", subject, after={"tickets": len(places)}, actor=SYSTEM)


def _close(performance_id: int, show: Show, now: datetime) -> int:
    """End the queue of a show nobody can book any more."""
    entries = queries.all_of(performance_id, [WaitState.WAITING])
    for entry in entries:
        entry.state, entry.ended_at = WaitState.OVER, now
        _tell_over(entry, show, now)
        note("waiting_ended", f"waiting:{entry.id}", after={"state": entry.state}, actor=SYSTEM)
    return len(entries)


def _tell_over(entry: WaitEntry, show: Show, now: datetime) -> None:
    """Tell somebody that they wait no more."""
    receiver = f"member:{entry.member_id}"
    notices.owe("waiting_over", f"waiting:{entry.id}", receiver, told(show), now)


def told(show: Show) -> dict[str, object]:
    """Return what every notice says of a show."""
    return {
        "title": {"zh": show.title_zh, "en": show.title_en},
        "starts_at": show.starts_at.isoformat(),
    }


def offer_times() -> OfferTimes:
    """Return the house's figures of an offer."""
    house = venues.house_rules()
    return OfferTimes(
        minutes=house.offer_minutes,
        near_hours=house.offer_near_hours,
        near_minutes=house.offer_near_minutes,
        last_hours=house.offer_last_hours,
        last_minutes=house.offer_last_minutes,
        quiet_from=clock_time(house.quiet_from),
        quiet_until=clock_time(house.quiet_until),
    )


def _zones(places: Places) -> list[str]:
    return [seat.zone if seat else "" for seat in places]
