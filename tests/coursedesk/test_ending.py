"""Deciding about a class below its minimum, and calling one off with everything that hangs on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.clock import palace_day
from palace.coursedesk.errors import ClassOver, NothingToDecide
from palace.coursedesk.queries.classes import to_decide
from palace.coursedesk.services.ending import call_off, keep
from palace.courses.models import ClassSession, ClassWait
from palace.courses.queries import facts
from palace.courses.states import EnrolmentState, OfferingState, SessionState, WaitState
from palace.db import db
from palace.members.models import AuditLine
from palace.money import Fen
from palace.notices.models import Notice
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.venues.models import Occupancy
from palace.venues.rules import Use
from tests.coursedesk.conftest import BY, Planned, opened, opening, skilled
from tests.factory import Factory
from tests.money import owed_of
from tests.teaching import Teaching


def count(kind: str) -> int:
    """Return how many are told of a kind."""
    wanted = select(func.count()).select_from(Notice).where(Notice.kind == kind)
    return db.session.scalar(wanted) or 0


def test_a_class_called_off_gives_everything_back_and_tells_all(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    teacher = skilled(teaching, member=make.member("王老师"))
    made = planned(teacher=teacher, places=2, minimum=1)
    one, other = teaching.enrolment(made), teaching.enrolment(made)
    wait = teaching.wait(made)
    assert call_off(made, by=BY, why="报名人数不够") == 2

    assert (made.state, made.why) == (OfferingState.CANCELLED, "报名人数不够")
    for enrolment in (one, other):
        db.session.refresh(enrolment)
        assert enrolment.state is EnrolmentState.CANCELLED
    db.session.refresh(wait)
    assert wait.state is WaitState.OVER
    assert (count("class_called_off"), count("class_not_taught")) == (2, 1)
    held = select(func.count()).where(Occupancy.use == Use.CLASS_SESSION)
    assert db.session.scalar(held) == 0
    states = select(ClassSession.state).where(ClassSession.offering_id == made.id)
    assert set(db.session.scalars(states)) == {SessionState.CANCELLED}
    entries = select(AgendaEntry.status).where(AgendaEntry.offering_id == made.id)
    assert set(db.session.scalars(entries)) == {EntryStatus.CANCELLED}
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "class_called_off")).one()
    assert (line.why, line.after) == ("报名人数不够", {"places": 2})
    with pytest.raises(ClassOver):
        call_off(made, by=BY, why="再来")
    opened(opening(teaching, space=made.space, teacher=teacher))


def test_what_was_paid_is_owed_back_and_what_was_not_is_closed(
    teaching: Teaching, planned: Planned
) -> None:
    made = planned(member_fee=Fen(3000), public_fee=Fen(3000))
    paid, unpaid = teaching.enrolment(made), teaching.enrolment(made)
    asked = {row.subject_id: row for row in db.session.scalars(select(Payment))}
    payments.receive(asked[paid.id], reference="1", now=clock.now())
    db.session.refresh(paid)
    states = (paid.state, unpaid.state)
    assert states == (EnrolmentState.CONFIRMED, EnrolmentState.UNPAID)
    call_off(made, by=BY, why="报名人数不够")
    assert owed_of(asked[paid.id]) == 3000
    assert asked[unpaid.id].closed_at is not None
    assert owed_of(asked[unpaid.id]) == 0


def test_nobody_is_told_of_a_draft_that_is_dropped(planned: Planned) -> None:
    draft = planned(publish=False)
    call_off(draft, by=BY, why="不开了")
    assert draft.published_at is None
    assert count("class_called_off") + count("class_not_taught") == 0


def test_a_class_below_its_minimum_is_listed_until_somebody_decides(
    make: Factory, teaching: Teaching, planned: Planned
) -> None:
    now = clock.now()
    made = planned(minimum=2, decides_on=palace_day(now) + timedelta(days=7))
    later = planned(space=make.space(), minimum=2, decides_on=palace_day(now) + timedelta(days=8))
    enough = planned(space=make.space(), minimum=1, decides_on=palace_day(now))
    teaching.enrolment(enough)
    teaching.enrolment(made)
    assert [(one.offering.id, one.enrolled) for one in to_decide(None, now)] == [(made.id, 1)]
    assert not to_decide([], now)

    keep(made, by=BY)
    assert made.confirmed_at is not None
    assert not to_decide(None, now)
    with pytest.raises(NothingToDecide):
        keep(made, by=BY)
    assert later.confirmed_at is None


def test_what_was_taught_stays(make: Factory, teaching: Teaching, planned: Planned) -> None:
    made = planned()
    (first, *_) = facts.sessions_of(made.id)
    make.set_clock(first.ends_at)
    call_off(made, by=BY, why="老师走了")
    make.set_clock(None)
    states = [one.state for one in facts.sessions_of(made.id)]
    assert states == [SessionState.PLANNED, SessionState.CANCELLED, SessionState.CANCELLED]
    assert not db.session.scalars(select(ClassWait)).all()
