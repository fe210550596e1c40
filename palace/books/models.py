"""The books: invoices asked for and issued elsewhere, and each day's match of provider, orders and cash."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from palace.books.states import Field, InvoiceState, Payer, Source
from palace.db import Base, Id, one_of
from palace.money import Fen
from palace.payments.models import Payment
from palace.payments.states import Backend


class InvoiceColumn(Base):
    """A column of the file the finance tool reads: its heading, and what stands in it or `fixed` words."""

    __tablename__ = "invoice_columns"
    __table_args__ = (
        one_of("field", Field),
        CheckConstraint("num_nonnulls(field, fixed) = 1", name="one"),
        UniqueConstraint("position"),
    )

    id: Mapped[Id]
    position: Mapped[int] = mapped_column(SmallInteger)
    heading: Mapped[str]
    field: Mapped[Field | None]
    fixed: Mapped[str | None]


class InvoiceBatch(Base):
    """Requests that went to the finance tool in one file."""

    __tablename__ = "invoice_batches"

    id: Mapped[Id]
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class InvoiceRequest(Base):
    """An invoice somebody asked for: to whom, for which payment, and its number once the tool issued it.

    From the batch until it is reversed (冲红) no money it is of goes back.
    """

    __tablename__ = "invoice_requests"
    __table_args__ = (
        one_of("state", InvoiceState),
        one_of("payer", Payer),
        CheckConstraint("(payer = 'unit') <= (tax_number IS NOT NULL)", name="unit"),
        CheckConstraint("num_nonnulls(number, issued_on) IN (0, 2)", name="issued"),
        Index(
            "uq_invoice_requests_payment",
            "payment_id",
            unique=True,
            postgresql_where=text("state NOT IN ('reversed', 'withdrawn')"),
        ),
        UniqueConstraint("number"),
        Index(None, "batch_id"),
        Index(None, "asked_at"),
    )

    id: Mapped[Id]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    state: Mapped[InvoiceState]
    payer: Mapped[Payer]
    title: Mapped[str]
    tax_number: Mapped[str | None]
    email: Mapped[str | None]
    amount: Mapped[Fen]
    asked_at: Mapped[datetime]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("invoice_batches.id"))
    number: Mapped[str | None]
    issued_on: Mapped[date | None]
    reversed_on: Mapped[date | None]
    payment: Mapped[Payment] = relationship(lazy="joined", innerjoin=True)


class ProviderLine(Base):
    """What a provider says moved on its side, to be matched with the movements of the house."""

    __tablename__ = "provider_lines"
    __table_args__ = (one_of("backend", Backend), UniqueConstraint("backend", "reference"))

    id: Mapped[Id]
    backend: Mapped[Backend]
    reference: Mapped[str]
    amount: Mapped[int]
    fee: Mapped[int]
    moved_at: Mapped[datetime]


class Difference(Base):
    """What did not match on a day, found once and settled by somebody with words."""

    __tablename__ = "differences"
    __table_args__ = (
        one_of("source", Source),
        CheckConstraint("num_nonnulls(settled_at, settled_by, why) IN (0, 3)", name="settled"),
        UniqueConstraint("day", "source", "subject"),
        Index(None, "day"),
        Index("ix_differences_open", "day", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    day: Mapped[date]
    source: Mapped[Source]
    subject: Mapped[str]
    ours: Mapped[int]
    theirs: Mapped[int]
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    why: Mapped[str | None]
