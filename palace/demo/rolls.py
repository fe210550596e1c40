"""Rolls of the demonstration's classes: who came to what is over, so that certificates can be given."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, insert, literal, select

from palace.courses.models import ClassSession, Enrolment
from palace.courses.states import EnrolmentState, SessionState
from palace.db import db
from palace.rollcall.models import AttendanceMark
from palace.rollcall.rules import Mark

EVERY, SELDOM = 12, 15
"""Everybody misses one session in so many and is late at one; one learner in so many misses every other."""
CALLED = timedelta(minutes=5)


def call(until: datetime, ended: datetime) -> None:
    """Call the rolls of all sessions that were over at an instant.

    Args:
        ended: who seldom comes misses sessions before it only; nobody loses a place of the running term.
    """
    turn = Enrolment.id + ClassSession.number
    seldom = (
        (Enrolment.id % SELDOM == 0)
        & (ClassSession.number % 2 == 1)
        & (ClassSession.ends_at < ended)
    )
    mark = case(
        (seldom | (turn % EVERY == 0), Mark.ABSENT.value),
        (turn % EVERY == EVERY // 2, Mark.LATE.value),
        else_=Mark.PRESENT.value,
    )
    came = ClassSession.starts_at + CALLED
    rows = (
        select(
            ClassSession.id,
            Enrolment.id,
            mark,
            literal("demo"),
            ClassSession.id,
            came,
            came,
            literal("system"),
        )
        .join(Enrolment, Enrolment.offering_id == ClassSession.offering_id)
        .where(
            Enrolment.state == EnrolmentState.CONFIRMED,
            ClassSession.state == SessionState.PLANNED,
            ClassSession.ends_at < until,
        )
    )
    columns = "class_session_id enrolment_id mark device sequence marked_at received_at marked_by"
    db.session.execute(insert(AttendanceMark).from_select(columns.split(), rows))
