"""Money asked for and received, as facts; it knows no ticket and no class."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base, Id
from palace.money import Fen


class Payment(Base):
    """What a part asked somebody to pay for one of its subjects, and whether it came.

    `closed_at`: not wanted any more; money that comes all the same is kept as a fact, `refund_due`.
    `refund`: how much of it is due back; None: all.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("part", "subject_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("num_nonnulls(paid_at, backend, reference) IN (0, 3)", name="paid"),
        CheckConstraint(
            "refund IS NULL OR (refund_due AND refund BETWEEN 1 AND amount)", name="refund"
        ),
        UniqueConstraint("backend", "reference"),
    )

    id: Mapped[Id]
    part: Mapped[str]
    subject_id: Mapped[int]
    amount: Mapped[Fen]
    asked_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    pay_by: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    backend: Mapped[str | None]
    reference: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    refund_due: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    refund: Mapped[Fen | None]
