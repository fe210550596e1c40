"""Four digits by which money is known that comes by the house's printed code."""

from __future__ import annotations

import secrets

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from palace.db import db
from palace.payments.errors import NotAsked, PaidMeanwhile
from palace.payments.models import Payment
from palace.payments.services.locking import lock

TRIES = 20


def give_digits(payment_id: int) -> str:
    """Return the four digits a payer notes: no other payment that its house waits for has them.

    Raises:
        PaidMeanwhile, NotAsked: there is nothing to pay any more.
    """
    payment = lock(payment_id)
    if payment.paid_at is not None:
        raise PaidMeanwhile
    if payment.closed_at is not None:
        raise NotAsked
    for _ in range(TRIES):
        if payment.digits is not None:
            break
        _try(payment, f"{secrets.randbelow(10_000):04}")
    return payment.digits or ""


def _try(payment: Payment, digits: str) -> None:
    """Take digits unless somebody has them, or takes them just then."""
    taken = exists().where(
        Payment.site_id == payment.site_id,
        Payment.digits == digits,
        Payment.paid_at.is_(None),
        Payment.closed_at.is_(None),
    )
    if db.session.scalar(select(taken)):
        return
    try:
        with db.session.begin_nested():
            payment.digits = digits
    except IntegrityError:
        payment.digits = None
