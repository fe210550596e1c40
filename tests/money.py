"""What tests ask about money."""

from __future__ import annotations

from sqlalchemy import select

from palace.clock import now
from palace.db import db
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Payment, Refund
from palace.payments.services.refunding import owed
from palace.payments.states import UNPAID_REFUNDS, RefundReason
from palace.tickets.models import Order, Ticket


def owed_of(payment: Payment) -> int:
    """Return how much of a payment went back or has to."""
    return owed(payment.id)


def refunds() -> list[Refund]:
    """Return everything that went back or has to, in order."""
    wanted = select(Refund).order_by(Refund.id)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def priced(order: Order, ticket: Ticket, price: int = 3000) -> Payment:
    """Let a free ticket of an order be one that was paid for, with its money."""
    ticket.price, ticket.face_price = price, price  # type: ignore[assignment]  # fen
    db.session.flush()
    payment = payments.ask(
        "tickets",
        order.id,
        ticket.price,
        site_id=ticket.performance.space.site_id,
        member_id=ticket.member_id,
        pay_by=now(),
    )
    payments.receive(payment, reference=f"priced-{ticket.id}", now=now())
    return payment


def owe_something(payment: Payment, reason: RefundReason = RefundReason.MOVED) -> Refund:
    """Let a payment's money have come, and what is left of it have to go back."""
    if payment.paid_at is None:
        payments.receive(payment, reference=f"owed-{payment.id}", now=now())
    waiting = [one for one in refunds() if one.state in UNPAID_REFUNDS]
    if waiting:
        return waiting[0]
    refund = payments.owe(
        payment.part,
        payment.subject_id,
        Fen(payment.amount - owed(payment.id)),
        key="test",
        reason=reason,
        by="x",
        now=now(),
    )
    assert refund is not None
    return refund
