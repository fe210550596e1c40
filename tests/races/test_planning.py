"""Desks plan at once: a room, a hall with its half and a teacher are taken once; classes are whole or not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace.coursedesk.queries.looking import look
from palace.coursedesk.services.classes import Opening, open_class, publish
from palace.coursedesk.services.ending import call_off
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.services import enrol, planning
from palace.courses.states import HOLDING, OfferingState, SessionState
from palace.db import db
from palace.members.models import Member
from palace.security import public_code
from palace.teachers.models import Teacher
from palace.teachers.rules import Span
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use
from tests.coursedesk.conftest import BY, opened, opening, reviewed, skilled
from tests.factory import Factory
from tests.lending import span
from tests.races.test_rooms import overlaps
from tests.races.together import codes, together
from tests.teaching import Teaching

ROUNDS, DESKS = 4, 8
CLASSES, WEEKS, ROOMS, TEACHERS = 90, 6, 6, 9


@pytest.fixture
def teaching(live: Factory) -> Teaching:
    """Return the factory of classes whose rows are committed."""
    return Teaching(live)


def taught_twice() -> int:
    """Return how many pairs of planned sessions one teacher has at the same time."""
    one, other = ClassSession.__table__.alias(), ClassSession.__table__.alias()
    pairs = select(func.count()).where(
        one.c.id < other.c.id,
        one.c.teacher_id == other.c.teacher_id,
        one.c.state == SessionState.PLANNED,
        other.c.state == SessionState.PLANNED,
        one.c.starts_at < other.c.ends_at,
        other.c.starts_at < one.c.ends_at,
    )
    return db.session.scalar(pairs) or 0


def opens(of: Opening) -> Callable[[], object]:
    """Return a try to open a class as everybody saw it before anybody did."""
    seen, key = look(of.wanted).seen, public_code()
    space_id, teacher_id = of.space.id, of.teacher.id if of.teacher else None

    def act() -> object:
        mine = Opening(
            term=db.session.merge(of.term),
            course=db.session.merge(of.course),
            space=db.session.get_one(Space, space_id),
            teacher=db.session.get_one(Teacher, teacher_id) if teacher_id else None,
            wanted=of.wanted,
            facts=of.facts,
        )
        return open_class(mine, seen=seen, displaces=False, by=BY, key=key).id

    return act


def whole() -> bool:
    """Return whether each class there is has its three sessions, each with its room."""
    counted = select(func.count(), func.count(ClassSession.occupancy_id)).group_by(
        ClassSession.offering_id
    )
    return {tuple(row) for row in db.session.execute(counted)} <= {(3, 3)}


def test_desks_that_plan_one_room_do_so_once(live: Factory, teaching: Teaching) -> None:
    for _ in range(ROUNDS):
        space = live.space()
        tries = [
            opens(opening(teaching, space=space, teacher=skilled(teaching))) for _ in range(DESKS)
        ]
        live.commit()
        assert codes(together(live.app, tries)) == {"won": 1, "class_dates_changed": DESKS - 1}
    assert (overlaps(), whole()) == (0, True)


def test_desks_that_plan_a_hall_and_its_half_do_so_once(live: Factory, teaching: Teaching) -> None:
    for number in range(ROUNDS):
        parts = [90_000 + 2 * number, 90_001 + 2 * number]
        hall, half = live.space(parts), live.space(parts[:1])
        tries = [
            opens(opening(teaching, space=space, teacher=skilled(teaching)))
            for space in (hall, half) * (DESKS // 2)
        ]
        live.commit()
        assert codes(together(live.app, tries))["won"] == 1
    assert (overlaps(), whole()) == (0, True)


def test_desks_that_plan_one_teacher_do_so_once(live: Factory, teaching: Teaching) -> None:
    for _ in range(ROUNDS):
        teacher = skilled(teaching)
        tries = [
            opens(opening(teaching, space=live.space(), teacher=teacher)) for _ in range(DESKS)
        ]
        live.commit()
        assert codes(together(live.app, tries)) == {"won": 1, "class_dates_changed": DESKS - 1}
    assert (taught_twice(), overlaps(), whole()) == (0, 0, True)


def test_a_term_of_ninety_classes_has_no_clash(live: Factory, teaching: Teaching) -> None:
    """Hand-made requests: nobody looked before, rooms, teachers and times are drawn by lot."""
    drawn = random.Random(7)
    rooms = [live.space() for _ in range(ROOMS)]
    teachers = [skilled(teaching) for _ in range(TEACHERS)]
    course, term = teaching.course(), teaching.term()
    tries = []
    for _ in range(CLASSES):
        of = Offering(
            term_id=term.id,
            course_id=course.id,
            space_id=drawn.choice(rooms).id,
            teacher_id=drawn.choice(teachers).id,
            places=20,
        )
        live.add(of)
        first = teaching.day(14 + drawn.randrange(7))
        begins = f"{drawn.choice((9, 10, 14, 15, 19)):02}:{drawn.choice((0, 30)):02}"
        spans = [weekly_span(first + timedelta(weeks=week), begins) for week in range(WEEKS)]
        tries.append(plans(of.id, spans))
    live.commit()
    found = codes(together(live.app, tries))

    assert set(found) == {"won", "space_taken", "teacher_busy"}
    assert (overlaps(), taught_twice()) == (0, 0)
    counts = Counter(db.session.scalars(select(ClassSession.offering_id)))
    assert set(counts.values()) == {WEEKS}
    assert len(counts) == found["won"]
    held = select(func.count()).where(Occupancy.use == Use.CLASS_SESSION)
    assert db.session.scalar(held) == WEEKS * found["won"]


def weekly_span(day: object, begins: str) -> Span:
    """Return ninety minutes of a day."""
    found = span(day, begins, 90)  # type: ignore[arg-type]  # a day
    return Span(found.day, found.starts_at, found.ends_at)


def plans(offering_id: int, spans: list[Span]) -> Callable[[], object]:
    """Return a try to plan sessions of a class."""
    return lambda: planning.plan(db.session.get_one(Offering, offering_id), spans, by=BY)


def test_who_is_planned_is_not_taken_as_a_substitute(live: Factory, teaching: Teaching) -> None:
    for _ in range(ROUNDS):
        wanted, teaches = skilled(teaching), skilled(teaching)
        made = opened(opening(teaching, space=live.space(), teacher=teaches))
        (first_id, *_) = db.session.scalars(
            select(ClassSession.id).where(ClassSession.offering_id == made.id)
        )
        tries = [
            opens(opening(teaching, space=live.space(), teacher=wanted)),
            substitutes(first_id, wanted.id),
        ] * 4
        live.commit()
        assert codes(together(live.app, tries))["won"] >= 1
    assert (taught_twice(), overlaps()) == (0, 0)


def substitutes(session_id: int, teacher_id: int) -> Callable[[], object]:
    """Return a try to have somebody teach a session."""
    return lambda: planning.substitute(
        db.session.get_one(ClassSession, session_id),
        db.session.get_one(Teacher, teacher_id),
        by=BY,
    )


def test_nobody_keeps_a_place_in_a_class_that_is_called_off(
    live: Factory, teaching: Teaching
) -> None:
    for _ in range(ROUNDS):
        made = opened(opening(teaching, space=live.space(), teacher=skilled(teaching)))
        reviewed(made.course_id)
        publish(made)
        people = [live.member() for _ in range(DESKS)]
        there = teaching.enrolment(made)
        live.commit()
        offering_id = made.id
        tries: list[Callable[[], object]] = [
            enrols(teaching, offering_id, one.id) for one in people
        ]
        tries += [enrols(teaching, offering_id, there.member_id), calls_off(offering_id)]
        together(live.app, tries)
        db.session.expire_all()
        of = db.session.get_one(Offering, offering_id)
        assert of.state is OfferingState.CANCELLED
        live_ones = select(func.count()).where(
            Enrolment.offering_id == offering_id, Enrolment.state.in_(HOLDING)
        )
        assert db.session.scalar(live_ones) == 0
    assert overlaps() == 0


def enrols(teaching: Teaching, offering_id: int, member_id: int) -> Callable[[], object]:
    """Return a try to enrol."""

    def act() -> object:
        of = db.session.get_one(Offering, offering_id)
        member = db.session.get_one(Member, member_id)
        return enrol(teaching.wish(of, member), by=f"member:{member_id}").id

    return act


def calls_off(offering_id: int) -> Callable[[], object]:
    """Return calling a class off."""
    return lambda: call_off(db.session.get_one(Offering, offering_id), by=BY, why="取消")
