"""Asking for money and taking note that it came; the parts that asked are told through `on_paid`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update

from palace.db import db
from palace.money import Fen
from palace.payments.models import Payment

on_paid: dict[str, Callable[[int], bool]] = {}
"""Part name → what settles its subject and says whether it could; wired in palace/wiring.py."""


def ask(part: str, subject_id: int, amount: Fen, *, pay_by: datetime) -> Payment:
    """Ask for money for one of a part's subjects until `pay_by`; asked again, it is the same request."""
    wanted = select(Payment).where(Payment.part == part, Payment.subject_id == subject_id)
    payment = db.session.scalars(wanted).first()
    if payment is None:
        payment = Payment(part=part, subject_id=subject_id, amount=amount, pay_by=pay_by)
        db.session.add(payment)
        db.session.flush()
    return payment


def close(part: str, subject_id: int, *, now: datetime) -> None:
    """Ask no more for a subject; money on its way is still taken note of."""
    unpaid = (Payment.part == part, Payment.subject_id == subject_id, Payment.paid_at.is_(None))
    db.session.execute(update(Payment).where(*unpaid).values(closed_at=now))


def give_back(part: str, subject_id: int, amount: Fen) -> None:
    """Note that so much of what came for a subject is due back; nothing, where it is free or nothing came."""
    if amount:
        paid = (
            Payment.part == part,
            Payment.subject_id == subject_id,
            Payment.paid_at.is_not(None),
        )
        db.session.execute(update(Payment).where(*paid).values(refund_due=True, refund=amount))


def hand_over(part: str, subject_id: int, to_id: int) -> None:
    """Let what was asked or paid for a subject stand for the one that takes its place."""
    theirs = (Payment.part == part, Payment.subject_id == subject_id)
    db.session.execute(update(Payment).where(*theirs).values(subject_id=to_id))


def lower(part: str, subject_id: int, by: Fen) -> None:
    """Ask less for a subject that nobody has paid for yet."""
    unpaid = (Payment.part == part, Payment.subject_id == subject_id, Payment.paid_at.is_(None))
    db.session.execute(update(Payment).where(*unpaid).values(amount=Payment.amount - by))


def receive(payment: Payment, *, backend: str, reference: str, now: datetime) -> None:
    """Note that the full amount came, once; what the part cannot settle any more is due back.

    The part takes its own locks first, the payment's row comes after them.

    Raises:
        ValueError: other money came for it before; both are somebody's to look into.
    """
    db.session.refresh(payment)
    if (payment.backend, payment.reference) == (backend, reference):
        return
    if payment.paid_at is not None:
        raise ValueError(f"payment {payment.id} was paid by {payment.backend} before")
    settled = False
    asked = None
    while (
        asked != payment.subject_id
    ):  # handed over while the locks were waited for: it is the other's
        asked = payment.subject_id
        settled = on_paid[payment.part](asked)
        db.session.refresh(payment)
    row = db.session.get_one(
        Payment, payment.id, with_for_update={"key_share": True}, populate_existing=True
    )
    if row.paid_at is None:
        row.paid_at, row.backend, row.reference = now, backend, reference
        row.refund_due = not settled
        db.session.flush()
