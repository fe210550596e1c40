"""What a class has beside its sessions: messages to it, and recorded lessons."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id


class ClassMessage(Base):
    """A message to everybody of a class, by its teacher or the office."""

    __tablename__ = "class_messages"
    __table_args__ = (Index(None, "offering_id", "id"),)

    id: Mapped[Id]
    offering_id: Mapped[int] = mapped_column(ForeignKey("offerings.id"))
    words: Mapped[str]
    sent_by: Mapped[str]
    sent_at: Mapped[datetime]


class Recording(Base):
    """A recorded lesson of a course, kept elsewhere; members are led there and counted."""

    __tablename__ = "recordings"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index(None, "course_id", "id"),
    )

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(server_default="", default="")
    minutes: Mapped[int | None]
    address: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class RecordingView(Base):
    """A member opened a recorded lesson on a day, and how often."""

    __tablename__ = "recording_views"
    __table_args__ = (
        CheckConstraint("times > 0", name="times"),
        Index(None, "member_id"),
    )

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column(server_default="1", default=1)
