"""A class that meets tonight, its teacher, and who is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from palace import clock
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.queries.facts import sessions_of
from palace.members.models import Member
from palace.rollcall import services
from palace.rollcall.queries import roll
from palace.rollcall.rules import Mark, Saying
from palace.rollcall.services.calling import Called
from palace.teachers.models import Teacher
from tests.factory import Factory
from tests.teaching import Teaching

DAY = date(2026, 12, 1)
JSON = {"Accept": "application/json"}
MINUTE, INSTANT = timedelta(minutes=1), timedelta(milliseconds=1)


@dataclass
class Class:
    """Four sessions from the first of December, 19:00 to 20:30; three people, leave until 18:00."""

    teaching: Teaching
    account: Member
    teacher: Teacher
    offering: Offering
    people: list[Enrolment]
    sessions: list[ClassSession] = field(init=False)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.sessions = sessions_of(self.offering.id)

    @property
    def make(self) -> Factory:
        """Return the factory of rows."""
        return self.teaching.make

    def at(self, session: int, minutes: float, *, earlier: timedelta = timedelta()) -> datetime:
        """Set the clock to so many minutes after the start of a session, counted from 0."""
        instant = self.sessions[session].starts_at + timedelta(minutes=minutes) - earlier
        self.make.set_clock(instant)
        return instant

    def say(
        self, session: int = 0, *, absent: tuple[int, ...] = (), late: tuple[int, ...] = ()
    ) -> Saying:
        """Return what a phone says that opens the roll now and taps these people, counted from 0."""
        lines = roll.roll_of(self.sessions[session])
        shown = {line.enrolment.id: line.shown for line in lines}
        tapped = {self.people[one].id: Mark.ABSENT for one in absent}
        tapped |= {self.people[one].id: Mark.LATE for one in late}
        self.numbers += 1
        return Saying(
            device="a-phone",
            sequence=self.numbers,
            shown=shown,
            said=dict.fromkeys(shown, Mark.PRESENT) | tapped,
            opened_at=clock.now(),
        )

    def call(
        self, session: int = 0, *, absent: tuple[int, ...] = (), late: tuple[int, ...] = ()
    ) -> Called:
        """Call a roll by tapping these people."""
        saying = self.say(session, absent=absent, late=late)
        return services.call_roll(self.sessions[session], saying, by=self.actor)

    def marks(self, session: int = 0) -> list[Mark | None]:
        """Return the marks that hold of its people."""
        found = {line.enrolment.id: line.mark for line in roll.roll_of(self.sessions[session])}
        return [found.get(one.id) for one in self.people]

    @property
    def actor(self) -> str:
        """Return how the audit names its teacher."""
        return f"member:{self.account.id}"


def said(answer: TestResponse) -> Any:
    """Return what an answer says to a program."""
    return answer.json


def read(client: FlaskClient, address: str) -> Any:
    """Return what an address says to a program."""
    return said(client.get(address, headers=JSON))


@pytest.fixture
def group(teaching: Teaching) -> Class:
    """Return a class that people enrolled in the day before it begins."""
    teaching.make.set_clock(clock.at(DAY - timedelta(days=1), datetime.min.time()))
    account = teaching.make.member("周老师")
    teacher = teaching.teacher(account, name_zh="周明")
    offering = teaching.offering(sessions=4, teacher=teacher, first=DAY)
    names = ("李想", "王芳", "陈晨")
    people = [teaching.enrolment(offering, teaching.make.member(name)) for name in names]
    return Class(teaching, account, teacher, offering, people)


@pytest.fixture
def phone(group: Class, client: FlaskClient) -> FlaskClient:
    """Return the teacher's phone, signed in at the start of the first session."""
    group.at(0, 0)
    group.make.sign_in(client, group.account)
    return client
