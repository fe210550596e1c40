"""Pools of coupons, and the codes in them, each sealed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.coupons.rules import Conditions
from palace.db import Base, Id
from palace.members.models import Unit
from palace.programme.models import Partner


class CouponPool(Base):
    """Codes of a partner that are worth the same, from when and until when, and for whom.

    `valid_until` is the last day on which the partner takes them; `unit_id` None: for all members,
    else for a union and those below it; `site_id` None: the whole palace's. `revision` counts changes.
    """

    __tablename__ = "coupon_pools"
    __table_args__ = (CheckConstraint("per_member > 0", name="per_member"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partners.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    worth_zh: Mapped[str]
    worth_en: Mapped[str]
    how_zh: Mapped[str]
    how_en: Mapped[str]
    opens_at: Mapped[datetime]
    valid_until: Mapped[date]
    per_member: Mapped[int]
    stopped_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default="1", default=1)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    partner: Mapped[Partner] = relationship(lazy="joined", innerjoin=True)
    unit: Mapped[Unit | None] = relationship(lazy="joined")

    @property
    def conditions(self) -> Conditions:
        """Return on which conditions it is handed out."""
        return Conditions(
            opens_at=self.opens_at,
            valid_until=self.valid_until,
            is_stopped=self.stopped_at is not None,
            per_member=self.per_member,
        )


class Coupon(Base):
    """A code of a partner, nobody's until a member takes it.

    `mark` is its keyed hash: the same code of a partner is kept once. `sealed` None: long over, or
    its member was erased. `receipt` is what a member's coupon is called in addresses; `unit_id` the
    union they were of when they took it; `used_at` is the member's own note.
    """

    __tablename__ = "coupons"
    __table_args__ = (
        CheckConstraint("num_nonnulls(member_id, receipt, taken_at) IN (0, 3)", name="taken"),
        CheckConstraint("taken_at IS NOT NULL OR num_nonnulls(unit_id, used_at) = 0", name="used"),
        Index("ix_coupons_free", "pool_id", "id", postgresql_where=text("member_id IS NULL")),
        Index(None, "member_id", "pool_id"),
        Index(None, "pool_id", "unit_id"),
    )

    id: Mapped[Id]
    pool_id: Mapped[int] = mapped_column(ForeignKey("coupon_pools.id"))
    mark: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    receipt: Mapped[str | None] = mapped_column(unique=True)
    taken_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    pool: Mapped[CouponPool] = relationship(lazy="joined", innerjoin=True)
