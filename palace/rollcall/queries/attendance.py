"""Attendance of a class: per enrolment, and per session."""

from __future__ import annotations

from sqlalchemy import Subquery, func, or_, select
from sqlalchemy.orm import joinedload

from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment
from palace.db import db
from palace.rollcall.models import AttendanceMark
from palace.rollcall.queries.marks import holding, on_leave, takes_place
from palace.rollcall.rules import CAME, Attendance, Mark, Tally


def attendance_of(offering_id: int) -> dict[int, Attendance]:
    """Return by enrolment how somebody was at the sessions of a class whose roll was called.

    `attended` counts those they came late to as well; who was never marked is not in it.
    """
    marks = _marks(offering_id)
    held = len(set(db.session.scalars(select(marks.c.class_session_id).distinct())))
    wanted = select(
        marks.c.enrolment_id,
        func.count().filter(marks.c.mark.in_(CAME)),
        func.count().filter(marks.c.mark == Mark.LATE),
        func.count().filter(marks.c.mark == Mark.ABSENT, marks.c.excused),
        func.count().filter(marks.c.mark == Mark.ABSENT, ~marks.c.excused),
    ).group_by(marks.c.enrolment_id)
    return {
        one: Attendance(attended=came, late=late, excused=excused, absent=absent, held=held)
        for one, came, late, excused, absent in db.session.execute(wanted)
    }


def tallies_of(offering_id: int) -> dict[int, Tally]:
    """Return by session of a class how many were there, of those whose roll was called."""
    marks = _marks(offering_id)
    wanted = select(
        marks.c.class_session_id,
        func.count().filter(marks.c.mark == Mark.PRESENT),
        func.count().filter(marks.c.mark == Mark.LATE),
        func.count().filter(marks.c.mark == Mark.ABSENT, marks.c.excused),
        func.count().filter(marks.c.mark == Mark.ABSENT, ~marks.c.excused),
    ).group_by(marks.c.class_session_id)
    return {
        one: Tally(present=present, late=late, excused=excused, absent=absent)
        for one, present, late, excused, absent in db.session.execute(wanted)
    }


def enrolments(offering_id: int) -> list[Enrolment]:
    """Return who has a place in a class, and who was marked while they had one, in the order they came."""
    marked = select(AttendanceMark.enrolment_id).where(AttendanceMark.enrolment_id == Enrolment.id)
    wanted = select(Enrolment).where(
        Enrolment.offering_id == offering_id, or_(holds(), marked.exists())
    )
    shown = wanted.options(joinedload(Enrolment.member)).order_by(Enrolment.id)
    return list(db.session.scalars(shown))


def _marks(offering_id: int) -> Subquery:
    """Return the marks that hold of a class, at the sessions that took place."""
    own = select(ClassSession.id).where(ClassSession.offering_id == offering_id, takes_place())
    marks = holding(AttendanceMark.class_session_id.in_(own)).subquery()
    excused = on_leave(marks.c.class_session_id, marks.c.enrolment_id)
    return select(marks, excused.label("excused")).subquery()
