"""The seals over the audit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import INT8MULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id


class AuditSeal(Base):
    """What the audit held at the end of a palace day; the web's database role may insert only.

    `ids` are the lines of this seal alone, late ones of earlier days among them; `hash` is over
    them and over the seal before.
    """

    __tablename__ = "audit_seals"

    id: Mapped[Id]
    day: Mapped[date] = mapped_column(unique=True)
    sealed_at: Mapped[datetime]
    ids: Mapped[list[Range[int]]] = mapped_column(INT8MULTIRANGE)
    line_count: Mapped[int]
    hash: Mapped[bytes]
    forgotten_at: Mapped[datetime | None]
