"""Who was at a session of a class, who asked for leave, and who was asked to teach."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.courses.models import ClassSession, Offering
from palace.db import Base, Id, one_of
from palace.rollcall.rules import Answer, Mark
from palace.teachers.models import Teacher


class AttendanceMark(Base):
    """What a phone marked of somebody at a session; every one is kept, the newest by `marked_at` holds.

    `device` and `sequence` name a saving: a phone that sends again what arrived changes nothing.
    `marked_at` is when it was said there, by the database's clock, never later than `received_at`.
    """

    __tablename__ = "attendance_marks"
    __table_args__ = (
        one_of("mark", Mark),
        UniqueConstraint("device", "sequence", "enrolment_id"),
        CheckConstraint("marked_at <= received_at", name="marked_at"),
        Index(None, "class_session_id", "enrolment_id", "marked_at"),
        Index(None, "enrolment_id"),
    )

    id: Mapped[Id]
    class_session_id: Mapped[int] = mapped_column(ForeignKey("class_sessions.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    mark: Mapped[Mark]
    device: Mapped[str]
    sequence: Mapped[int]
    marked_at: Mapped[datetime]
    received_at: Mapped[datetime]
    marked_by: Mapped[str]


class Leave(Base):
    """Leave asked for from a session of a class (请假); an absence then is excused."""

    __tablename__ = "leaves"
    __table_args__ = (
        Index(
            "uq_leaves_asked",
            "class_session_id",
            "enrolment_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(None, "enrolment_id"),
    )

    id: Mapped[Id]
    class_session_id: Mapped[int] = mapped_column(ForeignKey("class_sessions.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    words: Mapped[str] = mapped_column(server_default="", default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]


class Invitation(Base):
    """A teacher is asked to teach a class, or one session of it as a substitute (代课)."""

    __tablename__ = "teaching_invitations"
    __table_args__ = (
        one_of("answer", Answer),
        CheckConstraint("num_nonnulls(answered_at, answer) IN (0, 2)", name="answered"),
        Index(
            "uq_teaching_invitations_open",
            "offering_id",
            "teacher_id",
            "class_session_id",
            unique=True,
            postgresql_where=text("answered_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "teacher_id"),
        Index(None, "class_session_id", postgresql_where=text("class_session_id IS NOT NULL")),
    )

    id: Mapped[Id]
    offering_id: Mapped[int] = mapped_column(ForeignKey("offerings.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teachers.id"))
    class_session_id: Mapped[int | None] = mapped_column(ForeignKey("class_sessions.id"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    answer: Mapped[Answer | None]
    answered_at: Mapped[datetime | None]
    why: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    offering: Mapped[Offering] = relationship()
    teacher: Mapped[Teacher] = relationship(lazy="joined", innerjoin=True)
    class_session: Mapped[ClassSession | None] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        """Return whether it waits for an answer."""
        return self.answered_at is None and self.withdrawn_at is None
