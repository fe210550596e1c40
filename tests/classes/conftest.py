"""A class with its teacher, the office, and who is in it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from palace.courses.models import Enrolment, Offering
from palace.db import db
from palace.members.models import Member
from tests.factory import Factory
from tests.teaching import Teaching


@dataclass
class Class:
    """A class, who teaches it, and who is in it."""

    offering: Offering
    teacher: Member
    people: list[Enrolment]


def a_class(make: Factory, teaching: Teaching, people: int = 2, sessions: int = 3) -> Class:
    """Return a class of so many people with a teacher who signs in."""
    teaching.rules()
    teacher = make.member("李老师")
    offering = teaching.offering(
        sessions, teacher=teaching.teacher(teacher), places=max(people, 20)
    )
    names = "赵钱孙周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
    made = [make.member(names[turn % len(names)] + "小明") for turn in range(people)]
    return Class(offering, teacher, [teaching.enrolment(offering, one) for one in made])


@pytest.fixture
def room(make: Factory, teaching: Teaching) -> Class:
    """Return a class of two people."""
    found = a_class(make, teaching)
    db.session.flush()
    return found
