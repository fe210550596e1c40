"""One entry per dated thing a person has; mine, feeds and clash checks only read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from palace.agenda.rules import EntryStatus
from palace.db import Base, Id, one_of


class AgendaEntry(Base):
    """A dated thing of a member; `block` is its stored VEVENT, made anew with each revision.

    `subject` names the thing ("performance:17"); `uid` never changes; `revision` becomes SEQUENCE.
    """

    __tablename__ = "agenda_entries"
    __table_args__ = (
        UniqueConstraint("member_id", "subject"),
        one_of("status", EntryStatus),
        CheckConstraint("revision >= 0", name="revision"),
        Index(None, "member_id", "ends_at"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    subject: Mapped[str]
    kind: Mapped[str]
    uid: Mapped[str] = mapped_column(unique=True)
    revision: Mapped[int] = mapped_column(default=0)
    status: Mapped[EntryStatus]
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    ends_at: Mapped[datetime]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    place_zh: Mapped[str]
    place_en: Mapped[str]
    path: Mapped[str]
    changed_at: Mapped[datetime]
    block: Mapped[str]
