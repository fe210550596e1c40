"""The desk of courses in tests: a programme manager, a form of a class, and planned classes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.coursedesk.queries.looking import Wanted, look
from palace.coursedesk.services.classes import ClassFacts, Opening, open_class
from palace.coursedesk.services.classes import publish as publish_class
from palace.courses.models import Offering
from palace.courses.series import Pattern, Series
from palace.db import db
from palace.members.rules import Role
from palace.money import FREE
from palace.review.models import Revision
from palace.review.rules import RevisionState
from palace.security import public_code
from palace.teachers.models import Teacher, TeacherSkill
from palace.venues.models import Space
from tests.factory import Factory
from tests.teaching import Teaching

DESK = "/staff/courses"
BY = "staff:1"
Planned = Callable[..., Offering]


@pytest.fixture
def desk(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of a programme manager of the whole palace."""
    make.site()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    make.commit()
    return client


def facts(**changed: Any) -> ClassFacts:
    """Return what is written of a class: twenty places, free, five at least."""
    given: dict[str, Any] = {
        "name_zh": "",
        "name_en": "",
        "places": 20,
        "in_person": 0,
        "in_person_until": None,
        "opens_at": None,
        "member_fee": FREE,
        "public_fee": FREE,
        "material_fee": FREE,
        "fund": None,
        "minimum": 5,
        "decides_on": None,
        "trial_sessions": 0,
        "late_sessions": 3,
        "offer_sessions": 2,
        "absences": 3,
    }
    return ClassFacts(**given | changed)


def opening(
    teaching: Teaching,
    *,
    space: Space,
    teacher: Teacher | None = None,
    series: Series | None = None,
    begins: str = "19:00",
    minutes: int = 90,
    **written: Any,
) -> Opening:
    """Return a class somebody would open: three weeks running unless told otherwise."""
    term, course = teaching.term(), teaching.course()
    days = series or weekly(teaching.day(), 3)
    wanted = Wanted(
        site_id=term.site_id,
        subject=course.subject,
        level=course.level,
        places=20,
        space_id=space.id,
        teacher_id=teacher.id if teacher else None,
        series=days,
        begins=time.fromisoformat(begins),
        minutes=minutes,
    )
    return Opening(
        term=term,
        course=course,
        space=space,
        teacher=teacher,
        wanted=wanted,
        facts=facts(**written),
    )


def weekly(first: date, count: int) -> Series:
    """Return the days of a weekly class."""
    return Series(pattern=Pattern.WEEKLY, first=first, count=count)


def opened(of: Opening, *, displaces: bool = False, key: str | None = None) -> Offering:
    """Open a class as it is shown."""
    seen = look(of.wanted).seen
    return open_class(of, seen=seen, displaces=displaces, by=BY, key=key or public_code())


def skilled(teaching: Teaching, **values: Any) -> Teacher:
    """Return a teacher of calligraphy, at any level."""
    teacher = teaching.teacher(**values)
    db.session.add(TeacherSkill(teacher_id=teacher.id, subject="calligraphy", level=0))
    db.session.flush()
    return teacher


@pytest.fixture
def planned(make: Factory, teaching: Teaching) -> Planned:
    """Return what opens a class in a room of its own, published unless told otherwise."""

    def plan(*, publish: bool = True, **how: Any) -> Offering:
        how = {"space": make.space(), "teacher": skilled(teaching)} | how
        made = opened(opening(teaching, **how))
        if publish:
            reviewed(made.course_id)
            publish_class(made)
        return made

    return plan


def reviewed(course_id: int) -> None:
    """Have the words of a course passed by the review."""
    now = clock.now()
    db.session.add(
        Revision(
            subject=f"course:{course_id}",
            state=RevisionState.PASSED,
            before={},
            fields={},
            steps=[],
            authors=["staff:1"],
            proposed_at=now,
            closed_at=now,
        )
    )
    db.session.flush()
