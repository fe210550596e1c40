"""What did not match, what subsidies a time bore, and what waits for finance in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, literal, select, union_all

from palace.books.models import Difference, InvoiceRequest
from palace.books.rules import SOURCES
from palace.books.states import InvoiceState
from palace.courses.models import Enrolment
from palace.courses.states import EnrolmentState
from palace.db import Base, db
from palace.errors import NotFound
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.money import Fen
from palace.payments.models import Payment, Refund
from palace.payments.states import RefundState
from palace.text import N_
from palace.tickets.models import Ticket
from palace.tickets.rules import TicketState


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits for finance, as numbers."""

    requested: int
    batched: int
    failed: int
    held: int
    asked: int
    counter: int
    reviews: int
    differences: int


def waiting() -> Waiting:
    """Return what waits for finance, in one statement."""

    def of(counted: type[Base], which: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(counted).where(which).scalar_subquery()

    asked = {
        "requested": of(InvoiceRequest, InvoiceRequest.state == InvoiceState.REQUESTED),
        "batched": of(InvoiceRequest, InvoiceRequest.state == InvoiceState.BATCHED),
        "failed": of(Refund, Refund.state == RefundState.FAILED),
        "held": of(Refund, Refund.state == RefundState.HELD),
        "asked": of(Refund, Refund.state == RefundState.ASKED),
        "counter": of(Refund, Refund.state == RefundState.COUNTER),
        "reviews": of(Payment, Payment.review.is_not(None)),
        "differences": of(Difference, Difference.settled_at.is_(None)),
    }
    row = db.session.execute(select(*(count.label(name) for name, count in asked.items()))).one()
    return Waiting(**row._mapping)


def get_difference(difference_id: int, *, locked: bool = False) -> Difference:
    """Return a difference, under its lock where it is to be settled.

    Raises:
        NotFound.
    """
    found = db.session.get(
        Difference, difference_id, with_for_update=locked, populate_existing=locked
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Subsidy:
    """What a fund bore: of how many tickets and places in classes, how much of what others pay."""

    fund: str
    tickets: int
    places: int
    amount: Fen


def subsidies(first: datetime, end: datetime) -> list[Subsidy]:
    """Return what each fund bore of what was sold in a time; what was given back costs it nothing."""
    for_ticket, for_place = Ticket.face_price - Ticket.price, Enrolment.face_fee - Enrolment.fee
    tickets = select(Ticket.fund, literal(1).label("tickets"), for_ticket.label("borne")).where(
        Ticket.issued_at >= first,
        Ticket.issued_at < end,
        Ticket.state == TicketState.VALID,
        for_ticket > 0,
    )
    places = select(Enrolment.fund, literal(0), for_place).where(
        Enrolment.enrolled_at >= first,
        Enrolment.enrolled_at < end,
        Enrolment.state == EnrolmentState.CONFIRMED,
        for_place > 0,
    )
    sold = union_all(tickets, places).subquery()
    of_tickets = func.sum(sold.c.tickets)
    wanted = select(sold.c.fund, of_tickets, func.count() - of_tickets, func.sum(sold.c.borne))
    found = db.session.execute(wanted.group_by(sold.c.fund).order_by(sold.c.fund))
    return [
        Subsidy(fund or "", of_tickets, of_places, Fen(int(amount)))
        for fund, of_tickets, of_places, amount in found
    ]


DIFFERENCES = List(
    endpoint="books.differences",
    title=N_("对账差异"),
    source=Difference,
    template="books/differences.html",
    key=Difference.id,
    order="-day",
    empty=N_("没有差异，账都对得上。"),
    columns=[
        Column(
            name="day",
            heading=N_("哪一天"),
            of=Difference.day,
            kind=Kind.DAY,
            sorts=True,
            filters=True,
        ),
        Column(
            name="source",
            heading=N_("和什么对"),
            of=Difference.source,
            kind=Kind.WORD,
            choices=SOURCES,
            filters=True,
        ),
        Column(
            name="subject",
            heading=N_("什么"),
            of=Difference.subject,
            say=lambda row: subject_words(row.subject),
            link=lambda row: url_for("books.difference", difference_id=row.list_key),
        ),
        Column(name="ours", heading=N_("账上"), of=Difference.ours, kind=Kind.FEN),
        Column(name="theirs", heading=N_("对方"), of=Difference.theirs, kind=Kind.FEN),
        Column(
            name="open",
            heading=N_("还没处理"),
            of=Difference.settled_at.is_(None),
            kind=Kind.YES_NO,
            filters=True,
        ),
    ],
)
SUBJECTS = {
    "payment": N_("付款 %(number)s"),
    "ticket": N_("票 %(number)s"),
    "enrolment": N_("班级名额 %(number)s"),
    "shift": N_("当班 %(number)s"),
    "clerk": N_("没有当班时收退的现金：%(number)s"),
    "provider": N_("支付平台流水 %(number)s"),
}


def subject_words(subject: str) -> str:
    """Return what a difference is about, in words."""
    kind, _, number = subject.partition(":")
    return str(gettext(SUBJECTS[kind], number=number))
