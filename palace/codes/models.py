"""Batches of codes, and each code: of its text only the hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.codes.rules import Reason
from palace.db import Base, Id, one_of
from palace.programme.models import Performance, Tier


class CodeBatch(Base):
    """Codes made together for one performance, each good for `each` places until `ends_at`.

    `keeps`: places wait under "code:<id>" until then, for who has opened a code; `tier_id`: the tier
    they may book by it. The texts are made anew from `seed` and the key `key_id` of the keys file
    when they are printed. `stopped_at`: codes nobody had used are dead since.
    """

    __tablename__ = "code_batches"
    __table_args__ = (
        one_of("reason", Reason),
        CheckConstraint("each > 0", name="each"),
        CheckConstraint("keeps OR tier_id IS NOT NULL", name="opens"),
    )

    id: Mapped[Id]
    performance_id: Mapped[int] = mapped_column(ForeignKey("performances.id"), index=True)
    label: Mapped[str]
    reason: Mapped[Reason]
    each: Mapped[int]
    keeps: Mapped[bool]
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tiers.id"))
    ends_at: Mapped[datetime]
    key_id: Mapped[str]
    seed: Mapped[str]
    stopped_at: Mapped[datetime | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    performance: Mapped[Performance] = relationship(lazy="joined", innerjoin=True)
    tier: Mapped[Tier | None] = relationship(lazy="joined")


class Code(Base):
    """One code of a batch; `used_at` and `member_id` are written once, by whoever was first."""

    __tablename__ = "codes"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("member_id IS NULL OR used_at IS NOT NULL", name="used"),
    )

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(ForeignKey("code_batches.id"))
    number: Mapped[int]
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    used_at: Mapped[datetime | None]
    batch: Mapped[CodeBatch] = relationship(lazy="joined", innerjoin=True)
