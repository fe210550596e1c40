"""Waiting for a place in a class: joining the queue, leaving it, taking what one is offered."""

from __future__ import annotations

from datetime import date, datetime

from palace import clock
from palace.courses import claims, rules
from palace.courses.errors import (
    NoOfferYet,
    NothingToWaitFor,
    OfferOver,
    QueueOver,
    RulesFailed,
)
from palace.courses.models import ClassWait, Enrolment
from palace.courses.queries import facts, waits
from palace.courses.queries.terms import facts_of
from palace.courses.rules import Wish
from palace.courses.services import offering
from palace.courses.services.enrolling import enrol
from palace.courses.states import WaitState
from palace.db import db
from palace.members import queries as members
from palace.members.services import note
from palace.security import public_code

WAITED_FOR = {"full", "kept_in_person", "others_wait"} | offering.ASKED_AT_TAKING
"""Rules that who waits does not keep yet."""


def join(wish: Wish, *, by: str) -> ClassWait:
    """Let somebody wait for a place in a class; repeating changes nothing.

    Raises:
        NotFound: there is no such class, or nobody such is kept.
        RulesFailed: they could not have a place if one were free.
        NothingToWaitFor: one is free.
        QueueOver: nobody is moved up any more.
    """
    members.lock(wish.member.id)
    claims.lock_offering(wish.offering_id)
    offering.pass_on(wish.offering_id)
    waiting = waits.find_live(wish.member.id, wish.companion_id, wish.offering_id)
    if waiting:
        return waiting
    found = facts_of(wish)
    failures = [one for one in rules.failed_rules(wish, found) if one.code not in WAITED_FOR]
    if failures:
        raise RulesFailed(failures)
    of = facts.get_offering(wish.offering_id)
    if waits.over_at(of, waits.starts_of(of.id), found.now) <= found.now:
        raise QueueOver
    if found.free(wish.channel):
        raise NothingToWaitFor
    return _joined(wish, found.now, by=by)


def _joined(wish: Wish, now: datetime, *, by: str) -> ClassWait:
    wait = ClassWait(
        code=public_code(),
        offering_id=wish.offering_id,
        member_id=wish.member.id,
        companion_id=wish.companion_id,
        channel=wish.channel,
        state=WaitState.WAITING,
        joined_at=now,
    )
    db.session.add(wait)
    db.session.flush()
    joined = {"offering": wish.offering_id, "channel": wish.channel}
    note("class_wait_joined", offering.subject_of(wait), after=joined, actor=by)
    return wait


def leave(wait: ClassWait, *, by: str) -> ClassWait:
    """Wait no longer, or give up what was offered, for the next; repeating changes nothing."""
    claims.lock_offering(wait.offering_id)
    wait, now = waits.locked_wait(wait.id), clock.now()
    if wait.ended_at is not None:
        return wait
    wait.state, wait.ended_at = WaitState.LEFT, now
    db.session.flush()
    note(
        "class_wait_left", offering.subject_of(wait), after={"offering": wait.offering_id}, actor=by
    )
    offering.pass_on(wait.offering_id)
    return wait


def take(
    wait: ClassWait, *, by: str, guardian: bool = False, born_on: date | None = None
) -> Enrolment:
    """Take the place somebody is offered, as any place is taken; repeating changes nothing.

    Raises:
        NoOfferYet, OfferOver: it is not there, or not any more.
        RulesFailed: as whoever enrols.
    """
    members.lock(wait.member_id)
    claims.lock_offering(wait.offering_id)
    wait = waits.locked_wait(wait.id)
    if wait.enrolment_id is not None:
        return db.session.get_one(Enrolment, wait.enrolment_id)
    if wait.state is WaitState.WAITING:
        raise NoOfferYet
    offered = waits.standing_of(wait, clock.now()).state is WaitState.OFFERED
    if not offered or wait.is_nobodys:
        raise OfferOver
    return enrol(offering.wish_of(wait, guardian=guardian, born_on=born_on), by=by)
