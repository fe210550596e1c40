"""A class that is over, with who was there how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from palace.certificates import queries
from palace.courses.models import Enrolment, Offering
from palace.courses.queries.facts import sessions_of
from palace.rollcall.models import AttendanceMark
from palace.rollcall.rules import Mark
from tests.factory import NUMBERS, Factory
from tests.teaching import Teaching


@dataclass
class Finished:
    """A class whose roll was called at every session."""

    offering: Offering
    ends_at: datetime
    people: list[Enrolment] = field(default_factory=list)


def attend(make: Factory, one: Enrolment, times: int) -> None:
    """Mark somebody present at so many sessions of their class, and absent at the others."""
    for number, each in enumerate(sessions_of(one.offering_id)):
        make.add(
            AttendanceMark(
                class_session_id=each.id,
                enrolment_id=one.id,
                mark=Mark.PRESENT if number < times else Mark.ABSENT,
                device="test",
                sequence=next(NUMBERS),
                marked_at=each.starts_at,
                received_at=each.starts_at,
                marked_by="system",
            )
        )


def finished(make: Factory, teaching: Teaching, *times: int, sessions: int = 10) -> Finished:
    """Return a class that is over: each came so many times."""
    teaching.rules()
    offering = teaching.offering(sessions)
    people = [teaching.enrolment(offering) for _ in times]
    for one, came in zip(people, times, strict=True):
        attend(make, one, came)
    ends_at = queries.length_of(offering.id).ends_at
    assert ends_at
    make.set_clock(ends_at)
    return Finished(offering, ends_at, people)


@pytest.fixture
def over(make: Factory, teaching: Teaching) -> Finished:
    """Return a class of ten sessions: one came to all, one to seven, one to six, one never."""
    return finished(make, teaching, 10, 7, 6, 0)
