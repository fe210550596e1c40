"""What a teacher teaches: their classes' sessions and those they take over; nobody else's are found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager

from palace import clock
from palace.courses.catalogue import Term
from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.states import OfferingState
from palace.db import db
from palace.errors import NotFound
from palace.rollcall.models import AttendanceMark, Leave
from palace.rollcall.queries.marks import takes_place

LOOKED_BACK = timedelta(days=14)
KEPT_IN_SIGHT = timedelta(days=60)
"""So long after its term a class is still on its teacher's page: certificates and lists come at the end."""


def is_of(teacher_id: int) -> ColumnElement[bool]:
    """Return the condition that a session is a teacher's: of their class, or one they take over."""
    return or_(ClassSession.teacher_id == teacher_id, Offering.teacher_id == teacher_id)


def _sessions(teacher_id: int) -> Select[ClassSession]:
    joined = select(ClassSession).join(ClassSession.offering)
    shown = joined.options(contains_eager(ClassSession.offering))
    return shown.where(is_of(teacher_id), Offering.state != OfferingState.DRAFT)


def get_session(teacher_id: int, session_id: int) -> ClassSession:
    """Return a session of a teacher's.

    Raises:
        NotFound: there is none, or somebody else teaches it.
    """
    wanted = _sessions(teacher_id).where(ClassSession.id == session_id)
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def session_with_code(session_id: int) -> ClassSession:
    """Return a session of a class that is shown, whoever asks: its code says who may see more.

    Raises:
        NotFound: there is none.
    """
    joined = select(ClassSession).join(ClassSession.offering)
    wanted = joined.where(ClassSession.id == session_id, Offering.state != OfferingState.DRAFT)
    found = db.session.scalars(wanted.options(contains_eager(ClassSession.offering))).first()
    if found is None:
        raise NotFound
    return found


def of_today(teacher_id: int, now: datetime) -> list[ClassSession]:
    """Return what a teacher teaches on the palace day of an instant, first begun first; also what is off."""
    today = _sessions(teacher_id).where(
        ClassSession.day == clock.palace_day(now), ClassSession.teacher_id == teacher_id
    )
    return list(db.session.scalars(_in_order(today)))


def coming(teacher_id: int, now: datetime, most: int | None = None) -> list[ClassSession]:
    """Return what a teacher teaches after the palace day of an instant, next first."""
    later = _sessions(teacher_id).where(
        ClassSession.day > clock.palace_day(now), ClassSession.teacher_id == teacher_id
    )
    return list(db.session.scalars(_in_order(later).limit(most)))


def uncalled(teacher_id: int, now: datetime) -> list[ClassSession]:
    """Return what a teacher taught in the last two weeks and called no roll of, newest first."""
    from_day = clock.palace_day(now - LOOKED_BACK)
    wanted = _sessions(teacher_id).where(
        ClassSession.day >= from_day,
        ClassSession.day < clock.palace_day(now),
        ClassSession.teacher_id == teacher_id,
        takes_place(),
        ~exists().where(AttendanceMark.class_session_id == ClassSession.id),
    )
    return list(db.session.scalars(wanted.order_by(ClassSession.starts_at.desc())))


def people(session_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return by session how many have a place in its class, and how many asked for leave from it."""
    places = select(func.count()).where(Enrolment.offering_id == ClassSession.offering_id, holds())
    away = select(func.count()).where(
        Leave.class_session_id == ClassSession.id, Leave.withdrawn_at.is_(None)
    )
    wanted = select(ClassSession.id, places.scalar_subquery(), away.scalar_subquery()).where(
        ClassSession.id.in_(session_ids)
    )
    return {one: (have, leave) for one, have, leave in db.session.execute(wanted)}


def classes(teacher_id: int, now: datetime) -> list[Offering]:
    """Return the classes a teacher has or takes a session of, until a while after the term, newest first."""
    today = clock.palace_day(now)
    theirs = _sessions(teacher_id).with_only_columns(ClassSession.offering_id)
    wanted = (
        select(Offering)
        .join(Offering.term)
        .where(Offering.id.in_(theirs), Term.last_on >= today - KEPT_IN_SIGHT)
        .options(contains_eager(Offering.term))
        .order_by(Term.first_on.desc(), Offering.id)
    )
    return list(db.session.scalars(wanted))


def _in_order(wanted: Select[ClassSession]) -> Select[ClassSession]:
    return wanted.order_by(ClassSession.starts_at, ClassSession.id)
