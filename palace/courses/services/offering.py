"""Offering free places of a class to who waits, in their order; what nobody takes in time goes on.

Nothing true hangs on when `pass_on` runs: an offer is over at its end by the clock, and nobody takes a
place that somebody waits for before it has run. All of it happens behind the lock of the class.
"""

from __future__ import annotations

from datetime import date, datetime

from palace import clock
from palace.clock import SHANGHAI
from palace.courses import claims, rules
from palace.courses.models import ClassWait, Enrolment, Offering
from palace.courses.queries import facts, waits
from palace.courses.queries.terms import facts_of
from palace.courses.queueing import OfferTimes, offer_ends
from palace.courses.rules import Wish
from palace.courses.services.telling import titles
from palace.courses.states import Channel, WaitState
from palace.db import db
from palace.members.services import note
from palace.notices import services as notices
from palace.notices.rules import clock_time
from palace.venues import queries as venues

SYSTEM = "system"
ASKED_AT_TAKING = {"consent_needed", "age_unknown"}
"""Rules that who is offered a place keeps when they take it."""


def pass_on(offering_id: int) -> int:
    """End offers that are over and offer what is free, by the order of joining; return how many changed.

    Who cannot have a place now is passed by and keeps theirs in the queue. Locks the class, then its queue.
    """
    claims.lock_offering(offering_id)
    entries = waits.live(offering_id)
    if not entries:
        return 0
    of = db.session.get_one(
        Offering, offering_id, populate_existing=True
    )  # as it stands behind the lock
    now = clock.now()
    starts = waits.starts_of(offering_id)
    over_at = waits.over_at(of, starts, now)
    changed = 0
    for wait in entries:
        if over_at <= now:
            _over(wait, WaitState.OVER, now)
        elif wait.is_nobodys:
            _over(wait, WaitState.LEFT, now)
        elif wait.lapses_at is not None and wait.lapses_at <= now:
            _over(wait, WaitState.LAPSED, now)
        else:
            continue
        changed += 1
    times, here = offer_times(of), now.astimezone(SHANGHAI)
    until = offer_ends(starts, times, here, queue_ends=over_at)
    return changed + _offer_in_turn(of, [one for one in entries if not one.ended_at], now, until)


def _offer_in_turn(of: Offering, entries: list[ClassWait], now: datetime, until: datetime) -> int:
    """Offer what is free; the rules are asked only of those for whose way of coming something is."""
    made, free = 0, _free(of, now)
    for wait in entries:
        if wait.state is not WaitState.WAITING or until <= now or not free[wait.channel]:
            continue
        wish = wish_of(wait)
        failed = {one.code for one in rules.failed_rules(wish, facts_of(wish))} - ASKED_AT_TAKING
        if not failed:
            _offer(wait, now, until)
            made, free = made + 1, _free(of, now)
    return made


def _free(of: Offering, now: datetime) -> dict[Channel, int]:
    """Return how many places of a class are free, by how people come."""
    kept = of.in_person if rules.is_kept(of.in_person_until, now) else 0
    taken = claims.taken(of.id)
    return {way: rules.free_places(of.places, kept, taken, way) for way in Channel}


def wish_of(wait: ClassWait, *, guardian: bool = False, born_on: date | None = None) -> Wish:
    """Return the wish of somebody whose turn it is."""
    return Wish(
        offering_id=wait.offering_id,
        member=wait.member,
        companion_id=wait.companion_id,
        channel=wait.channel,
        guardian=guardian,
        born_on=born_on,
        offer_id=wait.id,
    )


def offer_times(of: Offering) -> OfferTimes:
    """Return how long the house of a class keeps an offered place."""
    figures, house = facts.class_rules(of.term.site_id), venues.house_rules()
    return OfferTimes(
        hours=figures.offer_hours,
        last_hours=figures.offer_last_hours,
        quiet_from=clock_time(house.quiet_from),
        quiet_until=clock_time(house.quiet_until),
    )


def _offer(wait: ClassWait, now: datetime, until: datetime) -> None:
    wait.state, wait.offered_at, wait.lapses_at = WaitState.OFFERED, now, until
    db.session.flush()
    _tell(wait, "class_offer", now, until=until.isoformat())
    note("class_offer_made", subject_of(wait), after={"offering": wait.offering_id}, actor=SYSTEM)


def _over(wait: ClassWait, state: WaitState, now: datetime) -> None:
    wait.state, wait.ended_at = state, now
    db.session.flush()
    _tell(wait, "class_wait_over", now)
    ended = {"offering": wait.offering_id, "state": state}
    note("class_wait_ended", subject_of(wait), after=ended, actor=SYSTEM)


def taken(enrolment: Enrolment, now: datetime) -> None:
    """End the entry of somebody who now has a place: they waited for it, or it was offered to them."""
    wait = waits.find_live(enrolment.member_id, enrolment.person, enrolment.offering_id)
    if wait is None:
        return
    wait.state, wait.ended_at, wait.enrolment_id = WaitState.TAKEN, now, enrolment.id
    db.session.flush()


def _tell(wait: ClassWait, kind: str, now: datetime, **more: str) -> None:
    values = {"title": titles(wait.offering)} | more
    notices.owe(kind, subject_of(wait), f"member:{wait.member_id}", values, now)


def subject_of(wait: ClassWait) -> str:
    """Return how audit and notices name somebody who waits."""
    return f"class_wait:{wait.id}"
