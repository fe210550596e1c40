"""The demonstration's courses: three terms, some ninety classes in every state, nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.clock import palace_day
from palace.coursedesk.queries.classes import to_decide
from palace.courses.catalogue import Course, Term
from palace.courses.claims import taken
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.states import OfferingState, SessionState
from palace.db import db
from palace.demo import courses, house, people, rooms
from palace.review.queries import is_reviewed
from palace.rollcall.queries.attendance import attendance_of
from palace.rollcall.rules import Attendance
from palace.surveys.models import SurveyLine
from palace.teachers.models import Teacher
from palace.teachers.queries import find_teacher


@pytest.fixture
def palace(app: Flask) -> Flask:
    """Bring the houses, their people and their courses in."""
    house.bring_in()
    rooms.bring_in()
    people.bring_in(clock.now())
    courses.bring_in(clock.now())
    return app


@pytest.mark.usefixtures("palace")
def test_a_term_is_over_one_runs_and_one_comes_with_some_ninety_classes() -> None:
    now, today = clock.now(), palace_day(clock.now())
    terms = db.session.scalars(select(Term).order_by(Term.first_on)).all()
    assert [(one.first_on <= today, one.last_on < today) for one in terms] == [
        (True, True),
        (True, False),
        (False, False),
    ]
    assert terms[1].opens_at < now < terms[1].closes_at
    offerings = db.session.scalars(select(Offering)).unique().all()
    assert 85 <= len(offerings) <= 95
    assert {one.state for one in offerings} == {OfferingState.PUBLISHED}
    assert all(is_reviewed(f"course:{one}") for one in db.session.scalars(select(Course.id)))
    assert db.session.scalar(select(func.count()).select_from(SurveyLine)) == 30


@pytest.mark.usefixtures("palace")
def test_classes_are_full_waited_for_too_small_priced_and_running_ten_days() -> None:
    now = clock.now()
    current = select(Offering).join(Offering.term).where(Term.last_on >= palace_day(now))
    offerings = db.session.scalars(current).unique().all()
    by_id = {one.id: taken(one.id) for one in offerings}
    full = [one for one in offerings if by_id[one.id].live == one.places]
    assert [by_id[one.id].waiting for one in full] == [6]
    assert [(one.enrolled, one.offering.decides_on) for one in to_decide(None, now)] == [
        (4, palace_day(now) + timedelta(days=1))
    ]
    assert any(one.member_fee for one in offerings)
    (course,) = db.session.scalars(select(Course).where(Course.max_age == 12))
    days = {
        one.id: db.session.scalars(
            select(ClassSession.day).where(ClassSession.offering_id == one.id)
        ).all()
        for one in offerings
        if one.course_id == course.id
    }
    assert [len(some) for some in days.values()] == [10, 10]
    assert all(day.isoweekday() <= 5 for some in days.values() for day in some)


@pytest.mark.usefixtures("palace")
def test_every_session_has_its_room_and_nobody_too_many_classes() -> None:
    held = select(func.count(), func.count(ClassSession.occupancy_id)).where(
        ClassSession.state == SessionState.PLANNED
    )
    count, rooms_held = db.session.execute(held).one()
    assert count == rooms_held > 1000
    most = (
        select(func.count().label("classes"))
        .select_from(Enrolment)
        .join(Offering, Offering.id == Enrolment.offering_id)
        .group_by(Enrolment.member_id, Offering.term_id)
        .subquery()
    )
    assert db.session.scalar(select(func.max(most.c.classes))) == 2


@pytest.mark.usefixtures("palace")
def test_the_teacher_of_the_sign_ins_teaches() -> None:
    teacher = db.session.scalars(select(Teacher).where(Teacher.member_id.is_not(None))).one()
    found = find_teacher(teacher.member_id or 0)
    assert found is teacher
    taught = select(func.count()).where(ClassSession.teacher_id == teacher.id)
    assert (db.session.scalar(taught) or 0) > 12


@pytest.mark.usefixtures("palace")
def test_rolls_were_called_and_say_who_has_a_certificate() -> None:
    today = palace_day(clock.now())
    by_term: dict[bool, list[Attendance]] = {True: [], False: []}
    for one in db.session.scalars(select(Offering).join(Offering.term)).unique():
        by_term[one.term.last_on < today] += attendance_of(one.id).values()
    shares = [one.attended / one.held for one in by_term[True]]
    assert 0 < sum(share < 0.7 for share in shares) < len(shares) / 4
    assert all(one.absent < 3 for one in by_term[False])
