"""Whose class it is: its teacher's, its house's office's, theirs who are in it; nobody else finds it."""

from __future__ import annotations

from sqlalchemy import select

from palace import clock
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.queries.facts import staff_offering
from palace.courses.states import EnrolmentState, OfferingState
from palace.db import db
from palace.errors import NotFound
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import SignedIn
from palace.teachers.models import Teacher


def class_of(offering_id: int, who: SignedIn) -> Offering:
    """Return a class that somebody teaches, or that the office looks after.

    Who takes over a session of it finds it until that day is over: its people are not theirs for good.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    if who.staff is not None:
        return staff_offering(offering_id, who.sites(*AT_PROGRAMME))
    today = clock.palace_day(clock.now())
    sessions = select(ClassSession.teacher_id).where(
        ClassSession.offering_id == offering_id, ClassSession.day >= today
    )
    mine = select(Teacher.id).where(
        Teacher.member_id == (who.member.id if who.member else None), Teacher.left_at.is_(None)
    )
    wanted = select(Offering).where(
        Offering.id == offering_id,
        Offering.state != OfferingState.DRAFT,
        Offering.teacher_id.in_(mine) | sessions.where(ClassSession.teacher_id.in_(mine)).exists(),
    )
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def place_of(member_id: int, code: str) -> Enrolment:
    """Return a place that a member has in a class, for themselves or somebody of theirs.

    Raises:
        NotFound: there is none, it is somebody else's, or they have it no more.
    """
    wanted = select(Enrolment).where(
        Enrolment.code == code,
        Enrolment.member_id == member_id,
        Enrolment.state == EnrolmentState.CONFIRMED,
    )
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found
