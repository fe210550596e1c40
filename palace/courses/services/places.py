"""Taking and leaving what a session holds: its room by an occupancy, its teacher by an exclusion.

Locks: class, teachers by id, spaces by id with all that share a part. The database refuses both twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from palace.courses.claims import lock_offering
from palace.courses.models import ClassSession, Offering
from palace.db import db
from palace.hours.queries.closures import locked_spaces
from palace.teachers.errors import TeacherBusy
from palace.teachers.models import Teacher
from palace.teachers.queries import locked as locked_teachers
from palace.teachers.rules import MINUTE, Span
from palace.venues import claims
from palace.venues import services as venues
from palace.venues.errors import SpaceTaken
from palace.venues.models import Space
from palace.venues.rules import Use


@dataclass(frozen=True, kw_only=True)
class Place:
    """When and where a session is to be, and the minutes that belong to every use of the room."""

    span: Span
    space_id: int
    before: int = 0
    after: int = 0

    @property
    def held(self) -> tuple[datetime, datetime]:
        """Return from when to when the room is needed."""
        span = self.span
        return span.starts_at - self.before * MINUTE, span.ends_at + self.after * MINUTE


def lock(
    offering: Offering, teacher_ids: Iterable[int | None], space_ids: Iterable[int]
) -> dict[int, Teacher]:
    """Lock a class, teachers and spaces in this order; what they have is true from here on."""
    lock_offering(offering.id)
    db.session.refresh(offering)
    teachers = locked_teachers(known(teacher_ids))
    spaces = set(space_ids)
    if spaces:
        locked_spaces(spaces)
    return teachers


def known(teacher_ids: Iterable[int | None]) -> set[int]:
    """Return the teachers there are among some."""
    return {one for one in teacher_ids if one is not None}


def occupied(space: Space, places: Sequence[Place]) -> list[int]:
    """Take a space for sessions; return their occupancies.

    Raises:
        SpaceTaken: something else has a part of it on some of the days.
    """
    held = claims.occupy_all(space.id, [one.held for one in places], Use.CLASS_SESSION)
    lost = [one.span.day for one, use in zip(places, held, strict=True) if use is None]
    if lost:
        raise SpaceTaken(space, lost)
    return [use for use in held if use is not None]


def last_number(offering_id: int) -> int:
    """Return the highest number a session of a class has."""
    wanted = select(func.max(ClassSession.number)).where(ClassSession.offering_id == offering_id)
    return db.session.scalar(wanted) or 0


def written(rows: Sequence[dict[str, Any]], teacher: Teacher | None) -> list[ClassSession]:
    """Write sessions down, all of them.

    Raises:
        TeacherBusy: the teacher teaches something else on some of the days.
    """
    if not rows:
        return []
    new = insert(ClassSession).on_conflict_do_nothing().returning(ClassSession)
    made = db.session.scalars(new, list(rows)).unique().all()
    if len(made) < len(rows):
        there = {one.number for one in made}
        raise TeacherBusy(teacher, [row["day"] for row in rows if row["number"] not in there])
    return sorted(made, key=lambda one: one.number)


def release(one: ClassSession) -> None:
    """Leave the room of a session."""
    held, one.occupancy_id = one.occupancy_id, None
    db.session.flush()
    if held is not None:
        venues.release(held)
