"""A class is called off while second persons press at once and others enrol, pay and decide."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.coursedesk.models import CallOff
from palace.coursedesk.queries import calling
from palace.coursedesk.rules import CallOffState
from palace.coursedesk.services import calling_off
from palace.coursedesk.services.ending import keep
from palace.courses.errors import RulesFailed
from palace.courses.models import Enrolment, Offering
from palace.courses.states import HOLDING, EnrolmentState, OfferingState
from palace.db import db
from palace.errors import PalaceError
from palace.money import Fen
from palace.notices.models import Notice
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.payments.states import RefundState
from palace.proposals import FiguresMoved, seen_as
from tests.factory import Factory
from tests.money import owed_of, refunds
from tests.races.test_enrolling import tap
from tests.races.together import codes, together
from tests.teaching import Teaching

Job = Callable[[], object]
FEE = Fen(2000)


def proposed(of: Offering) -> int:
    """Propose to call a class off; return the number of the proposal."""
    made = calling_off.propose(of, why="报名人数不够", by="staff:1")
    assert made is not None
    return made.id


def confirming(of: Offering, number: int, by: str) -> Job:
    """Return a second person who looks, confirms, and looks again where the figures changed."""
    of_id = of.id

    def press() -> object:
        while True:
            shown = calling.preview(db.session.get_one(Offering, of_id), clock.now())
            try:
                seen = seen_as(shown.figures)
                return calling_off.confirm(of_id, number, seen=seen, by=by).state
            except FiguresMoved:
                db.session.rollback()

    return press


def paid_places(teaching: Teaching, of: Offering, count: int) -> list[Payment]:
    """Return the payments of so many places whose money came."""
    found = []
    for _ in range(count):
        place = teaching.enrolment(of)
        payment = db.session.scalars(select(Payment).where(Payment.subject_id == place.id)).one()
        payments.receive(payment, reference=f"slip-{place.id}", now=clock.now())
        found.append(payment)
    return found


def test_of_many_second_persons_one_calls_it_off(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    of = teaching.offering(member_fee=FEE)
    paid = [one.id for one in paid_places(teaching, of, 4)]
    number = proposed(of)
    live.commit()
    jobs = [confirming(of, number, f"staff:{one}") for one in range(2, 10)]
    assert codes(together(live_app, jobs)) == {"won": 8}
    db.session.expire_all()
    assert db.session.get_one(Offering, of.id).state is OfferingState.CANCELLED
    assert db.session.get_one(CallOff, number).state is CallOffState.DONE
    assert sorted((one.payment_id, one.amount) for one in refunds()) == [(one, FEE) for one in paid]
    told = select(func.count()).where(Notice.kind == "class_called_off")
    assert db.session.scalar(told) == 4


def test_who_enrols_meanwhile_is_ended_with_the_class_or_refused(
    live: Factory, live_app: Flask
) -> None:
    teaching = Teaching(live)
    of = teaching.offering(places=60)
    people = [live.member() for _ in range(40)]
    number = proposed(of)
    live.commit()
    jobs = [tap(of, one) for one in people]
    jobs.insert(20, confirming(of, number, "staff:2"))
    results = together(live_app, jobs, at_once=16)
    assert not isinstance(results[20], PalaceError), results[20]
    refused = [one for one in results if isinstance(one, PalaceError)]
    assert all(isinstance(one, RulesFailed) for one in refused), refused
    why = {
        failure.code for one in refused if isinstance(one, RulesFailed) for failure in one.failures
    }
    assert why <= {"class_cancelled"}
    db.session.expire_all()
    states = list(db.session.scalars(select(Enrolment.state)))
    assert set(states) <= {EnrolmentState.CANCELLED}
    assert len(states) == codes(results)["won"] - 1
    told = select(func.count()).where(Notice.kind == "class_called_off")
    assert db.session.scalar(told) == len(states)


def test_money_that_comes_meanwhile_goes_back_once(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    of = teaching.offering(member_fee=FEE)
    paid_places(teaching, of, 2)
    asked = []
    for _ in range(8):
        place = teaching.enrolment(of)
        asked.append(
            db.session.scalars(select(Payment).where(Payment.subject_id == place.id)).one().id
        )
    number = proposed(of)
    live.commit()

    def paying(payment_id: int) -> Job:
        def pay() -> object:
            payment = db.session.get_one(Payment, payment_id)
            payments.receive(payment, reference=f"late-{payment_id}", now=clock.now())
            return payment.id

        return pay

    jobs = [paying(one) for one in asked]
    jobs.insert(4, confirming(of, number, "staff:2"))
    assert set(codes(together(live_app, jobs, at_once=9))) == {"won"}
    db.session.expire_all()
    held = select(func.count()).where(Enrolment.state.in_(HOLDING))
    assert db.session.scalar(held) == 0
    everything = db.session.scalars(select(Payment)).all()
    assert [owed_of(one) for one in everything] == [FEE] * 10
    assert {one.state for one in refunds()} == {RefundState.COUNTER}


def test_it_takes_place_or_it_does_not(live: Factory, live_app: Flask) -> None:
    teaching = Teaching(live)
    of = teaching.offering(minimum=5)
    of_id, number = of.id, proposed(of)
    live.commit()

    def keeping() -> object:
        keep(db.session.get_one(Offering, of_id), by="staff:3")
        return of_id

    jobs = [confirming(of, number, "staff:2"), keeping]
    won = codes(together(live_app, jobs))
    assert won["won"] == 1
    assert won["call_off_gone"] + won["nothing_to_decide"] == 1
    db.session.expire_all()
    now_so, made = db.session.get_one(Offering, of_id), db.session.get_one(CallOff, number)
    off = made.state is CallOffState.DONE
    assert (now_so.state is OfferingState.CANCELLED) == off
    assert (now_so.confirmed_at is not None) != off
