"""Who asked for which invoice, and what stands in the finance tool's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import url_for
from flask_babel import gettext
from sqlalchemy import func, select

from palace import words
from palace.books.models import InvoiceBatch, InvoiceColumn, InvoiceRequest
from palace.books.rules import PAYERS, STATES, USUAL, Heading, yuan_words
from palace.books.states import Field, InvoiceState
from palace.clock import palace_day
from palace.db import db
from palace.errors import NotFound
from palace.lists.queries import Column, List, instant
from palace.lists.rules import Kind
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Movement, Payment, Refund
from palace.payments.rules import receipt_number
from palace.payments.services import Said
from palace.payments.services.refunding import CAME
from palace.payments.states import METHOD_WORDS, RefundState
from palace.text import N_

MOST_SHOWN = 100
STANDING = (InvoiceState.REQUESTED, InvoiceState.BATCHED, InvoiceState.ISSUED)


def what_for(found: Sequence[Payment]) -> dict[int, Said]:
    """Return what payments are for, in words; what is not there any more is told by the payment's number."""
    subjects: dict[str, list[int]] = {}
    for one in found:
        subjects.setdefault(one.part, []).append(one.subject_id)
    known = {
        part: payments.said[part](ids) for part, ids in subjects.items() if part in payments.said
    }
    return {one.id: known.get(one.part, {}).get(one.subject_id) or _numbered(one) for one in found}


def _numbered(payment: Payment) -> Said:
    said = str(gettext("付款 %(number)s", number=payment.id))
    return Said(zh=said, en=said, path="")


def paid_by(member_id: int) -> Sequence[Payment]:
    """Return what a member paid, the newest first."""
    wanted = select(Payment).where(Payment.member_id == member_id, Payment.paid_at.is_not(None))
    return db.session.scalars(wanted.order_by(Payment.paid_at.desc()).limit(MOST_SHOWN)).all()


def requests_of(found: Sequence[Payment]) -> dict[int, InvoiceRequest]:
    """Return the last request of each of these payments."""
    wanted = select(InvoiceRequest).where(InvoiceRequest.payment_id.in_([one.id for one in found]))
    ordered = wanted.order_by(InvoiceRequest.id).execution_options(populate_existing=True)
    return {one.payment_id: one for one in db.session.scalars(ordered)}


def back_of(found: Sequence[Payment]) -> dict[int, Fen]:
    """Return how much of each of these payments went back or has to, where any did."""
    ids = [one.id for one in found]
    wanted = select(Refund.payment_id, func.sum(Refund.amount)).where(
        Refund.payment_id.in_(ids), Refund.state != RefundState.DROPPED
    )
    rows = db.session.execute(wanted.group_by(Refund.payment_id))
    return {payment_id: Fen(int(amount)) for payment_id, amount in rows}


def payment_of(member_id: int, payment_id: int) -> Payment:
    """Return a member's own payment.

    Raises:
        NotFound: it is not theirs.
    """
    found = db.session.get(Payment, payment_id)
    if found is None or found.member_id != member_id:
        raise NotFound
    return found


def last_of(member_id: int) -> InvoiceRequest | None:
    """Return what a member asked for last: the next is filled in like it."""
    wanted = select(InvoiceRequest).join(Payment, Payment.id == InvoiceRequest.payment_id)
    mine = wanted.where(Payment.member_id == member_id).order_by(InvoiceRequest.id.desc())
    return db.session.scalars(mine.limit(1)).first()


def get_request(request_id: int) -> InvoiceRequest:
    """Return a request.

    Raises:
        NotFound.
    """
    found = db.session.get(InvoiceRequest, request_id)
    if found is None:
        raise NotFound
    return found


def get_batch(batch_id: int) -> InvoiceBatch:
    """Return a batch.

    Raises:
        NotFound.
    """
    found = db.session.get(InvoiceBatch, batch_id)
    if found is None:
        raise NotFound
    return found


def in_batch(batch_id: int) -> Sequence[InvoiceRequest]:
    """Return the requests of a batch in their order."""
    wanted = select(InvoiceRequest).where(InvoiceRequest.batch_id == batch_id)
    return db.session.scalars(wanted.order_by(InvoiceRequest.id)).all()


