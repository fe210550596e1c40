"""Money of tickets that has to go back, by whatever it was asked for: an order of one show, or a package."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, and_, cast, literal, or_, select

from palace.db import db
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.payments.services import Said
from palace.payments.services.asking import Steps
from palace.payments.states import RefundReason
from palace.tickets.errors import LadderChanged
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import PACKAGES, PART, TicketState
from palace.words import instant_words

ASKED_OF = or_(
    and_(Payment.part == PART, Payment.subject_id == Order.id),
    and_(Payment.part == PACKAGES, Payment.subject_id == Order.package_order_id),
)
"""Which payment an order's money was asked by."""


def ask(order: Order, total: Fen, pay_by: datetime, seen: str | None) -> Payment:
    """Ask for an order's money until `pay_by`; what goes back later is frozen as shown now.

    Args:
        seen: the steps that were shown (`ladder_text`); None: whatever they are.

    Raises:
        LadderChanged: they are others by now.
    """
    show = order.performance
    return payments.ask(
        PART,
        order.id,
        total,
        site_id=show.space.site_id,
        member_id=order.member_id,
        pay_by=pay_by,
        ladder=steps_shown(show.ladder_id, seen),
    )


def steps_shown(ladder_id: int | None, seen: str | None) -> Steps | None:
    """Return the steps something is asked for by now.

    Raises:
        LadderChanged: a page showed others; `seen` None: none did.
    """
    steps = payments.steps_of(ladder_id)
    if seen is not None and seen != payments.ladder_text(steps):
        raise LadderChanged
    return steps


def asked_of(order: Order) -> tuple[str, int]:
    """Return by which part's subject an order's money was asked."""
    whole = order.package_order_id
    return (PART, order.id) if whole is None else (PACKAGES, whole)


def back_now(ticket: Ticket, now: datetime) -> Fen | None:
    """Return what of a ticket's price goes back now, all of it until a move is answered; as `back_of`."""
    show = ticket.performance
    if show.return_until is not None and now < show.return_until:
        return ticket.price
    return back_of(ticket.order, ticket, show.starts_at, now)


def back_of(order: Order, ticket: Ticket, starts_at: datetime, now: datetime) -> Fen | None:
    """Return what of a ticket's price goes back at an instant; None: only the counter gives it back.

    By the steps that were shown before it was paid.
    """
    payment = payments.find(*asked_of(order)) if ticket.price else None
    if payment is None or payment.ladder is None:
        return None
    return payments.back_at(payment, starts_at, ticket.price, now)


def owe_refund(
    order: Order,
    ticket: Ticket,
    reason: RefundReason,
    now: datetime,
    amount: Fen | None = None,
) -> None:
    """Write that a ticket's money has to go back, all of it or so much, once; of a free one there is none."""
    back = ticket.price if amount is None else amount
    by, key = f"member:{ticket.member_id}", f"ticket:{ticket.id}"
    payments.owe(*asked_of(order), back, key=key, reason=reason, by=by, now=now)


def owe_show(performance_id: int, reason: RefundReason, *, by: str, now: datetime) -> None:
    """Write that the money of all valid tickets of a show has to go back, each once."""
    payments.owe_all(paid_of_show(performance_id), reason=reason, by=by, now=now)


def paid_of_show(performance_id: int) -> Select[*tuple[Any, ...]]:
    """Select what goes back of a show that is called off: payment, key and amount of each valid ticket."""
    return (
        select(Payment.id, literal("ticket:") + cast(Ticket.id, Text), Ticket.price)
        .join(Order, Order.id == Ticket.order_id)
        .join(Payment, ASKED_OF)
        .where(
            Ticket.performance_id == performance_id,
            Ticket.state == TicketState.VALID,
            Ticket.price > 0,
        )
    )


def say(order_ids: Sequence[int]) -> dict[int, Said]:
    """Return what orders are for, in words; called by payments through `said`."""
    found = db.session.scalars(select(Order).where(Order.id.in_(order_ids)))
    return {one.id: _said(one) for one in found}


def _said(order: Order) -> Said:
    show = order.performance
    at, titles = show.starts_at, show.production
    return Said(
        zh=f"{titles.title_zh} {instant_words(at, lang='zh')} ×{order.seat_count}",
        en=f"{titles.title_en or titles.title_zh} {instant_words(at, lang='en')} ×{order.seat_count}",
        path=f"/orders/{order.code}",
    )
