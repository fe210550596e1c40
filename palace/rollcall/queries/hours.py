"""Hours of teachers: what they really taught in a month, by class, and the sheets they signed of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select, true
from sqlalchemy.orm import contains_eager

from palace.courses.models import ClassSession, Offering
from palace.courses.queries.facts import class_rules
from palace.courses.states import OfferingState
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Staff
from palace.rollcall import rules
from palace.rollcall.queries.marks import takes_place
from palace.teachers.models import HoursSheet, Teacher

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class OfClass:
    """What a teacher taught of one class in a month; `substituted` of it for somebody else."""

    offering: Offering
    sessions: Sequence[ClassSession]

    @property
    def minutes(self) -> int:
        """Return how long that was."""
        return sum((one.ends_at - one.starts_at) // MINUTE for one in self.sessions)

    @property
    def substituted(self) -> int:
        """Return how many of them they took over from another teacher."""
        own = self.offering.teacher_id
        return sum(one.teacher_id != own for one in self.sessions)


@dataclass(frozen=True)
class Month:
    """A teacher's month as it stands: its classes, what a lesson is here, and the newest sheet signed."""

    teacher: Teacher
    first: date
    classes: Sequence[OfClass]
    lesson_minutes: int
    sheet: HoursSheet | None

    @property
    def sessions(self) -> int:
        """Return how many sessions were taught."""
        return sum(len(one.sessions) for one in self.classes)

    @property
    def minutes(self) -> int:
        """Return how long they were."""
        return sum(one.minutes for one in self.classes)

    @property
    def fee(self) -> int | None:
        """Return what they are paid with, in fen; None: it is not told."""
        return rules.fee_of(self.teacher.fee, self.minutes, self.lesson_minutes)

    @property
    def is_signed(self) -> bool:
        """Return whether the newest sheet says what stands here now."""
        signed = self.sheet
        return signed is not None and (signed.sessions, signed.minutes) == (
            self.sessions,
            self.minutes,
        )

    def lessons(self, minutes: int) -> str:
        """Return minutes as lessons (课时)."""
        return rules.lessons_words(rules.lessons_hundredths(minutes, self.lesson_minutes))


def month_of(teacher: Teacher, first: date, now: datetime) -> Month:
    """Return what a teacher really taught in a month until now.

    A session somebody took over counts for them, one that was called off for nobody.
    """
    classes: dict[int, list[ClassSession]] = {}
    for one in db.session.scalars(_taught(teacher.id, first, now)):
        classes.setdefault(one.offering_id, []).append(one)
    return Month(
        teacher,
        first,
        [OfClass(those[0].offering, those) for those in classes.values()],
        class_rules(teacher.site_id).lesson_minutes,
        newest_sheet(teacher.id, first),
    )


def _taught(teacher_id: int, first: date, now: datetime) -> Select[ClassSession]:
    joined = select(ClassSession).join(ClassSession.offering)
    return (
        joined.options(contains_eager(ClassSession.offering))
        .where(
            ClassSession.teacher_id == teacher_id,
            ClassSession.day >= first,
            ClassSession.day < next_month(first),
            ClassSession.ends_at <= now,
            Offering.state != OfferingState.DRAFT,
            takes_place(),
        )
        .order_by(ClassSession.starts_at)
    )


def next_month(first: date) -> date:
    """Return the first day of the month after."""
    return (first + timedelta(days=32)).replace(day=1)


def month_before(first: date) -> date:
    """Return the first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def newest_sheet(teacher_id: int, first: date) -> HoursSheet | None:
    """Return the sheet a teacher signed last of a month."""
    wanted = select(HoursSheet).where(
        HoursSheet.teacher_id == teacher_id, HoursSheet.month == first
    )
    return db.session.scalars(wanted.order_by(HoursSheet.id.desc())).first()


def get_sheet(sites: Collection[int] | None, sheet_id: int) -> tuple[HoursSheet, Teacher]:
    """Return a signed sheet of a teacher of these houses (None: of all).

    Raises:
        NotFound: there is none.
    """
    wanted = select(HoursSheet, Teacher).join(Teacher, Teacher.id == HoursSheet.teacher_id)
    within = true() if sites is None else Teacher.site_id.in_(sites)
    found = db.session.execute(wanted.where(HoursSheet.id == sheet_id, within)).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


def locked_sheet(sheet_id: int) -> HoursSheet:
    """Return a sheet that is there under its lock."""
    wanted = select(HoursSheet).where(HoursSheet.id == sheet_id).with_for_update(key_share=True)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def name_of(actor: str) -> str:
    """Return the name of staff as the audit writes them (staff:2); others by that."""
    kind, _, number = actor.partition(":")
    found = db.session.get(Staff, int(number)) if kind == "staff" else None
    return found.name if found else actor