def batches() -> Sequence[tuple[InvoiceBatch, int, int]]:
    """Return the last batches with how many requests each has, and how many of them wait for a number."""
    waits = func.count().filter(InvoiceRequest.state == InvoiceState.BATCHED)
    wanted = select(InvoiceBatch, func.count(), waits).join(
        InvoiceRequest, InvoiceRequest.batch_id == InvoiceBatch.id
    )
    grouped = wanted.group_by(InvoiceBatch.id).order_by(InvoiceBatch.id.desc()).limit(MOST_SHOWN)
    return [(batch, count, waiting) for batch, count, waiting in db.session.execute(grouped)]


def columns() -> Sequence[Heading]:
    """Return the columns of the finance tool's file: the palace's own, or the usual ones."""
    found = db.session.scalars(select(InvoiceColumn).order_by(InvoiceColumn.position)).all()
    own = [Heading(one.heading, one.field, one.fixed) for one in found]
    return own or USUAL


def request_heading() -> str:
    """Return how the file calls a request's number."""
    return next((one.heading for one in columns() if one.field is Field.REQUEST), "")


def came_by(found: Sequence[InvoiceRequest]) -> Mapping[int, Movement]:
    """Return the money that came first for the payment of each of these requests."""
    ids = [one.payment_id for one in found]
    wanted = (
        select(Movement).where(Movement.payment_id.in_(ids), *CAME).order_by(Movement.id.desc())
    )
    return {one.payment_id: one for one in db.session.scalars(wanted) if one.payment_id}


def told_of(request: InvoiceRequest, what: Said, came: Movement | None) -> dict[Field, str]:
    """Return what a request's fields say, for its line of the file."""
    from_here = came.moved_at if came else request.payment.paid_at
    return {
        Field.REQUEST: str(request.id),
        Field.PAYER: gettext(PAYERS[request.payer]),
        Field.TITLE: request.title,
        Field.TAX_NUMBER: request.tax_number or "",
        Field.EMAIL: request.email or "",
        Field.AMOUNT: yuan_words(request.amount),
        Field.WHAT: what.en if words.language() == "en" else what.zh,
        Field.PAID_ON: palace_day(from_here).isoformat() if from_here else "",
        Field.METHOD: gettext(METHOD_WORDS[came.method]) if came else "",
        Field.RECEIPT: receipt_number(came.book_year, came.receipt) if came else "",
    }


INVOICES = List(
    endpoint="books.invoices",
    title=N_("所有发票"),
    source=InvoiceRequest,
    template="books/invoices.html",
    key=InvoiceRequest.id,
    order="-asked_at",
    columns=[
        instant("asked_at", InvoiceRequest.asked_at),
        Column(
            name="request",
            heading=N_("申请单号"),
            of=InvoiceRequest.id,
            kind=Kind.NUMBER,
            filters=True,
            link=lambda row: url_for("books.invoice", request_id=row.list_key),
        ),
        Column(
            name="state",
            heading=N_("办到哪了"),
            of=InvoiceRequest.state,
            kind=Kind.WORD,
            choices=STATES,
            filters=True,
        ),
        Column(
            name="payer",
            heading=N_("开给"),
            of=InvoiceRequest.payer,
            kind=Kind.WORD,
            choices=PAYERS,
            filters=True,
        ),
        Column(name="title", heading=N_("抬头"), of=InvoiceRequest.title, filters=True),
        Column(name="amount", heading=N_("金额"), of=InvoiceRequest.amount, kind=Kind.FEN),
        Column(name="number", heading=N_("发票号码"), of=InvoiceRequest.number, filters=True),
        Column(
            name="issued_on", heading=N_("发票上的日期"), of=InvoiceRequest.issued_on, kind=Kind.DAY
        ),
    ],
)


def requested_count() -> int:
    """Return how many requests wait for a batch."""
    wanted = select(func.count()).where(InvoiceRequest.state == InvoiceState.REQUESTED)
    return db.session.scalar(wanted) or 0
