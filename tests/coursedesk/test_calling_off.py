"""A class is called off by two people: proposed with its figures, confirmed by another, or withdrawn."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from palace import clock
from palace.coursedesk.errors import CallOffGone, CallOffOpen, ClassOver
from palace.coursedesk.models import CallOff
from palace.coursedesk.queries import calling
from palace.coursedesk.rules import CallOffState
from palace.coursedesk.services import calling_off
from palace.coursedesk.services.ending import keep
from palace.courses import services
from palace.courses.models import Enrolment, Offering
from palace.courses.queries.facts import sessions_of
from palace.courses.states import EnrolmentState, OfferingState
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.payments.states import Backend, RefundReason, RefundState
from palace.proposals import FiguresMoved, SecondPersonNeeded, seen_as
from tests.coursedesk.conftest import BY, Planned
from tests.factory import Factory
from tests.money import refunds
from tests.teaching import Teaching

SECOND, WHY = "staff:2", "报名人数不够"
FEE = 2000


def propose(of: Offering, why: str = WHY, by: str = BY) -> CallOff:
    """Propose as the first person."""
    made = calling_off.propose(of, why=why, by=by)
    assert made is not None
    return made


def seen_now(of: Offering) -> str:
    """Return the figures a page shows now."""
    return seen_as(calling.preview(of, clock.now()).figures)


def confirm(made: CallOff, by: str = SECOND, seen: str | None = None) -> CallOff:
    """Confirm as the second person what is shown now."""
    shown = seen_now(made.offering) if seen is None else seen
    return calling_off.confirm(made.offering_id, made.id, seen=shown, by=by)


def pay(place: Enrolment) -> Payment:
    """Let the money of a place come."""
    payment = db.session.scalars(select(Payment).where(Payment.subject_id == place.id)).one()
    payments.receive(payment, reference=f"slip-{place.id}", now=clock.now())
    db.session.refresh(place)
    return payment


def acts() -> list[str]:
    """Return what the audit says of calling off, in order."""
    wanted = select(AuditLine.act).where(AuditLine.act.contains("call"))
    return list(db.session.scalars(wanted.order_by(AuditLine.id)))


def test_one_proposes_nothing_changes_and_another_confirms(
    teaching: Teaching, planned: Planned
) -> None:
    of = planned(member_fee=Fen(FEE))
    place = teaching.enrolment(of)
    pay(place)
    made = propose(of)
    assert (of.state, place.state) == (OfferingState.PUBLISHED, EnrolmentState.CONFIRMED)
    assert not refunds()
    done = confirm(made)
    db.session.refresh(place)
    assert (done.state, done.decided_by, done.why) == (CallOffState.DONE, SECOND, WHY)
    assert (of.state, of.why, place.state) == (
        OfferingState.CANCELLED,
        WHY,
        EnrolmentState.CANCELLED,
    )
    assert [(one.amount, one.reason) for one in refunds()] == [(FEE, RefundReason.CANCELLED)]
    assert confirm(made).state is CallOffState.DONE
    assert len(refunds()) == 1
    assert acts() == ["call_off_proposed", "class_called_off"]
    with pytest.raises(ClassOver):
        calling_off.propose(of, why=WHY, by=BY)
    with pytest.raises(CallOffGone):
        calling_off.withdraw(of.id, made.id, by=SECOND)


def test_who_proposed_does_not_confirm(planned: Planned) -> None:
    made = propose(planned())
    with pytest.raises(SecondPersonNeeded):
        confirm(made, by=BY)
    assert made.offering.state is OfferingState.PUBLISHED
    by_one = update(CallOff).values(state=CallOffState.DONE, decided_by=BY, decided_at=clock.now())
    with pytest.raises(IntegrityError, match="ck_call_offs_another"):
        db.session.execute(by_one)


def test_the_same_proposal_twice_is_one_and_another_is_refused(planned: Planned) -> None:
    of = planned()
    made = propose(of)
    assert propose(of).id == made.id
    with pytest.raises(CallOffOpen):
        propose(of, why="老师走了")
    with pytest.raises(CallOffOpen):
        propose(of, by=SECOND)


def test_what_was_withdrawn_is_not_confirmed_and_may_be_proposed_again(planned: Planned) -> None:
    of = planned()
    made = propose(of)
    calling_off.withdraw(of.id, made.id, by=SECOND)
    assert calling_off.withdraw(of.id, made.id, by=SECOND).state is CallOffState.WITHDRAWN
    with pytest.raises(CallOffGone):
        confirm(made)
    again = propose(of)
    assert again.id != made.id
    with pytest.raises(NotFound):
        calling_off.confirm(of.id + 1, again.id, seen=seen_now(of), by=SECOND)
    assert acts() == ["call_off_proposed", "call_off_withdrawn", "call_off_proposed"]


def test_a_few_more_people_are_as_good_as_shown_and_six_are_not(
    teaching: Teaching, planned: Planned
) -> None:
    of = planned()
    made, seen = propose(of), seen_now(of)
    for _ in range(6):
        teaching.enrolment(of)
    with pytest.raises(FiguresMoved):
        confirm(made, seen=seen)
    assert of.state is OfferingState.PUBLISHED
    one = db.session.scalars(select(Enrolment).limit(1)).one()
    services.withdraw(one.member, one.code, by=BY)
    assert confirm(made, seen=seen).state is CallOffState.DONE


@pytest.mark.parametrize("seen", ["", "people=1", "people=x places=0 waiting=0 paid=0"])
def test_figures_nobody_can_read_confirm_nothing(planned: Planned, seen: str) -> None:
    with pytest.raises(FiguresMoved):
        confirm(propose(planned()), seen=seen)


def test_money_that_came_meanwhile_is_looked_at_first(teaching: Teaching, planned: Planned) -> None:
    of = planned(member_fee=Fen(FEE))
    place = teaching.enrolment(of)
    made, seen = propose(of), seen_now(of)
    pay(place)
    with pytest.raises(FiguresMoved):
        confirm(made, seen=seen)
    assert not refunds()
    assert confirm(made).state is CallOffState.DONE


def test_it_is_said_before_which_way_the_money_goes_and_goes_that_way(
    teaching: Teaching, planned: Planned
) -> None:
    of = planned(member_fee=Fen(FEE), material_fee=Fen(500))
    paid = [pay(teaching.enrolment(of)) for _ in range(5)]
    teaching.enrolment(of)
    paid[0].backend = Backend.STRIPE
    payments.invoiced([paid[1].id], clock.now())
    for payment, part in ((paid[2], 700), (paid[3], 2500)):
        payments.propose_refund(payment.id, Fen(part), why="停过课", by=BY)
    db.session.flush()
    shown = calling.preview(of, clock.now())
    said = {one.state: (one.count, one.amount) for one in shown.back}
    assert said == {
        RefundState.OWED: (1, 2500),
        RefundState.HELD: (1, 2500),
        RefundState.COUNTER: (2, 1800 + 2500),
    }
    assert (shown.figures.people, shown.figures.places, shown.unpaid) == (6, 6, 1)
    assert shown.figures.paid == 9300
    confirm(propose(of))
    went = [one for one in refunds() if one.reason is RefundReason.CANCELLED]
    assert sorted((one.state.value, one.amount) for one in went) == [
        ("counter", 1800),
        ("counter", 2500),
        ("held", 2500),
        ("owed", 2500),
    ]
    assert not calling.preview(of, clock.now()).back


def test_a_draft_is_dropped_by_one(planned: Planned) -> None:
    draft = planned(publish=False)
    assert calling_off.propose(draft, why=WHY, by=BY) is None
    assert draft.state is OfferingState.CANCELLED
    assert db.session.scalars(select(CallOff)).first() is None


def test_who_says_it_takes_place_answers_the_proposal(planned: Planned) -> None:
    of = planned()
    made = propose(of)
    keep(of, by=SECOND)
    db.session.refresh(made)
    assert (made.state, made.decided_by) == (CallOffState.WITHDRAWN, SECOND)
    with pytest.raises(CallOffGone):
        confirm(made, by="staff:3")
    assert of.state is OfferingState.PUBLISHED


def test_what_waits_is_counted_for_others_until_the_class_is_over(
    make: Factory, planned: Planned
) -> None:
    of = planned()
    made = propose(of)
    assert calling.count_to_confirm(None, BY) == 0
    assert calling.count_to_confirm(None, SECOND) == 1
    assert calling.count_to_confirm([], SECOND) == 0
    assert [one.id for one in calling.proposed([of.term.site_id])] == [made.id]
    last = sessions_of(of.id)[-1]
    make.set_clock(last.ends_at)
    assert calling.count_to_confirm(None, SECOND) == 0
    assert not calling.proposed(None)
    with pytest.raises(ClassOver):
        confirm(made)
    make.set_clock(None)
