"""Exports of lists: who asked for which rows, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id, one_of
from palace.reports.rules import ExportState, Format


class Export(Base):
    """One export that staff, or a member with a post, asked for; forgotten after some days (house rules).

    `query` is what was asked of the list as it was typed; the audit keeps it without texts.
    """

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("num_nonnulls(staff_id, member_id) = 1", name="one_person"),
        Index(None, "staff_id", "asked_at"),
        Index(None, "member_id", "asked_at"),
        one_of("format", Format),
        one_of("state", ExportState),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    endpoint: Mapped[str]
    address_values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    query: Mapped[dict[str, str]] = mapped_column(JSONB)
    language: Mapped[str]
    format: Mapped[Format]
    state: Mapped[ExportState]
    row_count: Mapped[int] = mapped_column(server_default="0", default=0)
