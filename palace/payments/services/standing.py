"""How a payment stands for who was asked, and as programs read it beside what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from palace import clock
from palace.db import db, literally
from palace.payments.backends.base import takes_online
from palace.payments.models import Attempt, Payment, Refund
from palace.payments.rules import Stands, paid_stands, unpaid_stands
from palace.payments.services.asking import page_of
from palace.payments.states import OPEN_ATTEMPTS, AttemptState


def stands(payment: Payment, now: datetime) -> Stands:
    """Return how a payment stands."""
    if payment.paid_at is not None:
        return paid_stands([one.reason for one in refunds_of(payment.id)])
    page = _open_page(payment.id)
    if page is not None and page.state is AttemptState.PROCESSING:
        return Stands.UNDER_WAY
    if payment.closed_at is not None:
        return Stands.CLOSED
    ends_at = page.page_ends_at if page else None
    return unpaid_stands(now, pay_by=payment.pay_by, page_ends_at=ends_at)


def refunds_of(payment_id: int) -> Sequence[Refund]:
    """Return what goes back of a payment, in order, read anew."""
    wanted = select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _open_page(payment_id: int) -> Attempt | None:
    wanted = select(Attempt).where(
        Attempt.payment_id == payment_id, Attempt.state.in_(literally(OPEN_ATTEMPTS))
    )
    return db.session.scalars(wanted.execution_options(populate_existing=True)).first()


def told_beside(payment: Payment | None) -> dict[str, Any] | None:
    """Return what a subject says of its payment: how it stands, how much, until when, where to pay."""
    if payment is None:
        return None
    return {
        "payment": payment.id,
        "state": stands(payment, clock.now()).value,
        "amount": payment.amount,
        "pay_by": clock.iso(payment.pay_by),
        "path": page_of(payment),
        "online": takes_online(),
    }
