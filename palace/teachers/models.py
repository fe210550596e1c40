"""The teachers of a house: what they can teach, when they are free, what they were asked, their hours."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id


class Teacher(Base):
    """Somebody who teaches here; `member_id` is their account, whose post `teacher` opens their pages.

    `fee`: what a lesson (课时) of theirs is paid with, in fen, on the hours sheet; None: not told there.
    """

    __tablename__ = "teachers"
    __table_args__ = (
        CheckConstraint("fee >= 0", name="fee"),
        Index(None, "site_id", "name_zh"),
        Index(
            "uq_teachers_member_id",
            "member_id",
            unique=True,
            postgresql_where=text("left_at IS NULL AND member_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default="", default="")
    about_zh: Mapped[str] = mapped_column(server_default="", default="")
    about_en: Mapped[str] = mapped_column(server_default="", default="")
    fee: Mapped[int | None]
    left_at: Mapped[datetime | None]


class TeacherSkill(Base):
    """A subject a teacher can teach, up to a level (0: any)."""

    __tablename__ = "teacher_skills"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 5", name="level"),
        Index(None, "subject"),
    )

    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(ForeignKey("subjects.code"), primary_key=True)
    level: Mapped[int] = mapped_column(server_default="0", default=0)


class TeacherTime(Base):
    """From when to when a teacher is free on a weekday (1 is Monday); who has no rows said nothing."""

    __tablename__ = "teacher_times"
    __table_args__ = (
        UniqueConstraint("teacher_id", "weekday", "begins"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("begins < ends", name="span"),
    )

    id: Mapped[Id]
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    begins: Mapped[time]
    ends: Mapped[time]


class HoursSheet(Base):
    """A teacher's lessons of a month (课时单) as they signed them, and who of the house signed after.

    `sessions` and `minutes` are what stood on it; a month that changed afterwards is signed anew, and
    the sheet before stays.
    """

    __tablename__ = "hours_sheets"
    __table_args__ = (
        CheckConstraint("least(sessions, minutes) >= 0", name="figures"),
        CheckConstraint("num_nonnulls(checked_at, checked_by) IN (0, 2)", name="checked"),
        Index(None, "teacher_id", "month"),
        Index(None, "month", "id"),
    )

    id: Mapped[Id]
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"))
    month: Mapped[date]
    sessions: Mapped[int]
    minutes: Mapped[int]
    signed_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None]
