"""The mark that holds of each person at each session, as other statements build on it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from palace.courses.models import ClassSession
from palace.courses.states import SessionState
from palace.db import literally
from palace.rollcall.models import AttendanceMark, Leave
from palace.rollcall.rules import Mark

Reference = ColumnElement[int] | InstrumentedAttribute[int] | int


def holding(*of: ColumnElement[bool]) -> Select[int, int, Mark]:
    """Select the mark that holds of each person at each session, of the marks that `of` says."""
    each = (AttendanceMark.class_session_id, AttendanceMark.enrolment_id)
    newest = (AttendanceMark.marked_at.desc(), AttendanceMark.id.desc())
    found = select(*each, AttendanceMark.mark).where(*of)
    return found.ext(distinct_on(*each)).order_by(*each, *newest)


def on_leave(class_session_id: Reference, enrolment_id: Reference) -> ColumnElement[bool]:
    """Return the condition that leave was asked for from a session, and not taken back."""
    asked = select(Leave.id).where(
        Leave.class_session_id == class_session_id,
        Leave.enrolment_id == enrolment_id,
        Leave.withdrawn_at.is_(None),
    )
    return exists(asked)


def takes_place() -> ColumnElement[bool]:
    """Return the condition that a session is not cancelled."""
    return ClassSession.state == literally(SessionState.PLANNED)
