"""Rolls at once: two phones at one session, one saved twice, the third absence from two sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.courses.models import ClassSession, Enrolment
from palace.courses.queries.facts import sessions_of
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.members.models import AuditLine
from palace.rollcall import services
from palace.rollcall.models import AttendanceMark, Leave
from palace.rollcall.queries import hours, roll
from palace.rollcall.rules import Mark, Saying
from palace.strikes.models import Strike
from palace.teachers.models import HoursSheet, Teacher
from tests.factory import Factory
from tests.races.together import codes, together
from tests.teaching import Teaching

ROUNDS = 8
PRESENT, ABSENT = Mark.PRESENT, Mark.ABSENT


@dataclass
class Class:
    """A class whose sessions all began a while ago, and who is in it."""

    offering_id: int
    teacher_id: int
    session_ids: list[int]
    enrolment_ids: list[int]

    def say(
        self, session: int, absent: tuple[int, ...], device: str, sequence: int = 1
    ) -> Callable[[], object]:
        """Return what calls a roll of a session from a phone, with these people away."""
        those = dict.fromkeys(self.enrolment_ids, PRESENT)
        away = {self.enrolment_ids[one]: ABSENT for one in absent}

        def call() -> object:
            saying = Saying(
                device=device,
                sequence=sequence,
                shown=those,
                said=those | away,
                opened_at=clock.now() - timedelta(minutes=1),
            )
            one = db.session.get_one(ClassSession, self.session_ids[session])
            return services.call_roll(one, saying, by="member:1")

        return call

    def marks(self, session: int) -> list[Mark | None]:
        """Return the marks that hold."""
        one = db.session.get_one(ClassSession, self.session_ids[session])
        return [line.mark for line in roll.roll_of(one)]


def class_of(live: Factory, people: int) -> Class:
    """Return a class that meets four times today, with so many people."""
    teaching = Teaching(live)
    offering = teaching.offering(sessions=4)
    ids = [teaching.enrolment(offering).id for _ in range(people)]
    begun(offering.id)
    sessions = [one.id for one in sessions_of(offering.id)]
    teacher_id = offering.teacher_id or 0
    live.commit()
    return Class(offering.id, teacher_id, sessions, ids)


def begun(offering_id: int) -> None:
    """Have a class met some times before now: its people came to it yesterday."""
    now = clock.now()
    for number, one in enumerate(sessions_of(offering_id)):
        one.starts_at = now - timedelta(hours=8 - number)
        one.ends_at = one.starts_at + timedelta(minutes=30)
        one.day = clock.palace_day(one.starts_at)
    mine = Enrolment.offering_id == offering_id
    for place in db.session.scalars(select(Enrolment).where(mine)):
        place.enrolled_at = now - timedelta(days=1)
    db.session.flush()


def count(of: type[AttendanceMark] | type[Strike] | type[Leave] | type[HoursSheet]) -> int:
    return db.session.scalar(select(func.count(of.id))) or 0


@pytest.mark.parametrize("_", range(ROUNDS))
def test_two_phones_that_sync_at_once_are_both_kept(live: Factory, live_app: Flask, _: int) -> None:
    group = class_of(live, people=6)
    jobs = [group.say(0, (0,), "phone-one"), group.say(0, (1,), "phone-two")]
    assert codes(together(live_app, jobs)) == {"won": 2}
    assert group.marks(0)[:3] == [ABSENT, ABSENT, PRESENT]
    assert count(AttendanceMark) == 12


@pytest.mark.parametrize("_", range(ROUNDS))
def test_a_roll_that_is_sent_many_times_at_once_is_kept_once(
    live: Factory, live_app: Flask, _: int
) -> None:
    group = class_of(live, people=5)
    jobs = [group.say(0, (0,), "phone-one") for _ in range(8)]
    assert codes(together(live_app, jobs)) == {"won": 8}
    assert count(AttendanceMark) == 5
    lines = select(func.count(AuditLine.id)).where(AuditLine.act == "roll_called")
    assert db.session.scalar(lines) == 1


@pytest.mark.parametrize("_", range(ROUNDS))
def test_the_third_absence_from_two_sessions_at_once_frees_one_place_with_one_strike(
    live: Factory, live_app: Flask, _: int
) -> None:
    group = class_of(live, people=3)
    assert codes(together(live_app, [group.say(0, (0, 1), "phone-one")])) == {"won": 1}
    assert codes(together(live_app, [group.say(1, (0,), "phone-one", 2)])) == {"won": 1}
    jobs = [group.say(2, (0, 1), "phone-one", 3), group.say(3, (0, 1), "phone-two")]
    assert codes(together(live_app, jobs)) == {"won": 2}
    assert count(Strike) == 2
    ended = select(AuditLine.subject).where(AuditLine.act == "enrolment_ended")
    assert sorted(db.session.scalars(ended)) == [
        f"enrolment:{one}" for one in sorted(group.enrolment_ids[:2])
    ]
    wanted = select(Enrolment).where(Enrolment.id.in_(group.enrolment_ids)).order_by(Enrolment.id)
    states = [one.state for one in db.session.scalars(wanted)]
    assert states == [EnrolmentState.ABSENT, EnrolmentState.ABSENT, EnrolmentState.CONFIRMED]


@pytest.mark.parametrize("_", range(ROUNDS))
def test_rolls_of_two_classes_with_the_same_people_wait_in_no_circle(
    live: Factory, live_app: Flask, _: int
) -> None:
    teaching = Teaching(live)
    first = class_of(live, people=4)
    course = teaching.course("国画")
    other = teaching.offering(sessions=1, course=course, first=teaching.day(20))
    ids = [
        teaching.enrolment(other, db.session.get_one(Enrolment, one).member).id
        for one in reversed(first.enrolment_ids)
    ]
    begun(other.id)
    second = Class(other.id, other.teacher_id or 0, [sessions_of(other.id)[0].id], ids)
    live.commit()
    jobs = [first.say(0, (0,), f"phone-{one}-a") for one in range(4)]
    jobs += [second.say(0, (3,), f"phone-{one}-b") for one in range(4)]
    assert codes(together(live_app, jobs)) == {"won": 8}


@pytest.mark.parametrize("_", range(ROUNDS))
def test_leave_asked_for_many_times_at_once_is_one(live: Factory, live_app: Flask, _: int) -> None:
    teaching = Teaching(live)
    offering = teaching.offering(sessions=1)
    place = teaching.enrolment(offering).id
    [session] = sessions_of(offering.id)
    live.commit()

    def ask() -> None:
        one = db.session.get_one(Enrolment, place)
        services.ask_leave(one, db.session.get_one(ClassSession, session.id), "", by="member:1")

    assert codes(together(live_app, [ask] * 8)) == {"won": 8}
    assert count(Leave) == 1


@pytest.mark.parametrize("_", range(ROUNDS))
def test_a_month_signed_many_times_at_once_is_one_sheet(
    live: Factory, live_app: Flask, _: int
) -> None:
    group = class_of(live, people=1)
    [session] = [db.session.get_one(ClassSession, one) for one in group.session_ids[:1]]
    first = session.day.replace(day=1)

    def sign() -> int:
        teacher = db.session.get_one(Teacher, group.teacher_id)
        now = hours.month_of(teacher, first, clock.now())
        told = {"sessions": now.sessions, "minutes": now.minutes}
        return services.sign(teacher, first, **told, by="member:1").id

    results = together(live_app, [sign] * 6)
    assert codes(results) == {"won": 6}
    assert count(HoursSheet) == 1
