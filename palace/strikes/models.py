"""Strikes, the appeals against them, and the customs of other houses to choose a rule from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of
from palace.members.models import Member
from palace.strikes.rules import StrikeKind, Verdict


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
        Index(None, "happened_at", postgresql_where=text("forgiven_at IS NULL")),
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
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)
    appeal: Mapped[Appeal | None] = relationship(back_populates="strike", lazy="joined")


class Appeal(Base):
    """A member's word against a strike, once, and the answer of somebody else."""

    __tablename__ = "appeals"
    __table_args__ = (
        one_of("verdict", Verdict),
        CheckConstraint("num_nonnulls(decided_at, decided_by, verdict) IN (0, 3)", name="decided"),
    )

    id: Mapped[Id]
    strike_id: Mapped[int] = mapped_column(ForeignKey("strikes.id"), unique=True)
    words: Mapped[str]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    verdict: Mapped[Verdict | None]
    answer: Mapped[str | None]
    strike: Mapped[Strike] = relationship(back_populates="appeal")


class StrikePreset(Base):
    """How some house answers empty places, with its source; an administrator chooses from these."""

    __tablename__ = "strike_presets"
    __table_args__ = (
        CheckConstraint("strikes >= 0 AND within_days > 0 AND bar_days >= 0", name="figures"),
        {"info": {"reference": True}},
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    source: Mapped[str]
    strikes: Mapped[int]
    within_days: Mapped[int]
    bar_days: Mapped[int]
