"""Who could teach at some times: who fits, what they teach already, and when they said they are free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from palace.courses.models import ClassSession
from palace.courses.states import SessionState
from palace.db import db
from palace.teachers.models import Teacher
from palace.teachers.queries import fitting, free_at
from palace.teachers.rules import Span


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A teacher who can teach something: on which days they teach at that time, and whether it suits them."""

    teacher: Teacher
    busy: Sequence[date]
    suits: bool

    @property
    def free(self) -> bool:
        """Return whether nothing stands against them."""
        return not self.busy and self.suits


def choices(
    subject: str | None, level: int, site_id: int, spans: Sequence[Span], *, but: int | None = None
) -> list[Choice]:
    """Return who of a house can teach a course at all of these times, those who are free first.

    Args:
        but: a session that is not in the way: it is the one to be taught.
    """
    fit = fitting(subject, level, site_id)
    taken = busy([one.id for one in fit], spans, but=but)
    suits = free_at(spans) if spans else {one.id for one in fit}
    found = [
        Choice(teacher=one, busy=sorted(taken.get(one.id, ())), suits=one.id in suits)
        for one in fit
    ]
    return sorted(found, key=lambda one: (len(one.busy), not one.suits))


def busy(
    teacher_ids: Collection[int], spans: Sequence[Span], *, but: int | None = None
) -> dict[int, set[date]]:
    """Return on which of these days teachers teach something at that time."""
    if not spans or not teacher_ids:
        return {}
    days = {span.day for span in spans}
    meets = or_(
        *(
            (ClassSession.starts_at < span.ends_at) & (ClassSession.ends_at > span.starts_at)
            for span in spans
        )
    )
    wanted = select(ClassSession.teacher_id, ClassSession.day).where(
        ClassSession.teacher_id.in_(teacher_ids),
        ClassSession.day.between(min(days), max(days)),
        ClassSession.state == SessionState.PLANNED,
        ClassSession.id != (but or 0),
        meets,
    )
    found: dict[int, set[date]] = defaultdict(set)
    for teacher_id, day in db.session.execute(wanted):
        found[teacher_id or 0].add(day)
    return dict(found)
