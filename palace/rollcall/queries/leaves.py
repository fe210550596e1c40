"""Leave: from which sessions somebody may ask for it, and did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from palace.courses.models import ClassSession, Enrolment
from palace.db import db
from palace.errors import NotFound
from palace.rollcall.models import Leave


@dataclass(frozen=True)
class Ahead:
    """A session ahead of somebody, the leave they asked for from it, and until when they can say so."""

    class_session: ClassSession
    leave: Leave | None
    until: datetime


def sessions_ahead(enrolment: Enrolment, now: datetime) -> list[tuple[ClassSession, Leave | None]]:
    """Return the sessions of a class that are not over, next first, each with the leave asked for."""
    live = and_(
        Leave.class_session_id == ClassSession.id,
        Leave.enrolment_id == enrolment.id,
        Leave.withdrawn_at.is_(None),
    )
    wanted = (
        select(ClassSession, Leave)
        .outerjoin(Leave, live)
        .where(ClassSession.offering_id == enrolment.offering_id, ClassSession.ends_at > now)
        .order_by(ClassSession.starts_at, ClassSession.id)
    )
    return [(one, leave) for one, leave in db.session.execute(wanted)]


def session_of(enrolment: Enrolment, session_id: int) -> ClassSession:
    """Return a session of somebody's class.

    Raises:
        NotFound: it is another class's, or there is none.
    """
    wanted = select(ClassSession).where(
        ClassSession.id == session_id, ClassSession.offering_id == enrolment.offering_id
    )
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def live_leave(enrolment_id: int, session_id: int) -> Leave | None:
    """Return the leave somebody asked for from a session and did not take back, under its lock."""
    wanted = select(Leave).where(
        Leave.enrolment_id == enrolment_id,
        Leave.class_session_id == session_id,
        Leave.withdrawn_at.is_(None),
    )
    return db.session.scalars(wanted.with_for_update(key_share=True)).first()
