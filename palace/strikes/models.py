"""Strikes: what was booked and stayed empty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id, one_of
from palace.strikes.rules import StrikeKind


class Strike(Base):
    """Something booked and not used, once per member and subject ("performance:12").

    `happened_at` is when it should have begun; the titles say what it was. It counts until it is
    forgiven: by somebody, or by the system when an admission arrived late.
    """

    __tablename__ = "strikes"
    __table_args__ = (
        one_of("kind", StrikeKind),
        UniqueConstraint("member_id", "subject"),
        CheckConstraint("num_nonnulls(forgiven_at, forgiven_by, why) IN (0, 3)", name="forgiven"),
        CheckConstraint(
            "forgiven_by NOT IN ('member:' || member_id, written_by) OR forgiven_by = 'system'",
            name="forgiven_by_another",
        ),
        Index(None, "happened_at", "id"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[StrikeKind]
    subject: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    happened_at: Mapped[datetime]
    written_at: Mapped[datetime]
    written_by: Mapped[str]
    forgiven_at: Mapped[datetime | None]
    forgiven_by: Mapped[str | None]
    why: Mapped[str | None]
