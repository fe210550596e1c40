"""Waiting for a place in a class: in order, offers that lapse by the clock, staff and strangers behind."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.courses.errors import (
    ClassFull,
    NoOfferYet,
    NothingToWaitFor,
    OfferOver,
    QueueOver,
    RulesFailed,
)
from palace.courses.models import ClassWait, Enrolment, Offering
from palace.courses.queries import waits
from palace.courses.services import end, enrol, locked, offering, waiting
from palace.courses.states import Channel, EnrolmentState, OfferingState, WaitState
from palace.db import db
from palace.members.models import Member
from palace.notices.models import Notice
from palace.upkeep import pass_classes_on_due
from tests.factory import Factory
from tests.teaching import Teaching


@pytest.fixture
def full(make: Factory, teaching: Teaching) -> tuple[Offering, Enrolment]:
    """Return a class of one place that somebody has; offers of its house do not rest at night."""
    make.site()
    teaching.rules()
    make.rules().quiet_from = make.rules().quiet_until = 0
    of = teaching.offering(places=1)
    return of, teaching.enrolment(of)


def join(teaching: Teaching, of: Offering, member: Member | None = None) -> ClassWait:
    wish = teaching.wish(of, member)
    return waiting.join(wish, by=f"member:{wish.member.id}")


def free(enrolment: Enrolment) -> None:
    end(locked(enrolment), EnrolmentState.WITHDRAWN, by="x", now=clock.now())


def told(kind: str) -> list[str]:
    found = select(Notice.receiver).where(Notice.kind == kind).order_by(Notice.id)
    return list(db.session.scalars(found))


def state(wait: ClassWait) -> WaitState:
    return waits.standing_of(wait, clock.now()).state


def test_a_freed_place_is_offered_to_who_joined_first_and_they_are_told(
    teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    first, second = join(teaching, of), join(teaching, of)
    assert [waits.standing_of(one, clock.now()).place for one in (first, second)] == [1, 2]

    free(held)

    assert (first.state, second.state) == (WaitState.OFFERED, WaitState.WAITING)
    assert waits.standing_of(second, clock.now()).place == 1
    assert told("class_offer") == [f"member:{first.member_id}"]
    assert first.lapses_at
    assert first.offered_at
    assert first.lapses_at - first.offered_at == timedelta(hours=24)


def test_an_offer_that_is_taken_is_a_place_and_taking_it_twice_is_one(
    teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    wait = join(teaching, of)
    free(held)

    taken = waiting.take(wait, by="x")

    assert (taken.member_id, taken.state) == (wait.member_id, EnrolmentState.CONFIRMED)
    assert (wait.state, wait.enrolment_id) == (WaitState.TAKEN, taken.id)
    assert waiting.take(wait, by="x") is taken


def test_at_the_second_an_offer_lapses_it_is_over_and_goes_on(
    make: Factory, teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    first, second = join(teaching, of), join(teaching, of)
    free(held)
    assert first.lapses_at

    make.set_clock(first.lapses_at - timedelta(seconds=1))
    assert state(first) is WaitState.OFFERED
    assert waits.due(of.id) == []
    make.set_clock(first.lapses_at)
    assert state(first) is WaitState.LAPSED
    with pytest.raises(OfferOver):
        waiting.take(first, by="x")
    assert waits.due(of.id) == [of.id]
    offering.pass_on(of.id)
    assert (first.state, second.state) == (WaitState.LAPSED, WaitState.OFFERED)
    assert told("class_wait_over") == [f"member:{first.member_id}"]


def test_who_comes_meanwhile_gets_no_place_that_somebody_waits_for_not_even_by_staff(
    make: Factory, teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    wait = join(teaching, of)
    free(held)

    for channel in Channel:
        with pytest.raises(ClassFull):
            enrol(teaching.wish(of, channel=channel), by="staff:1")
    second = join(teaching, of)
    assert wait.lapses_at
    make.set_clock(wait.lapses_at)
    with pytest.raises(ClassFull):
        enrol(teaching.wish(of), by="x")
    assert (wait.state, second.state) == (WaitState.LAPSED, WaitState.OFFERED)


def test_who_cannot_have_the_place_is_passed_by_and_blocks_nobody(
    make: Factory, teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    busy = make.member()
    first = join(teaching, of, busy)
    for begins in ("09:00", "11:00"):
        teaching.enrolment(teaching.offering(begins=begins), busy)

    free(held)

    assert (first.state, waits.standing_of(first, clock.now()).place) == (WaitState.WAITING, 1)
    assert enrol(teaching.wish(of), by="x").state is EnrolmentState.CONFIRMED


def test_who_waits_and_enrols_in_their_turn_takes_their_offer(
    teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    wait = join(teaching, of)
    of.places = 2
    db.session.flush()

    enrolment = enrol(teaching.wish(of, wait.member), by="x")

    assert (wait.state, wait.enrolment_id) == (WaitState.TAKEN, enrolment.id)
    assert held.state is EnrolmentState.CONFIRMED


def test_joining_twice_is_one_place_and_leaving_passes_on(
    teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    first, second = join(teaching, of), join(teaching, of)
    assert join(teaching, of, first.member) is first
    free(held)

    waiting.leave(first, by="x")

    assert (first.state, second.state) == (WaitState.LEFT, WaitState.OFFERED)
    assert waiting.leave(first, by="x").state is WaitState.LEFT


def test_nobody_waits_where_a_place_is_free_or_the_rules_forbid_one(
    make: Factory, teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    with pytest.raises(RulesFailed):
        join(teaching, of, held.member)
    with pytest.raises(NothingToWaitFor):
        join(teaching, teaching.offering())
    with pytest.raises(NoOfferYet):
        waiting.take(join(teaching, of), by="x")


def test_online_one_waits_where_the_last_places_are_kept_for_who_comes_in_person(
    make: Factory, teaching: Teaching
) -> None:
    until = clock.now() + timedelta(hours=5)
    of = teaching.offering(places=2, in_person=1, in_person_until=until)
    teaching.enrolment(of)
    online = join(teaching, of)
    with pytest.raises(NothingToWaitFor):
        waiting.join(teaching.wish(of, channel=Channel.COUNTER), by="staff:1")
    offering.pass_on(of.id)
    assert state(online) is WaitState.WAITING

    make.set_clock(until)
    pass_classes_on_due()

    assert state(online) is WaitState.OFFERED


def test_within_the_day_before_a_session_an_offer_is_short(
    make: Factory, teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    starts = waits.starts_of(of.id)[0]
    wait = join(teaching, of)
    make.set_clock(starts - timedelta(hours=24))

    free(held)

    assert wait.lapses_at == starts - timedelta(hours=22)


def queue_after(make: Factory, teaching: Teaching, of: Offering, at: datetime) -> ClassWait:
    wait = join(teaching, of)
    make.set_clock(at)
    pass_classes_on_due()
    return wait


def test_once_so_many_sessions_were_held_the_queue_is_over(
    make: Factory, teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, held = full
    third = waits.starts_of(of.id)[2]
    wait = queue_after(make, teaching, of, third - timedelta(seconds=1))
    assert state(wait) is WaitState.WAITING

    make.set_clock(third)
    pass_classes_on_due()

    assert state(wait) is WaitState.OVER
    assert told("class_wait_over") == [f"member:{wait.member_id}"]
    free(held)
    with pytest.raises((QueueOver, RulesFailed)):
        join(teaching, of)


def test_the_queue_dies_with_the_term_and_with_the_class(
    make: Factory, teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, _ = full
    unplanned = teaching.offering(sessions=0, places=1)
    wait = teaching.wait(unplanned)
    called_off = join(teaching, of)
    of.state, of.cancelled_at = OfferingState.CANCELLED, clock.now()
    db.session.flush()
    pass_classes_on_due()
    assert called_off.state is WaitState.OVER

    unplanned.term.last_on = teaching.today() - timedelta(days=1)
    unplanned.term.first_on = unplanned.term.last_on
    db.session.flush()
    pass_classes_on_due()
    assert state(wait) is WaitState.OVER


def test_whom_nobody_keeps_any_more_waits_no_longer_and_is_not_their_parent(
    make: Factory, teaching: Teaching, full: tuple[Offering, Enrolment]
) -> None:
    of, _ = full
    parent = make.member()
    child = teaching.child(parent)
    own = join(teaching, of, parent)
    theirs = waiting.join(teaching.wish(of, parent, companion_id=child.id), by="x")
    assert own is not theirs

    db.session.delete(child)
    db.session.flush()
    db.session.expire_all()
    offering.pass_on(of.id)

    assert (own.state, theirs.state) == (WaitState.WAITING, WaitState.LEFT)
