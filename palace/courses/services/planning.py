"""Sessions of a class: planned, moved, called off, made up for, taught by somebody else; all hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from palace import clock
from palace.courses.claims import lock_offering
from palace.courses.errors import SessionOver
from palace.courses.models import ClassSession, Offering
from palace.courses.queries.teaching import busy
from palace.courses.services import announcing
from palace.courses.services.places import (
    Place,
    known,
    last_number,
    lock,
    occupied,
    release,
    written,
)
from palace.courses.states import SessionState
from palace.db import db
from palace.members.services import note
from palace.notices.rules import changed
from palace.teachers.errors import TeacherBusy
from palace.teachers.models import Teacher
from palace.teachers.queries import check_here
from palace.teachers.rules import Span
from palace.venues.models import Space

MOVED, CALLED_OFF, SUBSTITUTED = (
    "class_session_moved",
    "class_session_cancelled",
    "class_substitute",
)


def plan(
    offering: Offering, spans: Sequence[Span], *, by: str, before: int = 0, after: int = 0
) -> list[ClassSession]:
    """Give a class sessions in its room with its teacher: all of these times, or none.

    Args:
        before, after: minutes the room is needed before and after each session.

    Raises:
        SpaceTaken: something else has a part of the room then.
        TeacherBusy: the teacher teaches something else then.
        TeacherLeft: the teacher teaches here no longer.
    """
    teachers = lock(offering, [offering.teacher_id], [offering.space_id])
    for teacher in teachers.values():
        check_here(teacher)
    now = clock.now()
    places = [
        Place(span=span, space_id=offering.space_id, before=before, after=after) for span in spans
    ]
    held = occupied(offering.space, places)
    first = last_number(offering.id) + 1
    rows: list[dict[str, Any]] = [
        {
            "offering_id": offering.id,
            "number": number,
            "day": span.day,
            "starts_at": span.starts_at,
            "ends_at": span.ends_at,
            "space_id": offering.space_id,
            "teacher_id": offering.teacher_id,
            "occupancy_id": use,
            "state": SessionState.PLANNED,
        }
        for number, (span, use) in enumerate(zip(spans, held, strict=True), first)
    ]
    made = written(rows, teachers.get(offering.teacher_id or 0))
    announcing.enter(made, now)
    note(
        "class_planned",
        f"offering:{offering.id}",
        after={"sessions": len(made), "space": offering.space_id, "teacher": offering.teacher_id},
        actor=by,
    )
    return made


def replan(one: ClassSession, place: Place, *, by: str, why: str | None = None) -> ClassSession:
    """Have a session at another time or in another room; everybody is told old → new, once.

    Raises:
        SessionOver: it has begun, or was called off.
        SpaceTaken, TeacherBusy: as `plan`; it stays where it was then.
    """
    one = _locked(one, [one.space_id, place.space_id])
    now = _coming(one, place.span.starts_at)
    if (one.day, one.starts_at, one.ends_at, one.space_id) == (*place.span, place.space_id):
        return one
    old_space, old_start = one.space, one.starts_at
    _check_free(one.teacher, place.span, but=one.id)
    release(one)
    space = db.session.get_one(Space, place.space_id)
    (one.occupancy_id,) = occupied(space, [place])
    one.day, one.starts_at, one.ends_at = place.span
    one.space_id, one.space = space.id, space
    db.session.flush()
    announcing.enter([one], now)
    values = {
        "starts_at": announcing.if_changed(old_start.isoformat(), one.starts_at.isoformat()),
        "place": announcing.if_changed(announcing.place_of(old_space), announcing.place_of(space)),
    }
    announcing.tell_all(MOVED, one, values, now, known([one.teacher_id]))
    note(
        "class_session_moved",
        announcing.subject_of(one),
        before={"starts_at": old_start.isoformat(), "space": old_space.id},
        after={"starts_at": one.starts_at.isoformat(), "space": space.id},
        why=why,
        actor=by,
    )
    return one


def cancel_session(
    one: ClassSession, *, by: str, why: str | None = None, instead: Place | None = None
) -> ClassSession | None:
    """Call a session off (停课): room and teacher are free at once, everybody is told.

    Args:
        instead: when and where it is made up for (补课) in the same step; the session that does is
            returned, and everybody is told old → new.

    Raises:
        SessionOver: it has begun, or was called off.
        SpaceTaken, TeacherBusy: it cannot be made up for like this; nothing is called off then.
    """
    spaces = [one.space_id, *([instead.space_id] if instead else [])]
    one = _locked(one, spaces)
    now = _coming(one, *([instead.span.starts_at] if instead else []))
    release(one)
    one.state, one.why = SessionState.CANCELLED, why
    db.session.flush()
    announcing.leave([one], now)
    note("class_session_cancelled", announcing.subject_of(one), why=why, actor=by)
    if instead is not None:
        return _made_up(one, instead, now, by)
    values = {"starts_at": one.starts_at.isoformat(), "place": announcing.place_of(one.space)}
    announcing.tell_all(CALLED_OFF, one, values, now, known([one.teacher_id]))
    return None


def make_up(one: ClassSession, place: Place, *, by: str) -> ClassSession:
    """Make up (补课) for a session that was called off; everybody is told old → new.

    Raises:
        SessionOver: it was not called off, or was made up for already.
        SpaceTaken, TeacherBusy: as `plan`.
    """
    one, now = _locked(one, [place.space_id]), clock.now()
    called_off = one.state is SessionState.CANCELLED and made_up_by(one.id) is None
    if not called_off or place.span.starts_at <= now:
        raise SessionOver
    return _made_up(one, place, now, by)


def substitute(one: ClassSession, teacher: Teacher, *, by: str) -> ClassSession:
    """Have somebody else teach a session (代课), in the same room; everybody is told old → new.

    Raises:
        SessionOver: it has begun, or was called off.
        TeacherBusy: they teach something else then.
        TeacherLeft: they teach here no longer.
    """
    one = _locked(one, [], teacher.id)
    now = _coming(one)
    check_here(teacher)
    old, old_id = one.teacher, one.teacher_id
    if old_id == teacher.id:
        return one
    span = Span(one.day, one.starts_at, one.ends_at)
    _check_free(teacher, span, but=one.id)
    one.teacher_id, one.teacher = teacher.id, teacher
    db.session.flush()
    announcing.leave_teacher(one, old_id, now)
    announcing.enter([one], now)
    values = {
        "starts_at": one.starts_at.isoformat(),
        "teacher": changed(announcing.name_of(old), announcing.name_of(teacher)),
    }
    announcing.tell_all(SUBSTITUTED, one, values, now, known([old_id, teacher.id]))
    note(
        "class_substituted",
        announcing.subject_of(one),
        before={"teacher": old_id},
        after={"teacher": teacher.id},
        actor=by,
    )
    return one


def release_all(offering: Offering, *, by: str, why: str | None, now: datetime) -> int:
    """Call off what is still to come of a class that is locked, without a word; return how many."""
    coming = select(ClassSession).where(
        ClassSession.offering_id == offering.id,
        ClassSession.state == SessionState.PLANNED,
        ClassSession.starts_at > now,
    )
    fresh = coming.order_by(ClassSession.number).execution_options(populate_existing=True)
    sessions = db.session.scalars(fresh).unique().all()
    for one in sessions:
        release(one)
        one.state, one.why = SessionState.CANCELLED, why
    db.session.flush()
    announcing.leave(sessions, now)
    note(
        "class_sessions_released",
        f"offering:{offering.id}",
        after={"sessions": len(sessions)},
        actor=by,
    )
    return len(sessions)


def made_up_by(session_id: int) -> int | None:
    """Return the session that makes up for one that was called off."""
    wanted = select(ClassSession.id).where(
        ClassSession.instead_of == session_id, ClassSession.state == SessionState.PLANNED
    )
    return db.session.scalar(wanted)


def _locked(
    one: ClassSession, space_ids: Iterable[int], teacher_id: int | None = None
) -> ClassSession:
    """Return a session as it stands behind the locks of its class, who teaches it or is to, and spaces."""
    lock_offering(one.offering_id)
    db.session.refresh(one)
    lock(one.offering, [one.teacher_id, teacher_id], space_ids)
    return one


def _coming(one: ClassSession, *also: datetime) -> datetime:
    """Return the instant; refuse what has begun or was called off."""
    now = clock.now()
    if one.state is not SessionState.PLANNED or min([one.starts_at, *also]) <= now:
        raise SessionOver
    return now


def _check_free(teacher: Teacher | None, span: Span, *, but: int) -> None:
    """Refuse a locked teacher who teaches something else then."""
    if teacher is not None and busy([teacher.id], [span], but=but):
        raise TeacherBusy(teacher, [span.day])


def _made_up(one: ClassSession, instead: Place, now: datetime, by: str) -> ClassSession:
    """Write down the session that makes up for one; who left meanwhile does not teach it."""
    space, span = db.session.get_one(Space, instead.space_id), instead.span
    teacher = one.teacher if one.teacher and one.teacher.left_at is None else None
    (use,) = occupied(space, [instead])
    row = {
        "offering_id": one.offering_id,
        "number": last_number(one.offering_id) + 1,
        "day": span.day,
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "space_id": space.id,
        "teacher_id": teacher.id if teacher else None,
        "occupancy_id": use,
        "state": SessionState.PLANNED,
        "instead_of": one.id,
    }
    (made,) = written([row], teacher)
    announcing.enter([made], now)
    values = {
        "starts_at": changed(one.starts_at.isoformat(), made.starts_at.isoformat()),
        "place": announcing.if_changed(announcing.place_of(one.space), announcing.place_of(space)),
    }
    announcing.tell_all(MOVED, made, values, now, known([made.teacher_id]))
    note(
        "class_session_made_up",
        announcing.subject_of(made),
        after={"instead_of": one.id, "starts_at": made.starts_at.isoformat(), "space": space.id},
        actor=by,
    )
    return made
