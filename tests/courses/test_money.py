"""The money of a place: waited for until its deadline, given back in time, carried to a parallel class."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from palace import clock
from palace.clock import at
from palace.courses import claims, services
from palace.courses.errors import EnrolmentOver, NotParallel
from palace.courses.models import Enrolment, Offering
from palace.courses.queries import facts
from palace.courses.services.ending import back_of, back_until
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.money import Fen
from palace.notices.models import Notice
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.upkeep import let_unpaid_lapse
from tests.factory import Factory
from tests.money import owed_of
from tests.teaching import Teaching

FEES: dict[str, Any] = {"member_fee": 20000, "material_fee": 3000}
SECOND = timedelta(seconds=1)


def payment_of(enrolment: Enrolment) -> Payment:
    """Return what is asked for a place."""
    wanted = select(Payment).where(Payment.part == "courses", Payment.subject_id == enrolment.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def pay(enrolment: Enrolment) -> Payment:
    """Let the money of a place come."""
    payment = payment_of(enrolment)
    payments.receive(payment, reference=f"r{payment.id}", now=clock.now())
    return payment_of(enrolment)


def withdraw(enrolment: Enrolment) -> Enrolment:
    """Let a member withdraw."""
    return services.withdraw(enrolment.member, enrolment.code, by="x")


def told(enrolment: Enrolment) -> list[str]:
    """Return the kinds of notices owed about a place."""
    subject = f"enrolment:{enrolment.id}"
    wanted = select(Notice.kind).where(Notice.subject == subject).order_by(Notice.id)
    return list(db.session.scalars(wanted))


def test_a_place_that_costs_something_waits_for_its_money(teaching: Teaching) -> None:
    teaching.rules(pay_hours=48)
    before = clock.now()
    enrolment = teaching.enrolment(teaching.offering(**FEES))

    assert enrolment.state is EnrolmentState.UNPAID
    assert enrolment.pay_by is not None
    assert before + timedelta(hours=48) <= enrolment.pay_by <= clock.now() + timedelta(hours=48)
    payment = payment_of(enrolment)
    assert (payment.amount, payment.pay_by) == (23000, enrolment.pay_by)
    assert told(enrolment) == ["class_unpaid"]


def test_money_in_time_makes_it_theirs(teaching: Teaching) -> None:
    enrolment = teaching.enrolment(teaching.offering(**FEES))

    payment = pay(enrolment)

    assert enrolment.state is EnrolmentState.CONFIRMED
    assert enrolment.held_until is None
    assert owed_of(payment) == 0
    assert told(enrolment) == ["class_unpaid", "class_enrolled"]


def test_money_within_the_grace_is_in_time_and_at_its_end_another_may_have_the_place(
    make: Factory, teaching: Teaching
) -> None:
    one, other = (teaching.enrolment(teaching.offering(places=1, **FEES)) for _ in range(2))
    assert one.held_until is not None
    assert other.held_until is not None

    make.set_clock(one.held_until - SECOND)
    assert owed_of(pay(one)) == 0
    make.set_clock(other.held_until)
    assert teaching.enrolment(other.offering).state is EnrolmentState.UNPAID
    late = pay(other)

    assert one.state is EnrolmentState.CONFIRMED
    assert other.state is EnrolmentState.LAPSED
    assert owed_of(late) == late.amount


@pytest.mark.parametrize("tidied", [False, True])
def test_late_money_takes_a_place_that_is_still_free(
    make: Factory, teaching: Teaching, tidied: bool
) -> None:
    enrolment = teaching.enrolment(teaching.offering(places=1, **FEES))
    assert enrolment.held_until is not None
    make.set_clock(enrolment.held_until)
    if tidied:
        services.lapse(enrolment.id)
    assert owed_of(pay(enrolment)) == 0
    assert enrolment.state is EnrolmentState.CONFIRMED
    assert claims.live_places(enrolment.offering_id) == 1


def test_late_money_of_who_enrolled_again_goes_back(make: Factory, teaching: Teaching) -> None:
    first = teaching.enrolment(teaching.offering(**FEES))
    assert first.held_until is not None
    make.set_clock(first.held_until)
    again = teaching.enrolment(first.offering, first.member)
    late = pay(first)
    assert owed_of(late) == late.amount
    assert (first.state, again.state) == (EnrolmentState.LAPSED, EnrolmentState.UNPAID)


def test_an_unpaid_place_is_free_at_the_instant_it_lapses_whoever_tidies_up(
    make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering(places=1, **FEES)
    first = teaching.enrolment(offering)
    assert first.held_until is not None
    assert claims.live_places(offering.id) == 1

    make.set_clock(first.held_until)
    assert claims.live_places(offering.id) == 0
    second = teaching.enrolment(offering)

    assert second.state is EnrolmentState.UNPAID
    assert first.state_at(clock.now()) is EnrolmentState.LAPSED


def test_who_did_not_pay_in_time_may_enrol_again(make: Factory, teaching: Teaching) -> None:
    offering = teaching.offering(**FEES)
    first = teaching.enrolment(offering)
    assert first.held_until is not None
    make.set_clock(first.held_until)

    second = teaching.enrolment(offering, first.member)

    assert first.state is EnrolmentState.LAPSED
    assert second.state is EnrolmentState.UNPAID


def test_the_worker_tells_who_did_not_pay(make: Factory, teaching: Teaching) -> None:
    enrolment = teaching.enrolment(teaching.offering(**FEES))
    assert enrolment.held_until is not None
    make.set_clock(enrolment.held_until - SECOND)
    assert facts.overdue() == []
    make.set_clock(enrolment.held_until)
    make.commit()

    let_unpaid_lapse()

    assert enrolment.state is EnrolmentState.LAPSED
    assert told(enrolment) == ["class_unpaid", "class_lapsed"]
    assert payment_of(enrolment).closed_at is not None
    assert facts.overdue() == []


def first_of(offering: Offering) -> datetime:
    """Return when a class begins."""
    return facts.sessions_of(offering.id)[0].starts_at


@pytest.mark.parametrize(
    ("days", "bought", "back"),
    [(0, False, 23000), (0, True, 20000), (1, False, 3000), (1, True, 0)],
)
def test_who_withdraws_gets_back_what_the_page_said(
    make: Factory, teaching: Teaching, days: int, bought: bool, back: int
) -> None:
    teaching.rules(withdraw_days=7)
    offering = teaching.offering(**FEES)
    enrolment = teaching.enrolment(offering)
    pay(enrolment)
    last = first_of(offering) - timedelta(days=7)
    assert back_until(enrolment.offering) == last
    make.set_clock(last + timedelta(days=days))
    if bought:
        offering.materials_bought_at = last
    assert back_of(enrolment, clock.now()) == back

    withdraw(enrolment)

    payment = payment_of(enrolment)
    assert owed_of(payment) == back
    assert enrolment.state is EnrolmentState.WITHDRAWN
    assert claims.live_places(offering.id) == 0


def test_a_trial_is_given_back_until_the_session_after_it(
    make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering(trial_sessions=1, **FEES)
    enrolment = teaching.enrolment(offering)
    pay(enrolment)
    second = facts.sessions_of(offering.id)[1].starts_at

    assert back_until(enrolment.offering) == second
    make.set_clock(second)
    assert back_of(enrolment, clock.now()) == 23000


def test_an_unpaid_place_is_given_back_without_money(teaching: Teaching) -> None:
    enrolment = teaching.enrolment(teaching.offering(**FEES))

    withdraw(enrolment)

    payment = payment_of(enrolment)
    assert payment.closed_at is not None
    assert owed_of(payment) == 0


def test_withdrawing_twice_changes_nothing(teaching: Teaching) -> None:
    enrolment = teaching.enrolment(teaching.offering())
    at_first = withdraw(enrolment).ended_at
    assert withdraw(enrolment).ended_at == at_first


def test_when_the_last_session_is_over_nothing_is_given_back(
    make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering(sessions=1)
    enrolment = teaching.enrolment(offering)
    make.set_clock(facts.sessions_of(offering.id)[0].ends_at)
    with pytest.raises(EnrolmentOver):
        withdraw(enrolment)


class TestChanging:
    """To a parallel class: what was paid goes along."""

    def test_what_was_paid_stands_for_the_new_place(self, teaching: Teaching) -> None:
        course = teaching.course()
        one, other = (teaching.offering(course=course, places=1, **FEES) for _ in range(2))
        old = teaching.enrolment(one)
        pay(old)

        new = services.move(old.member, old.code, other.id, by="x")

        assert (old.state, new.state) == (EnrolmentState.MOVED, EnrolmentState.CONFIRMED)
        assert [claims.live_places(each.id) for each in (one, other)] == [0, 1]
        payment = payment_of(new)
        assert payment.paid_at is not None
        assert owed_of(payment) == 0
        assert told(old) == ["class_unpaid", "class_enrolled"]
        assert told(new) == ["class_moved"]

    def test_an_unpaid_place_keeps_its_deadline(self, teaching: Teaching) -> None:
        course = teaching.course()
        one, other = (teaching.offering(course=course, **FEES) for _ in range(2))
        old = teaching.enrolment(one)
        due = old.held_until

        new = services.move(old.member, old.code, other.id, by="x")

        assert (new.state, new.held_until) == (EnrolmentState.UNPAID, due)
        assert payment_of(new).closed_at is None

    def test_only_parallel_classes_for_the_same_fees(self, teaching: Teaching) -> None:
        course = teaching.course()
        enrolment = teaching.enrolment(teaching.offering(course=course))
        for stranger in (teaching.offering(), teaching.offering(course=course, **FEES)):
            with pytest.raises(NotParallel):
                services.move(enrolment.member, enrolment.code, stranger.id, by="x")
        assert enrolment.state is EnrolmentState.CONFIRMED

    def test_the_caps_do_not_stand_in_the_way(self, teaching: Teaching) -> None:
        term = teaching.term(per_person=1)
        course = teaching.course()
        one, other = (teaching.offering(course=course, term=term) for _ in range(2))
        old = teaching.enrolment(one)
        assert services.move(old.member, old.code, other.id, by="x").offering_id == other.id


def test_the_public_pays_the_public_fee_from_its_own_opening(
    make: Factory, teaching: Teaching
) -> None:
    opens = at(teaching.day(1), datetime.min.time())
    term = teaching.term(public_opens_at=opens)
    offering = teaching.offering(term=term, member_fee=0, public_fee=20000)
    assert teaching.enrolment(offering).fee == 0
    make.set_clock(opens)

    stranger = teaching.enrolment(offering, make.member(valid=False))

    assert (stranger.fee, stranger.state) == (Fen(20000), EnrolmentState.UNPAID)
