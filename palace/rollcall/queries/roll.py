"""The roll of one session: who is on it, what is marked of them, who asked for leave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from palace import words
from palace.courses.claims import holds
from palace.courses.models import ClassSession, Enrolment
from palace.courses.states import HOLDING, EnrolmentState
from palace.db import db
from palace.rollcall.models import AttendanceMark
from palace.rollcall.queries.marks import holding, on_leave, takes_place
from palace.rollcall.rules import Mark


@dataclass(frozen=True)
class Line:
    """Somebody on the roll of a session: their mark, None where nothing was said yet."""

    enrolment: Enrolment
    mark: Mark | None
    excused: bool

    @property
    def name(self) -> str:
        """Return what their teacher calls them."""
        own = self.enrolment.companion
        return own.name if own else words.called(self.enrolment.member)

    @property
    def is_unpaid(self) -> bool:
        """Return whether the money for the place has not come."""
        return self.enrolment.state is EnrolmentState.UNPAID

    @property
    def has_place(self) -> bool:
        """Return whether they are still in the class."""
        return self.enrolment.state in HOLDING

    @property
    def shown(self) -> Mark:
        """Return what a page has set of them when it opens: here, unless they asked for leave."""
        return self.mark or (Mark.ABSENT if self.excused else Mark.PRESENT)


@dataclass(frozen=True)
class Missed:
    """So many unexcused absences, and when the last of those sessions began."""

    count: int
    last_at: datetime


def roll_of(class_session: ClassSession) -> list[Line]:
    """Return who is on the roll of a session in the order they came to the class.

    Whoever has a place that they took before its end, and who was marked while they had one.
    """
    marks = holding(AttendanceMark.class_session_id == class_session.id).subquery()
    excused = on_leave(class_session.id, Enrolment.id).label("excused")
    here = (holds(), Enrolment.enrolled_at < class_session.ends_at)
    wanted = (
        select(Enrolment, marks.c.mark, excused)
        .join(Enrolment.member)
        .outerjoin(marks, marks.c.enrolment_id == Enrolment.id)
        .where(Enrolment.offering_id == class_session.offering_id)
        .where(or_(here[0] & here[1], marks.c.mark.is_not(None)))
        .options(joinedload(Enrolment.member))
        .order_by(Enrolment.id)
    )
    return [
        Line(one, Mark(mark) if mark else None, away)
        for one, mark, away in db.session.execute(wanted)
    ]


def called(session_ids: Collection[int]) -> set[int]:
    """Return of which sessions a roll was called."""
    wanted = select(AttendanceMark.class_session_id).where(
        AttendanceMark.class_session_id.in_(session_ids)
    )
    return set(db.session.scalars(wanted.distinct()))


def marked_by(class_session_id: int, instant: datetime) -> set[int]:
    """Return of whom a mark of a session had arrived by an instant."""
    wanted = select(AttendanceMark.enrolment_id).where(
        AttendanceMark.class_session_id == class_session_id,
        AttendanceMark.received_at <= instant,
    )
    return set(db.session.scalars(wanted))


def enrolments_in(offering_id: int, ids: Collection[int]) -> list[Enrolment]:
    """Return those of these enrolments that are of a class, however they stand."""
    wanted = select(Enrolment).where(Enrolment.offering_id == offering_id, Enrolment.id.in_(ids))
    return list(db.session.scalars(wanted))


def of_member(offering_id: int, member_id: int) -> list[Enrolment]:
    """Return a member's places in a class that hold now: their own and those of whom they brought."""
    wanted = select(Enrolment).where(
        Enrolment.offering_id == offering_id, Enrolment.member_id == member_id, holds()
    )
    return list(db.session.scalars(wanted.order_by(Enrolment.id)))


def unexcused(enrolment_ids: Collection[int]) -> dict[int, Missed]:
    """Return the unexcused absences of each of these enrolments; who has none is not in it.

    One at a session that was called off does not count.
    """
    marks = holding(AttendanceMark.enrolment_id.in_(enrolment_ids)).subquery()
    wanted = (
        select(marks.c.enrolment_id, func.count(), func.max(ClassSession.starts_at))
        .join(ClassSession, ClassSession.id == marks.c.class_session_id)
        .where(marks.c.mark == Mark.ABSENT, takes_place())
        .where(~on_leave(marks.c.class_session_id, marks.c.enrolment_id))
        .group_by(marks.c.enrolment_id)
    )
    return {one: Missed(many, last) for one, many, last in db.session.execute(wanted)}
