"""Asking for money and taking note that it came; the parts that asked are told through `on_paid`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from palace.db import db
from palace.money import Fen
from palace.payments.models import Payment

on_paid: dict[str, Callable[[int], object]] = {}
"""Part name → what settles its subject; wired in create_app."""


def ask(part: str, subject_id: int, amount: Fen, *, pay_by: datetime) -> Payment:
    """Ask for money for one of a part's subjects until `pay_by`; asked again, it is the same request."""
    wanted = select(Payment).where(Payment.part == part, Payment.subject_id == subject_id)
    payment = db.session.scalars(wanted).first()
    if payment is None:
        payment = Payment(part=part, subject_id=subject_id, amount=amount, pay_by=pay_by)
        db.session.add(payment)
        db.session.flush()
    return payment


def receive(payment: Payment, *, backend: str, reference: str, now: datetime) -> None:
    """Note that the full amount came, once, and let the part that asked settle its subject.

    The locks are the part's own: it settles in this transaction, or the fact is rolled back too.
    """
    locked = db.session.get_one(
        Payment, payment.id, with_for_update={"key_share": True}, populate_existing=True
    )
    if locked.paid_at is not None:
        return
    locked.paid_at, locked.backend, locked.reference = now, backend, reference
    db.session.flush()
    on_paid[locked.part](locked.subject_id)
