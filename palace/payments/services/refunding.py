"""Owing money back: once for each business reason, never more than came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, Subquery, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.money import Fen
from palace.payments.errors import MoreThanCame
from palace.payments.models import Movement, Payment, Refund
from palace.payments.services.asking import of as of_subject
from palace.payments.services.locking import lock
from palace.payments.states import NOT_WANTED, Backend, Direction, RefundReason, RefundState

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
GONE = (RefundState.SENT, RefundState.PENDING, RefundState.DONE)
CORRECTED = select(Movement.corrects_id).where(Movement.corrects_id.is_not(None))
CAME = (
    Movement.direction == Direction.IN,
    Movement.corrects_id.is_(None),
    Movement.id.not_in(CORRECTED),
)
"""Money that came and stands: what was written wrong is left out with what took it off."""
SIGNED = case((Movement.direction == Direction.IN, Movement.amount), else_=-Movement.amount)
"""What money changes of what is here: less than nothing where it went."""


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
    found = db.session.scalar(select(Payment.id).where(*of_subject(part, subject_id)))
    if not found or not amount:
        return None
    return back(lock(found), amount, key=key, reason=reason, by=by, now=now)


def back(
    payment: Payment,
    amount: Fen,
    *,
    key: str,
    reason: RefundReason,
    by: str,
    now: datetime,
    of: Movement | None = None,
    state: RefundState | None = None,
    why: str | None = None,
) -> Refund:
    """Write that so much of a locked payment has to go back, once by its key.

    Args:
        of: the money it is of; None: what paid for it all.
        state: where it begins, if not on its way.

    Raises:
        MoreThanCame: with what is owed already it is more than came.
    """
    wanted = select(Refund).where(Refund.payment_id == payment.id, Refund.key == key)
    refund = db.session.scalars(wanted).first()
    if refund is None:
        if amount > left(payment.id):
            raise MoreThanCame
        backend = of.backend if of else _paid_by(payment)
        owed_at = max(now, payment.invoiced_at or now)
        refund = Refund(
            payment_id=payment.id,
            key=key,
            amount=amount,
            reason=reason,
            state=state or first_state(payment, backend, reason, owed_at),
            backend=backend,
            asked_by=by,
            why=why,
            intent=of.reference if of else None,
            owed_at=owed_at,
            look_at=now,
        )
        db.session.add(refund)
        db.session.flush()
    return refund


def came(payment_id: int) -> Fen:
    """Return how much came for a payment, corrections taken off."""
    wanted = select(func.coalesce(func.sum(Movement.amount), 0))
    return Fen(int(db.session.scalar(wanted.where(Movement.payment_id == payment_id, *CAME)) or 0))


def owed(payment_id: int) -> Fen:
    """Return how much of a payment went back or has to."""
    wanted = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == payment_id, Refund.state != RefundState.DROPPED
    )
    return Fen(int(db.session.scalar(wanted) or 0))


def left(payment_id: int) -> Fen:
    """Return how much of a payment came and neither went back nor has to."""
    return Fen(int(db.session.scalar(select(left_of(payment_id))) or 0))


def gone(payment_id: int) -> Fen:
    """Return how much of a payment went back or is on its way by a provider."""
    wanted = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == payment_id, Refund.state.in_(GONE)
    )
    return Fen(int(db.session.scalar(wanted) or 0))


def _paid_by(payment: Payment) -> Backend:
    """Return by whom it was paid; while it is just being settled, who brings the money."""
    if payment.paid_at is not None:
        return payment.backend
    wanted = select(Movement.backend).where(Movement.payment_id == payment.id, *CAME)
    found = db.session.scalar(wanted.order_by(Movement.id.desc()).limit(1))
    return payment.backend if found is None else Backend(found)


def first_state(
    payment: Payment, backend: Backend, reason: RefundReason, owed_at: datetime
) -> RefundState:
    """Return where a refund begins: an invoice of its money holds it, the counter's is fetched there."""
    if is_invoiced(payment, reason, owed_at):
        return RefundState.HELD
    return RefundState.COUNTER if backend is Backend.COUNTER else RefundState.OWED


def is_invoiced(payment: Payment, reason: RefundReason, owed_at: datetime) -> bool:
    """Return whether an invoice is of money that was owed back then: what was owed before is not in it."""
    if payment.invoiced_at is None or reason in NOT_WANTED:
        return False
    return owed_at >= payment.invoiced_at


def owe_all(
    rows: Select[*tuple[Any, ...]], *, reason: RefundReason, by: str, now: datetime
) -> None:
    """Write in one statement that parts of many payments have to go back, each once by its key.

    The payments are locked in the order of their ids.

    Args:
        rows: payment id, key and amount; only of what was paid.
    """
    asked = rows.subquery()
    ids = select(Payment.id).where(Payment.id.in_(select(asked.c[0]))).order_by(Payment.id)
    db.session.execute(ids.with_for_update(key_share=True))
    new = _new(rows)
    each = select(
        new.c.payment_id,
        new.c.key,
        new.c.amount,
        literal(reason.value),
        new.c.state,
        new.c.backend,
        literal(by),
        func.greatest(literal(now), new.c.invoiced_at),
        literal(now),
    )
    db.session.execute(insert(Refund).from_select(COLUMNS, each).on_conflict_do_nothing())


def would_owe(rows: Select[*tuple[Any, ...]]) -> dict[RefundState, tuple[int, Fen]]:
    """Return where the money would begin its way back if `owe_all` wrote it now: how many, how much."""
    new = _new(rows)
    wanted = select(new.c.state, func.count(), func.sum(new.c.amount)).group_by(new.c.state)
    return {
        RefundState(state): (count, Fen(int(total)))
        for state, count, total in db.session.execute(wanted)
    }


def _new(rows: Select[*tuple[Any, ...]]) -> Subquery:
    """Select what of these parts has to go back and is not owed yet.

    What went back otherwise is not owed again: the last parts of a payment are cut to what is left of it.
    """
    payment_id, key, amount = rows.subquery().c
    known = select(Refund.id).where(Refund.payment_id == payment_id, Refund.key == key)
    before = func.sum(amount).over(partition_by=payment_id, order_by=key) - amount
    new = (
        select(
            payment_id.label("payment_id"),
            key.label("key"),
            func.least(amount, left_of(Payment.id) - before).label("amount"),
            _first_state().label("state"),
            Payment.backend.label("backend"),
            Payment.invoiced_at.label("invoiced_at"),
        )
        .join(Payment, Payment.id == payment_id)
        .where(Payment.paid_at.is_not(None), ~known.exists())
        .subquery()
    )
    return select(new).where(new.c.amount > 0).subquery()


def left_of(payment_id: Any) -> Any:
    """Return in SQL what of a payment came and neither went back nor has to."""
    of_it = select(func.coalesce(func.sum(Movement.amount), 0)).where(
        Movement.payment_id == payment_id, *CAME
    )
    gone = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.payment_id == payment_id, Refund.state != RefundState.DROPPED
    )
    return cast(of_it.scalar_subquery() - gone.scalar_subquery(), BigInteger)


def _first_state() -> Any:
    return case(
        (Payment.invoiced_at.is_not(None), RefundState.HELD.value),
        (Payment.backend == Backend.COUNTER, RefundState.COUNTER.value),
        else_=RefundState.OWED.value,
    )
