"""Who is in a class is reminded a day before each session, once for each start."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.queries.facts import sessions_of
from palace.courses.states import SessionState
from palace.db import db
from palace.notices.models import Notice
from palace.notices.senders import text_of
from palace.rollcall.models import Leave
from palace.rollcall.services.reminding import KIND, remind
from tests.factory import Factory
from tests.teaching import Teaching


@pytest.fixture
def place(make: Factory, teaching: Teaching) -> Enrolment:
    """Return a place in a class, taken two weeks before it begins."""
    make.site()
    make.rules()
    return teaching.enrolment(teaching.offering())


def first_of(of: Offering) -> ClassSession:
    return sessions_of(of.id)[0]


def told() -> list[Notice]:
    return list(db.session.scalars(select(Notice).where(Notice.kind == KIND)))


def test_a_day_before_a_session_and_no_second_earlier(make: Factory, place: Enrolment) -> None:
    starts_at = first_of(place.offering).starts_at
    make.set_clock(starts_at - timedelta(hours=24, seconds=1))
    assert remind(clock.now()) == 0
    make.set_clock(starts_at - timedelta(hours=24))
    assert remind(clock.now()) == 1
    assert remind(clock.now()) == 0

    [notice] = told()
    assert notice.receiver == f"member:{place.member_id}"
    assert place.offering.course.title_zh in text_of(KIND, notice.subject, notice.values)


def test_not_who_asked_for_leave_nor_who_came_since_nor_of_what_is_called_off(
    make: Factory, teaching: Teaching, place: Enrolment
) -> None:
    session = first_of(place.offering)
    make.add(
        Leave(
            class_session_id=session.id, enrolment_id=place.id, asked_at=clock.now(), asked_by="x"
        )
    )
    make.set_clock(session.starts_at - timedelta(hours=20))
    teaching.enrolment(place.offering)
    assert remind(clock.now()) == 0

    second = sessions_of(place.offering_id)[1]
    second.state = SessionState.CANCELLED
    db.session.flush()
    make.set_clock(second.starts_at - timedelta(hours=20))
    assert remind(clock.now()) == 0


def test_again_for_a_new_time_and_once_for_a_parent_with_two_children(
    make: Factory, teaching: Teaching, place: Enrolment
) -> None:
    parent = make.member()
    for name in ("大宝", "小宝"):
        child = teaching.child(parent, name=name)
        teaching.enrolment(place.offering, parent, companion_id=child.id, guardian=True)
    session = first_of(place.offering)
    make.set_clock(session.starts_at - timedelta(hours=20))
    assert remind(clock.now()) == 2

    session.starts_at += timedelta(hours=1)
    session.ends_at += timedelta(hours=1)
    db.session.flush()
    assert remind(clock.now()) == 2
