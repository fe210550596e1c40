"""Offering what is free to who was first and wants it; what nobody takes in time goes on.

Nothing true hangs on when this runs: an offer is over at its end, and what came free since the list
was looked at is on nobody's sale before it is looked at again, by whoever comes first.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from palace.clock import SHANGHAI
from palace.db import db
from palace.members.services import note
from palace.notices import services as notices
from palace.notices.rules import clock_time
from palace.tickets.keeping import KeptFor
from palace.tickets.kept import give_rows, keep_places
from palace.tickets.terms import Show, show_now
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat
from palace.waiting import claims, queries, rules
from palace.waiting.models import WaitEntry
from palace.waiting.queries import Waiter
from palace.waiting.rules import OfferTimes, PassedWhy, WaitState
from palace.waiting.services.supply import Places, Supply, supply_of, tiers_for

SYSTEM = "system"
Promised = Sequence[tuple[PlanSeat | None, int]]
"""Places with the tier that each is promised in."""


class Outcome(StrEnum):
    """What came of looking for places for somebody."""

    OFFERED = "offered"
    REFUSED = "refused"
    UNFIT = "unfit"


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
        claims.keep_again(performance_id, now)
        supply = supply_of(show, now, resting=resting)
        if supply is None:
            return len(lapsed)
        made = _offer_in_turn(supply, show, now)
    claims.looked(performance_id, now)
    return len(lapsed) + made


def tend(performance_id: int) -> int:
    """Pass on where nobody looked, seats that came to the plan since among them; return how much changed."""
    show, now = show_now(performance_id)
    give_rows(performance_id, show.plan_id, now)
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


def _offer_in_turn(supply: Supply, show: Show, now: datetime) -> int:
    """Offer to each in turn what fits; who is passed by keeps their place, and the page says why."""
    made = 0
    passed: list[tuple[int, PassedWhy]] = []
    seen_by: list[tuple[int, PassedWhy]] = []
    for waiter in queries.waiting(show.id):
        free = supply.free_for(waiter.wanted)
        if not free:
            continue
        outcome = _offer(waiter, supply, show, now)
        if outcome is Outcome.OFFERED:
            made += 1
            seen_by += passed
            passed = []
        else:
            refused = outcome is Outcome.REFUSED
            why = rules.why_passed(waiter.wanted, free, refused=refused)
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
            tiers = tiers_for(entry.member, show.id, places)
            if not tiers:
                outcome = Outcome.REFUSED
                break
            promised = [(place, offer.tier.id) for place, offer in zip(places, tiers, strict=True)]
            if _made(entry, promised, supply, show, now):
                return Outcome.OFFERED
    return outcome


def _made(entry: WaitEntry, promised: Promised, supply: Supply, show: Show, now: datetime) -> bool:
    """Keep places for an entry in their tiers and tell its member; False: somebody else had one of them."""
    until = rules.lapses_at(
        now.astimezone(SHANGHAI),
        starts_at=show.starts_at,
        closes_at=show.sale_closes_at,
        times=offer_times(),
    )
    places = [place for place, _ in promised]
    tiers = {place.id: tier_id for place, tier_id in promised if place is not None}
    lost = set(tiers) - claims.keep_seats(entry, tiers, until=until)
    if lost:
        supply.without(lost)
        return False
    if not tiers:
        claims.wake_places(show.id, supply.woken(len(places)))
        for tier_id, count in Counter(tier_id for _, tier_id in promised).items():
            reason = entry.key
            keep_places(show.id, count, reason=reason, until=until, now=now, tier_id=tier_id)
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
