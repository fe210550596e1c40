"""Asking for leave from a session, and taking it back, until so long before it begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.courses.models import ClassSession, Enrolment
from palace.courses.queries.facts import class_rules
from palace.courses.states import EnrolmentState, SessionState
from palace.db import db
from palace.members.services import Personal, note
from palace.rollcall import rules
from palace.rollcall.errors import PlaceEnded
from palace.rollcall.models import Leave
from palace.rollcall.queries import leaves
from palace.rollcall.queries.leaves import Ahead


def ahead(enrolment: Enrolment, now: datetime) -> list[Ahead]:
    """Return the sessions ahead of somebody, with the leave asked for and until when that can be said."""
    minutes = _minutes(enrolment)
    return [
        Ahead(one, leave, rules.leave_until(one.starts_at, minutes))
        for one, leave in leaves.sessions_ahead(enrolment, now)
    ]


def ask_leave(enrolment: Enrolment, class_session: ClassSession, words: str, *, by: str) -> None:
    """Ask for leave from a session; asking again changes nothing.

    Raises:
        PlaceEnded: there is no place any more.
        SessionOff, LeaveTooLate: it is off, or too late.
    """
    _check(enrolment, class_session, now := clock.now())
    row = {
        "class_session_id": class_session.id,
        "enrolment_id": enrolment.id,
        "words": words,
        "asked_at": now,
        "asked_by": by,
    }
    new = (
        insert(Leave)
        .values(row)
        .on_conflict_do_nothing(
            index_elements=[Leave.class_session_id, Leave.enrolment_id],
            index_where=text("withdrawn_at IS NULL"),
        )
    )
    for _ in db.session.scalars(new.returning(Leave.id)):
        said = Personal(enrolment.member_id, after={"words": words}) if words else None
        after = {"class_session": class_session.id}
        note("leave_asked", f"enrolment:{enrolment.id}", after=after, personal=said, actor=by)


def withdraw_leave(enrolment: Enrolment, class_session: ClassSession, *, by: str) -> None:
    """Take leave back: they come after all; doing it again changes nothing.

    Raises:
        PlaceEnded, SessionOff, LeaveTooLate: as `ask_leave`.
    """
    _check(enrolment, class_session, now := clock.now())
    leave = leaves.live_leave(enrolment.id, class_session.id)
    if leave is None:
        return
    leave.withdrawn_at = now
    db.session.flush()
    after = {"class_session": class_session.id}
    note("leave_withdrawn", f"enrolment:{enrolment.id}", after=after, actor=by)


def _check(enrolment: Enrolment, class_session: ClassSession, now: datetime) -> None:
    if enrolment.state is not EnrolmentState.CONFIRMED:
        raise PlaceEnded
    planned = class_session.state is SessionState.PLANNED
    rules.check_leave(class_session.starts_at, _minutes(enrolment), planned=planned, now=now)


def _minutes(enrolment: Enrolment) -> int:
    return class_rules(enrolment.offering.term.site_id).leave_minutes
