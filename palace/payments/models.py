"""Money asked for, received and given back, as facts; it knows no ticket and no class."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.db import Base, Id, one_of, quoted
from palace.money import Fen
from palace.payments.states import (
    OPEN_ATTEMPTS,
    AttemptState,
    Backend,
    Direction,
    Method,
    RefundReason,
    RefundState,
)


class Ladder(Base):
    """What of a price goes back, by the time left: a house's named 退票阶梯.

    A part that asks for money freezes the steps on its payment: what was shown before paying holds.
    """

    __tablename__ = "ladders"

    id: Mapped[Id]
    name_zh: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str]
    usual: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    steps: Mapped[list[LadderStep]] = relationship(
        order_by="LadderStep.minutes_before.desc()", cascade="all, delete-orphan", lazy="selectin"
    )


class LadderStep(Base):
    """`minutes_before` the start and earlier, `percent` of the price goes back; later steps say less."""

    __tablename__ = "ladder_steps"
    __table_args__ = (
        UniqueConstraint("ladder_id", "minutes_before"),
        CheckConstraint("minutes_before >= 0 AND percent BETWEEN 1 AND 100", name="step"),
    )

    id: Mapped[Id]
    ladder_id: Mapped[int] = mapped_column(ForeignKey("ladders.id", ondelete="CASCADE"))
    minutes_before: Mapped[int]
    percent: Mapped[int] = mapped_column(SmallInteger)


class Payment(Base):
    """What a part asked somebody to pay for one of its subjects, and whether it came.

    `site_id`: whose books it is in. `member_id`: who was asked. `backend`: who is asked now; `digits`: four
    that a payer of the printed code notes. `ladder`: the frozen steps, pairs of minutes before and percent.
    `paid_at`: the whole amount is there. `closed_at`: not wanted any more; money that comes all the same is
    owed back. `invoiced_at`: an invoice of it is being made, or was issued; what is
    owed back since then waits until it is reversed. `review`:
    why somebody has to look into it; `disputed_at`: the payer's bank asks.
    """

    __tablename__ = "payments"
    __table_args__ = (
        one_of("backend", Backend),
        UniqueConstraint("part", "subject_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("digits ~ '^[0-9]{4}$'", name="digits"),
        CheckConstraint("(review IS NULL) = (review_at IS NULL)", name="review"),
        Index(
            "uq_payments_digits",
            "site_id",
            "digits",
            unique=True,
            postgresql_where=text("paid_at IS NULL AND closed_at IS NULL"),
        ),
        Index("ix_payments_review", "review_at", postgresql_where=text("review IS NOT NULL")),
    )

    id: Mapped[Id]
    part: Mapped[str]
    subject_id: Mapped[int]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    amount: Mapped[Fen]
    backend: Mapped[Backend] = mapped_column(
        server_default=Backend.COUNTER.value, default=Backend.COUNTER
    )
    digits: Mapped[str | None]
    ladder: Mapped[list[list[int]] | None] = mapped_column(JSONB)
    asked_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    pay_by: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    invoiced_at: Mapped[datetime | None]
    review: Mapped[str | None]
    review_at: Mapped[datetime | None]
    attempts: Mapped[list[Attempt]] = relationship(
        back_populates="payment", order_by="Attempt.number"
    )
    movements: Mapped[list[Movement]] = relationship(
        back_populates="payment", order_by="Movement.id"
    )
    refunds: Mapped[list[Refund]] = relationship(back_populates="payment", order_by="Refund.id")


class Attempt(Base):
    """A page of a provider where somebody may pay, with the bytes it was asked for.

    `request` is what is sent, again and again under the same key (`session:<payment>:<number>`), so that
    one page results whatever the network does. `page_ends_at`: the provider closes it then by itself.
    `reference` and `intent` are the provider's names for the page and for the money. `stated`: what
    `stated_by` saw of it on the provider's own pages (`paid` and `intent`), where nobody can ask about it.
    """

    __tablename__ = "payment_attempts"
    __table_args__ = (
        one_of("backend", Backend),
        one_of("state", AttemptState),
        CheckConstraint("num_nonnulls(stated, stated_by) IN (0, 2)", name="stated"),
        UniqueConstraint("payment_id", "number"),
        UniqueConstraint("backend", "reference"),
        UniqueConstraint("backend", "intent"),
        Index(
            "uq_payment_attempts_open",
            "payment_id",
            unique=True,
            postgresql_where=text(f"state IN ({quoted(OPEN_ATTEMPTS)})"),
        ),
        Index(
            "ix_payment_attempts_open",
            "look_at",
            postgresql_where=text(f"state IN ({quoted(OPEN_ATTEMPTS)})"),
        ),
    )

    id: Mapped[Id]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    backend: Mapped[Backend]
    state: Mapped[AttemptState]
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reference: Mapped[str | None]
    intent: Mapped[str | None]
    address: Mapped[str | None]
    made_at: Mapped[datetime]
    page_ends_at: Mapped[datetime]
    look_at: Mapped[datetime]
    stated: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    stated_by: Mapped[str | None]
    payment: Mapped[Payment] = relationship(back_populates="attempts")


class Movement(Base):
    """Money that came or went, once; what was written wrong is set right by two other rows.

    One takes it off (`corrects_id`, `why`), the other says how it was; both name the row they set right, or
    the last one before it that was in a shift (`original_id`): whose drawer it is stays known.

    `payment_id` None: money that came by the printed code and nobody knows for what. `reference`: the
    provider's name for it, or the number of a slip; with `backend` it is unique, so nothing is noted twice.
    `receipt`: its number in the site's book of the year, without gaps.
    """

    __tablename__ = "movements"
    __table_args__ = (
        one_of("direction", Direction),
        one_of("method", Method),
        one_of("backend", Backend),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(direction = 'out') >= (refund_id IS NOT NULL)", name="refund"),
        CheckConstraint("num_nonnulls(book_year, receipt) IN (0, 2)", name="receipt"),
        CheckConstraint(
            "(corrects_id IS NULL) = (why IS NULL) AND (corrects_id IS NULL OR original_id IS NOT NULL)",
            name="corrected",
        ),
        Index(
            "uq_movements_refund_id",
            "refund_id",
            unique=True,
            postgresql_where=text("original_id IS NULL"),
        ),
        Index(None, "original_id", postgresql_where=text("original_id IS NOT NULL")),
        UniqueConstraint("backend", "reference"),
        UniqueConstraint("site_id", "book_year", "receipt"),
        Index(None, "site_id", "moved_at"),
        Index(None, "moved_at"),
        Index(None, "shift_id", postgresql_where=text("shift_id IS NOT NULL")),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"))
    direction: Mapped[Direction]
    method: Mapped[Method]
    amount: Mapped[Fen]
    backend: Mapped[Backend]
    reference: Mapped[str | None]
    moved_at: Mapped[datetime]
    by: Mapped[str]
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    book_year: Mapped[int | None] = mapped_column(SmallInteger)
    receipt: Mapped[int | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("movements.id"), unique=True)
    original_id: Mapped[int | None] = mapped_column(ForeignKey("movements.id"))
    why: Mapped[str | None]
    payment: Mapped[Payment | None] = relationship(back_populates="movements")


class ReceiptBook(Base):
    """The last number of a site's receipts of a year; its row is locked by who takes the next."""

    __tablename__ = "receipt_books"
    __table_args__ = (CheckConstraint("last >= 0", name="last"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    last: Mapped[int] = mapped_column(server_default="0", default=0)


class Refund(Base):
    """Money of a payment that has to go back, once; `key` names the business reason (`ticket:12`).

    All refunds of a payment together never exceed what came: it is checked behind the payment's row.
    `asked_by` and `agreed_by`: above the house's amount two people. `attempt` rises when the provider
    stored a failure under the last key. `reference`: its name for it. `failure`: why it did not go.
    `intent`: the provider's name for the money it is of, where that is not what paid for it all.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("reason", RefundReason),
        one_of("state", RefundState),
        one_of("backend", Backend),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("agreed_by IS NULL OR agreed_by <> asked_by", name="second"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        UniqueConstraint("payment_id", "key"),
        UniqueConstraint("backend", "reference"),
        Index(None, "owed_at"),
        Index(
            "ix_refunds_open",
            "look_at",
            postgresql_where=text("state IN ('owed', 'sent', 'pending')"),
        ),
    )

    id: Mapped[Id]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    key: Mapped[str]
    amount: Mapped[Fen]
    reason: Mapped[RefundReason]
    state: Mapped[RefundState]
    backend: Mapped[Backend]
    asked_by: Mapped[str]
    agreed_by: Mapped[str | None]
    why: Mapped[str | None]
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default="1", default=1)
    intent: Mapped[str | None]
    reference: Mapped[str | None]
    failure: Mapped[str | None]
    owed_at: Mapped[datetime]
    look_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    payment: Mapped[Payment] = relationship(back_populates="refunds")


class ProviderNews(Base):
    """A provider's event that was applied; written after what it said was done, so none is lost."""

    __tablename__ = "provider_news"
    __table_args__ = (one_of("backend", Backend),)

    backend: Mapped[Backend] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    applied_at: Mapped[datetime]
