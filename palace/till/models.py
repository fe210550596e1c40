"""The till of a counter: shifts, the house's printed codes, and what units take on account."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id
from palace.members.models import Staff
from palace.members.unions import Unit
from palace.money import Fen
from palace.payments.models import Payment


class Shift(Base):
    """A clerk's time at a till (当班), from the cash they began with to the cash they handed over (交款单).

    `expected` is what the movements say at its end, `counted` what was there; a difference has its reason.
    `handed_to`: the cashier who signed for it, never the clerk.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("begun_with >= 0 AND counted >= 0", name="cash"),
        CheckConstraint("num_nonnulls(closed_at, counted, expected) IN (0, 3)", name="closed"),
        CheckConstraint("counted = expected OR why IS NOT NULL", name="difference"),
        CheckConstraint(
            "num_nonnulls(handed_to, handed_at) IN (0, 2) AND (handed_at IS NULL OR closed_at IS NOT NULL)"
            " AND handed_to <> staff_id",
            name="handed",
        ),
        Index(
            "uq_shifts_open", "staff_id", unique=True, postgresql_where=text("closed_at IS NULL")
        ),
        Index(None, "site_id", "opened_at"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    begun_with: Mapped[Fen]
    closed_at: Mapped[datetime | None]
    counted: Mapped[Fen | None]
    expected: Mapped[int | None]
    why: Mapped[str | None]
    handed_to: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    handed_at: Mapped[datetime | None]
    staff: Mapped[Staff] = relationship(lazy="joined", innerjoin=True, foreign_keys=[staff_id])


class PrintedCode(Base):
    """A house's printed 收款码: what its QR says, and whose it is (微信, 支付宝, a bank)."""

    __tablename__ = "printed_codes"
    __table_args__ = (UniqueConstraint("site_id", "name_zh"),)

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    content: Mapped[str]


class OnAccount(Base):
    """A payment a unit settles later (签单, 对公转账), with the day it is due and who agreed.

    `told_at`: when its organisers were last told of it: before that day, and once more after it.
    """

    __tablename__ = "on_account"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    due_on: Mapped[date]
    agreed_by: Mapped[str]
    agreed_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    payment: Mapped[Payment] = relationship(lazy="joined", innerjoin=True)
    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
