"""Where a day's books and the other side differ: provider, what was sold, cash; never writes.

`ours` is what the movements of the house say, or what was sold; `theirs` the other side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Text, and_, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from palace.books.models import ProviderLine
from palace.books.states import Source
from palace.clock import day_span, palace_day
from palace.courses.catalogue import Term
from palace.courses.models import Enrolment, Offering
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.payments.models import Movement, Payment, Refund
from palace.payments.services.refunding import CAME, SIGNED
from palace.payments.states import NOT_WANTED, Backend, Method, RefundReason, RefundState
from palace.programme.models import Performance
from palace.tickets.models import Order, Ticket
from palace.tickets.services.owing import ASKED_OF
from palace.till.models import Shift
from palace.venues.models import Site, Space

Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Unequal:
    """One thing of which both sides say something else."""

    source: Source
    subject: str
    site_id: int
    ours: int
    theirs: int


def unequal_on(day: date) -> list[Unequal]:
    """Return what differs on a palace day, each subject once."""
    span = day_span(day)
    found = [
        (Source.PROVIDER, _moved_here(span)),
        (Source.PROVIDER, _moved_there(span)),
        (Source.SALES, _other_money(span)),
        (Source.SALES, _paid_for_nothing(span)),
        (Source.SALES, _unpaid_tickets(span)),
        (Source.SALES, _unpaid_places(span)),
        (Source.CASH, _shifts(span)),
        (Source.CASH, _without_shift(span)),
    ]
    first = {
        (one.source, one.subject): one
        for source, statement in reversed(found)
        for one in _read(source, statement)
    }
    return sorted(first.values(), key=lambda one: (one.source, one.subject))


def _read(source: Source, statement: Select[Any]) -> Iterator[Unequal]:
    for subject, site_id, ours, theirs in db.session.execute(statement):
        yield Unequal(
            source=source,
            subject=subject,
            site_id=site_id,
            ours=int(ours),
            theirs=int(theirs),
        )


def _in(column: Any, span: Span) -> Any:
    return and_(column >= span[0], column < span[1])


def _named(word: str, number: Any) -> Any:
    return literal(f"{word}:") + cast(number, Text)


SAME = and_(ProviderLine.backend == Movement.backend, ProviderLine.reference == Movement.reference)


def _moved_here(span: Span) -> Select[Any]:
    """Select what moved by a provider in our books, and not so there; once its file reached the day."""
    theirs = func.coalesce(ProviderLine.amount, 0)
    reached = select(ProviderLine.id).where(ProviderLine.moved_at >= span[0]).correlate(None)
    return (
        select(_named("provider", Movement.reference), Movement.site_id, SIGNED, theirs)
        .outerjoin(ProviderLine, SAME)
        .where(
            Movement.backend != Backend.COUNTER,
            Movement.reference.is_not(None),
            _in(Movement.moved_at, span),
            theirs != SIGNED,
            select(reached.exists()).scalar_subquery(),
        )
    )


def _moved_there(span: Span) -> Select[Any]:
    """Select what moved at a provider and stands nowhere in our books; the first house's to look into."""
    first = select(func.min(Site.id)).scalar_subquery()
    known = select(Movement.id).where(SAME)
    return select(
        _named("provider", ProviderLine.reference), first, literal(0), ProviderLine.amount
    ).where(_in(ProviderLine.moved_at, span), ~known.exists())


def _gone(*reasons: RefundReason) -> Any:
    """Return how much of a payment went back or has to, for some reasons or any."""
    back = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == Payment.id, Refund.state != RefundState.DROPPED
    )
    return (back.where(Refund.reason.in_(reasons)) if reasons else back).scalar_subquery()


def _came() -> Any:
    came = select(func.coalesce(func.sum(Movement.amount), 0))
    return came.where(Movement.payment_id == Payment.id, *CAME).scalar_subquery()


def _other_money(span: Span) -> Select[Any]:
    """Select payments for which other money is here than was asked for."""
    here = _came() - _gone(*NOT_WANTED)
    return select(_named("payment", Payment.id), Payment.site_id, Payment.amount, here).where(
        _in(Payment.paid_at, span), here != Payment.amount
    )


