"""Deciding whether a class takes place, and calling one off with everything that hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from palace import clock
from palace.coursedesk.errors import ClassOver, NothingToDecide
from palace.coursedesk.queries import calling
from palace.coursedesk.rules import CallOffState
from palace.courses import services as courses
from palace.courses.models import ClassSession, Offering
from palace.courses.queries.facts import enrolments_of, locked_enrolments, planned_of
from palace.courses.services import announcing, places, planning
from palace.courses.services.offering import pass_on
from palace.courses.services.telling import titles
from palace.courses.states import EnrolmentState, OfferingState
from palace.db import db
from palace.members import queries as members
from palace.members.services import note
from palace.money import FREE
from palace.notices import services as notices
from palace.statements import execute


def keep(offering: Offering, *, by: str) -> None:
    """Say that a class takes place although it has fewer people than it was to have.

    Whoever proposed to call it off is answered by that.

    Raises:
        NothingToDecide: that was said before, or it was called off.
    """
    answered = calling.open_locked(offering.id)
    places.lock(offering, [], [])
    if offering.state is not OfferingState.PUBLISHED or offering.confirmed_at is not None:
        raise NothingToDecide
    offering.confirmed_at = now = clock.now()
    if answered is not None:
        answered.state, answered.decided_by, answered.decided_at = CallOffState.WITHDRAWN, by, now
    db.session.flush()
    note("class_kept", f"offering:{offering.id}", actor=by)


def call_off(offering: Offering, *, by: str, why: str) -> int:
    """Call a class off in one step; return how many places ended.

    Room and teacher are free at once, all that was paid is given back, everybody is told, who waits waits
    no longer. What was taught stays.

    Raises:
        ClassOver: it was called off before, or taught to its end: nobody gets back what they had.
    """
    coming = alone(offering)
    now = clock.now()
    check_not_over(offering, coming, now)
    drafted = offering.state is OfferingState.DRAFT
    teachers = {one.teacher_id for one in coming if one.teacher_id and one.starts_at > now}
    offering.state, offering.cancelled_at, offering.why = OfferingState.CANCELLED, now, why
    db.session.flush()
    planning.release_all(offering, by=by, why=why, now=now)
    courses.owe_class(offering.id, by=by, now=now)
    ended = locked_enrolments(offering.id)
    for one in ended:
        lapsed = one.has_lapsed(now)
        state = EnrolmentState.LAPSED if lapsed else EnrolmentState.CANCELLED
        courses.end(one, state, by=by, why=None if lapsed else why, now=now, back=FREE)
    pass_on(offering.id)
    if not drafted:
        _tell_teachers(offering, teachers, now)
    note(
        "class_called_off",
        f"offering:{offering.id}",
        after={"places": len(ended)},
        why=why,
        actor=by,
    )
    return len(ended)


def alone(offering: Offering) -> list[ClassSession]:
    """Lock a class with everybody in it; return its planned sessions.

    Locks: members by id, the class, its teachers and rooms. Nobody enrols from here on.
    """
    for member_id in sorted({one.member_id for one in enrolments_of(offering.id)}):
        execute(members.LOCK, {"member_id": member_id})  # none, who was erased
    coming = planned_of(offering.id)
    places.lock(
        offering,
        {one.teacher_id for one in coming},
        {one.space_id for one in coming},
    )
    return coming


def check_not_over(offering: Offering, planned: Sequence[ClassSession], now: datetime) -> None:
    """Refuse to end what is over.

    Raises:
        ClassOver: it was called off before, or taught to its end.
    """
    if offering.state is OfferingState.CANCELLED or is_taught(planned, now):
        raise ClassOver


def is_taught(planned: Sequence[ClassSession], now: datetime) -> bool:
    """Return whether a class that had sessions has none any more."""
    return bool(planned) and all(one.ends_at <= now for one in planned)


def _tell_teachers(offering: Offering, teachers: set[int], now: datetime) -> None:
    values = {"title": titles(offering)}
    for member_id in announcing.members_of(teachers).values():
        notices.owe(
            "class_not_taught", f"offering:{offering.id}", f"member:{member_id}", values, now
        )
