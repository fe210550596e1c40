"""One entry per dated thing a person, a troupe or a class has; mine, feeds and clash checks only read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from palace.agenda.rules import EntryStatus
from palace.db import Base, Id, one_of


class AgendaEntry(Base):
    """A dated thing of a member, a troupe or a class; `block` is its VEVENT, made anew with each revision.

    Who is on a troupe's roster or enrolled in a class has its entries too. `space_id`: where it is, for
    that space's feed.
    `subject` names the thing ("performance:17"); `uid` never changes; `revision` becomes SEQUENCE.
    """

    __tablename__ = "agenda_entries"
    __table_args__ = (
        UniqueConstraint("member_id", "subject"),
        UniqueConstraint("troupe_id", "subject"),
        UniqueConstraint("offering_id", "subject"),
        CheckConstraint("num_nonnulls(member_id, troupe_id, offering_id) = 1", name="one_owner"),
        one_of("status", EntryStatus),
        CheckConstraint("revision >= 0", name="revision"),
        Index(None, "member_id", "ends_at"),
        Index(None, "troupe_id", "ends_at", postgresql_where=text("troupe_id IS NOT NULL")),
        Index(None, "offering_id", "ends_at", postgresql_where=text("offering_id IS NOT NULL")),
        Index(None, "space_id", "ends_at", postgresql_where=text("space_id IS NOT NULL")),
    )

    id: Mapped[Id]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    troupe_id: Mapped[int | None] = mapped_column(ForeignKey("troupes.id"))
    offering_id: Mapped[int | None] = mapped_column(ForeignKey("offerings.id"))
    space_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"))
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
