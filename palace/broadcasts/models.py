"""Mass notices: one row each; who gets one is a notice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.broadcasts.rules import Audience, Stage
from palace.db import Base, Id, one_of
from palace.members.models import Unit
from palace.programme.models import Performance


class Broadcast(Base):
    """One text to many: what it says, to whom, who wrote it last, and how far it has gone.

    `outside`: whether it also leaves the house; else it lies in the inboxes alone. `word` finds its
    text on the public answer page. `revision` counts its changes; `receivers` is known once it started.
    """

    __tablename__ = "broadcasts"
    __table_args__ = (
        one_of("state", Stage),
        CheckConstraint(
            "CASE audience WHEN 'unit' THEN unit_id IS NOT NULL AND performance_id IS NULL"
            " WHEN 'performance' THEN performance_id IS NOT NULL AND unit_id IS NULL"
            " WHEN 'members' THEN num_nonnulls(unit_id, performance_id) = 0 ELSE false END",
            name="audience",
        ),
        CheckConstraint(
            "(state = 'draft') = (started_at IS NULL)"
            " AND (confirmed_by IS NULL) = (confirmed_at IS NULL) AND confirmed_by <> written_by",
            name="started",
        ),
        CheckConstraint("least(receivers, revision) >= 0", name="not_negative"),
        Index("ix_broadcasts_running", "id", postgresql_where=text("state = 'running'")),
    )

    id: Mapped[Id]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    body_zh: Mapped[str]
    body_en: Mapped[str]
    word: Mapped[str] = mapped_column(unique=True)
    audience: Mapped[Audience]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    performance_id: Mapped[int | None] = mapped_column(ForeignKey("performances.id"))
    outside: Mapped[bool]
    state: Mapped[Stage] = mapped_column(server_default="draft", default=Stage.DRAFT)
    receivers: Mapped[int] = mapped_column(server_default="0", default=0)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(server_default="1", default=1)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    unit: Mapped[Unit | None] = relationship(lazy="joined")
    performance: Mapped[Performance | None] = relationship(lazy="joined")

    @property
    def subject(self) -> str:
        """Return what its notices are about."""
        return f"broadcast:{self.id}"

    @property
    def titles(self) -> dict[str, str]:
        """Return its title as notices carry it."""
        return {"zh": self.title_zh, "en": self.title_en}

    @property
    def values(self) -> dict[str, object]:
        """Return what its notices carry."""
        return {"title": self.titles, "word": self.word}
