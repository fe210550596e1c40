"""Owing money back: once for each business reason, never more than came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.money import Fen
from palace.payments.errors import MoreThanCame
from palace.payments.models import Payment, Refund
from palace.payments.services.asking import of
from palace.payments.states import Backend, RefundReason, RefundState

COLUMNS = [
    "payment_id",
    "key",
    "amount",
    "reason",
    "state",
    "backend",
    "asked_by",
    "owed_at",
    "look_at",
]


def lock(payment_id: int) -> Payment:
    """Lock a payment and return it as it is then; the last lock of all but the receipt book."""
    return db.session.get_one(
        Payment, payment_id, with_for_update={"key_share": True}, populate_existing=True
    )


def owe(
    part: str,
    subject_id: int,
    amount: Fen,
    *,
    key: str,
    reason: RefundReason,
    by: str,
    now: datetime,
) -> Refund | None:
    """Write that so much of what came for a subject has to go back, once by its key; None: it was free.

    A part that settles money which is just coming may owe some of it at once.

    Raises:
        MoreThanCame: with what is owed already it is more than came.
    """
    found = db.session.scalar(select(Payment.id).where(*of(part, subject_id)))
    if not found or not amount:
        return None
    return back(lock(found), amount, key=key, reason=reason, by=by, now=now)


def back(
    payment: Payment, amount: Fen, *, key: str, reason: RefundReason, by: str, now: datetime
) -> Refund:
    """Write that so much of a locked, paid payment has to go back, once by its key.

    Raises:
        MoreThanCame: with what is owed already it is more than came.
    """
    wanted = select(Refund).where(Refund.payment_id == payment.id, Refund.key == key)
    refund = db.session.scalars(wanted).first()
    if refund is None:
        if amount > payment.amount - owed(payment.id):
            raise MoreThanCame
        refund = Refund(
            payment_id=payment.id,
            key=key,
            amount=amount,
            reason=reason,
            state=first_state(payment),
            backend=payment.backend,
            asked_by=by,
            owed_at=now,
            look_at=now,
        )
        db.session.add(refund)
        db.session.flush()
    return refund


def owed(payment_id: int) -> Fen:
    """Return how much of a payment went back or has to."""
    wanted = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == payment_id, Refund.state != RefundState.DROPPED
    )
    return Fen(int(db.session.scalar(wanted) or 0))


def first_state(payment: Payment) -> RefundState:
    """Return where a refund begins: an issued invoice holds it, the counter's money is fetched there."""
    if payment.invoiced_at is not None:
        return RefundState.HELD
    return RefundState.COUNTER if payment.backend is Backend.COUNTER else RefundState.OWED


def owe_all(
    rows: Select[*tuple[Any, ...]], *, reason: RefundReason, by: str, now: datetime
) -> None:
    """Write in one statement that parts of many payments have to go back, each once by its key.

    Args:
        rows: payment id, key and amount; only of what was paid, and never more of it than came.
    """
    asked = rows.subquery()
    payment_id, key, amount = asked.c
    state = case(
        (Payment.invoiced_at.is_not(None), RefundState.HELD.value),
        (Payment.backend == Backend.COUNTER, RefundState.COUNTER.value),
        else_=RefundState.OWED.value,
    )
    each = (
        select(
            payment_id,
            key,
            amount,
            literal(reason.value),
            state,
            Payment.backend,
            literal(by),
            literal(now),
            literal(now),
        )
        .join(Payment, Payment.id == payment_id)
        .where(Payment.paid_at.is_not(None))
    )
    db.session.execute(insert(Refund).from_select(COLUMNS, each).on_conflict_do_nothing())
