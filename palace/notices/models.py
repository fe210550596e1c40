"""Something owed to somebody; the row is the queue, the words are made when it is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id


class Notice(Base):
    """A kind and its values owed to a receiver ("member:5", "phone:138…") about a subject, once."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "receiver"),
        Index(None, "kind", "created_at"),
        Index(None, "created_at", postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    subject: Mapped[str]
    receiver: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    gateway: Mapped[str | None]
