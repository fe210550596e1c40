"""Money that came, went and has to go back, as finance reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Text, case, cast, false, func, select

from palace import words
from palace.books.queries.progress import TICKET, is_of_class, is_of_show
from palace.courses.models import Enrolment, Offering
from palace.courses.services.ending import PART as COURSES
from palace.courses.services.telling import titles
from palace.db import db
from palace.errors import NotFound
from palace.lists.queries import Column, List, instant
from palace.lists.rules import Kind
from palace.payments.models import Movement, Payment, Refund
from palace.payments.rules import read_receipt
from palace.payments.services.refunding import CORRECTED
from palace.payments.states import METHOD_WORDS, REFUND_WORDS, Direction
from palace.programme.models import Performance
from palace.text import N_
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import PART as TICKETS

MOST_SHOWN = 100
REFUND_REASONS = {
    "returned": N_("退票"),
    "cancelled": N_("取消"),
    "moved": N_("改期"),
    "withdrawn": N_("退班"),
    "late": N_("付晚了"),
    "too_much": N_("多付了"),
    "goodwill": N_("手工退款"),
}
DIRECTIONS: dict[str, str] = {
    Direction.IN: N_("收"),
    Direction.OUT: N_("退"),
    "wrong": N_("已冲销"),
    "off": N_("冲销"),
}
"""What a line of the ledger is: what was set right and what took it off are no money that moved."""
STANDS = case(
    (Movement.corrects_id.is_not(None), "off"),
    (Movement.id.in_(CORRECTED), "wrong"),
    else_=Movement.direction,
)
PRINTED = (
    cast(Movement.book_year, Text)
    .concat("-")
    .concat(func.lpad(cast(Movement.receipt, Text), 6, "0"))
)
"""A receipt's number as it is printed: `receipt_number`, as the database says it."""
OF_SHOW = func.coalesce(
    select(Ticket.performance_id).where(Ticket.id == TICKET).scalar_subquery(),
    select(Order.performance_id)
    .join(Payment, (Payment.part == TICKETS) & (Payment.subject_id == Order.id))
    .where(Payment.id == Refund.payment_id)
    .scalar_subquery(),
)
OF_CLASS = (
    select(Enrolment.offering_id)
    .join(Payment, (Payment.part == COURSES) & (Payment.subject_id == Enrolment.id))
    .where(Payment.id == Refund.payment_id)
    .scalar_subquery()
)


def _has_receipt(typed: str) -> ColumnElement[bool]:
    """Return the condition that money has the receipt somebody typed, with its year or of any."""
    read = read_receipt(typed)
    if read is None:
        return false()
    year, number = read
    return (Movement.receipt == number) & (Movement.book_year == (year or Movement.book_year))


REFUNDS = List(
    endpoint="books.refunds",
    title=N_("退款"),
    source=Refund,
    template="books/refunds.html",
    key=Refund.id,
    order="-owed_at",
    columns=[
        instant("owed_at", Refund.owed_at),
        Column(
            name="number",
            heading=N_("退款单号"),
            of=Refund.id,
            kind=Kind.NUMBER,
            link=lambda row: url_for("books.refund", refund_id=row.list_key),
        ),
        Column(
            name="state",
            heading=N_("办到哪了"),
            of=Refund.state,
            kind=Kind.WORD,
            choices=REFUND_WORDS,
            filters=True,
        ),
        Column(
            name="reason",
            heading=N_("为什么"),
            of=Refund.reason,
            kind=Kind.WORD,
            choices=REFUND_REASONS,
            filters=True,
        ),
        Column(name="amount", heading=N_("金额"), of=Refund.amount, kind=Kind.FEN),
        Column(name="failure", heading=N_("没退成的原因"), of=Refund.failure),
        Column(
            name="show",
            heading=N_("场次编号"),
            of=OF_SHOW,
            kind=Kind.NUMBER,
            filters=True,
            where=is_of_show,
            on_page=False,
        ),
        Column(
            name="class",
            heading=N_("班级编号"),
            of=OF_CLASS,
            kind=Kind.NUMBER,
            filters=True,
            where=is_of_class,
            on_page=False,
        ),
    ],
)

MOVEMENTS = List(
    endpoint="books.movements",
    title=N_("收退流水"),
    template="books/ledger.html",
    source=Movement,
    key=Movement.id,
    order="-moved_at",
    columns=[
        instant("moved_at", Movement.moved_at),
        Column(
            name="direction",
            heading=N_("收还是退"),
            of=STANDS,
            kind=Kind.WORD,
            choices=DIRECTIONS,
            filters=True,
        ),
        Column(
            name="method",
            heading=N_("收退方式"),
            of=Movement.method,
            kind=Kind.WORD,
            choices=METHOD_WORDS,
            filters=True,
        ),
        Column(name="amount", heading=N_("金额"), of=Movement.amount, kind=Kind.FEN),
        Column(
            name="payment",
            heading=N_("付款"),
            of=Movement.payment_id,
            kind=Kind.NUMBER,
            filters=True,
            link=lambda row: row.payment and url_for("books.payment", payment_id=row.payment),
        ),
        Column(
            name="receipt",
            heading=N_("收款凭证号"),
            of=PRINTED,
            filters=True,
            where=_has_receipt,
        ),
        Column(name="reference", heading=N_("单号"), of=Movement.reference, filters=True),
        Column(name="why", heading=N_("更正的原因"), of=Movement.why),
    ],
)


def named_in(asked: Mapping[str, Any]) -> str:
    """Return what the one show or class is called whose refunds are asked for; "": of all."""
    show = db.session.get(Performance, asked.get("show") or 0)
    if show is not None:
        return f"{words.named(show.production, 'title')} {words.day_words(show.starts_at)}"
    of = db.session.get(Offering, asked.get("class") or 0)
    return titles(of)[words.language()] if of is not None else ""


def reviews() -> Sequence[Payment]:
    """Return the payments somebody has to look into, the oldest first."""
    wanted = select(Payment).where(Payment.review.is_not(None)).order_by(Payment.review_at)
    return db.session.scalars(wanted.limit(MOST_SHOWN)).all()


def get_payment(payment_id: int) -> Payment:
    """Return a payment.

    Raises:
        NotFound.
    """
    found = db.session.get(Payment, payment_id)
    if found is None:
        raise NotFound
    return found


def get_refund(refund_id: int) -> Refund:
    """Return a refund.

    Raises:
        NotFound.
    """
    found = db.session.get(Refund, refund_id)
    if found is None:
        raise NotFound
    return found