def _paid_for_nothing(span: Span) -> Select[Any]:
    """Select payments whose money is here though nothing came of it, nor has it to go back."""
    tickets = select(Ticket.id).join(Order, Order.id == Ticket.order_id).where(ASKED_OF)
    open_places = select(Enrolment.id).where(
        Payment.part == "courses",
        Enrolment.id == Payment.subject_id,
        Enrolment.state.in_((EnrolmentState.UNPAID, EnrolmentState.LAPSED)),
    )
    here = _came() - _gone()
    nothing = or_(
        and_(Payment.part.in_(("tickets", "packages")), ~tickets.correlate(Payment).exists()),
        open_places.correlate(Payment).exists(),
    )
    return select(_named("payment", Payment.id), Payment.site_id, literal(0), here).where(
        _in(Payment.paid_at, span), nothing, here > 0
    )


def _unpaid_tickets(span: Span) -> Select[Any]:
    """Select tickets that cost something, were issued that day, and whose money never came."""
    return (
        select(_named("ticket", Ticket.id), Space.site_id, Ticket.price, literal(0))
        .join(Order, Order.id == Ticket.order_id)
        .join(Performance, Performance.id == Ticket.performance_id)
        .join(Space, Space.id == Performance.space_id)
        .outerjoin(Payment, ASKED_OF)
        .where(_in(Ticket.issued_at, span), Ticket.price > 0, Payment.paid_at.is_(None))
    )


def _unpaid_places(span: Span) -> Select[Any]:
    """Select confirmed places in classes that cost something and whose money never came."""
    asked = and_(Payment.part == "courses", Payment.subject_id == Enrolment.id)
    amount = Enrolment.fee + Enrolment.material_fee
    return (
        select(_named("enrolment", Enrolment.id), Term.site_id, amount, literal(0))
        .join(Offering, Offering.id == Enrolment.offering_id)
        .join(Term, Term.id == Offering.term_id)
        .outerjoin(Payment, asked)
        .where(
            _in(Enrolment.enrolled_at, span),
            Enrolment.state == EnrolmentState.CONFIRMED,
            amount > 0,
            Payment.paid_at.is_(None),
        )
    )


def _shifts(span: Span) -> Select[Any]:
    """Select shifts that ended that day with other cash than they began with and took.

    What was set right after a drawer was counted is of that drawer still.
    """
    first = aliased(Movement)
    cash = select(func.coalesce(func.sum(SIGNED), 0)).where(Movement.method == Method.CASH)
    taken = cash.where(Movement.shift_id == Shift.id).correlate(Shift)
    after = cash.join(first, first.id == Movement.original_id).where(
        Movement.shift_id.is_(None), first.shift_id == Shift.id
    )
    ours = Shift.begun_with + taken.scalar_subquery() + after.correlate(Shift).scalar_subquery()
    return select(_named("shift", Shift.id), Shift.site_id, ours, Shift.counted).where(
        _in(Shift.closed_at, span), ours != Shift.counted
    )


def _without_shift(span: Span) -> Select[Any]:
    """Select cash that somebody took or gave that day outside of any shift: nobody hands it over."""
    total, first = func.sum(SIGNED), aliased(Movement)
    return (
        select(_named("clerk", Movement.by), func.min(Movement.site_id), total, literal(0))
        .outerjoin(first, first.id == Movement.original_id)
        .where(
            _in(Movement.moved_at, span),
            Movement.method == Method.CASH,
            Movement.shift_id.is_(None),
            first.shift_id.is_(None),
        )
        .group_by(Movement.by)
        .having(total != 0)
    )


def days_set_right(since: datetime) -> set[date]:
    """Return the days on which shifts ended whose money was set right since then, after it was counted."""
    first = aliased(Movement)
    wanted = (
        select(Shift.closed_at)
        .join(first, first.shift_id == Shift.id)
        .join(Movement, Movement.original_id == first.id)
        .where(Movement.shift_id.is_(None), Movement.moved_at >= since)
    )
    return {palace_day(closed_at) for closed_at in db.session.scalars(wanted) if closed_at}
