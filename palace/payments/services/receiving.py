"""Taking note of money that came; the parts that asked are told through `on_paid`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select

from palace.db import db
from palace.money import Fen
from palace.payments.models import Movement, Payment
from palace.payments.services.refunding import back, lock
from palace.payments.states import Backend, Direction, Method, RefundReason

on_paid: dict[str, Callable[[int], bool]] = {}
"""Part name → what settles its subject and says whether it could; wired in palace/wiring.py."""


def receive(
    payment: Payment,
    *,
    backend: Backend = Backend.COUNTER,
    reference: str | None,
    now: datetime,
    method: Method = Method.CASH,
    by: str = "system",
) -> None:
    """Note that the full amount came, once; what the part cannot settle any more is owed back.

    The part takes its own locks first, the payment's row comes after them.

    Raises:
        ValueError: other money came for it before; both are somebody's to look into.
    """
    if reference is not None and _known(backend, reference):
        return
    db.session.refresh(payment)
    if payment.paid_at is not None:
        raise ValueError(f"payment {payment.id} was paid before")
    settled, asked = False, None
    while asked != payment.subject_id:
        # handed over while the locks were waited for: it is the other's
        asked = payment.subject_id
        settled = on_paid[payment.part](asked)
        db.session.refresh(payment)
    row = lock(payment.id)
    if row.paid_at is None:
        row.paid_at, row.backend = now, backend
        db.session.add(
            Movement(
                site_id=row.site_id,
                payment_id=row.id,
                direction=Direction.IN,
                method=method,
                amount=row.amount,
                backend=backend,
                reference=reference,
                moved_at=now,
                by=by,
            )
        )
        db.session.flush()
        if not settled:
            back(row, row.amount, key=f"payment:{row.id}", reason=RefundReason.LATE, by=by, now=now)


def _known(backend: Backend, reference: str) -> bool:
    wanted = select(Movement.id).where(Movement.backend == backend, Movement.reference == reference)
    return db.session.scalar(wanted) is not None


def came(payment_id: int) -> Fen:
    """Return how much came for a payment, corrections taken off."""
    corrected = select(Movement.corrects_id).where(Movement.corrects_id.is_not(None))
    wanted = select(func.coalesce(func.sum(Movement.amount), 0)).where(
        Movement.payment_id == payment_id,
        Movement.direction == Direction.IN,
        Movement.corrects_id.is_(None),
        Movement.id.not_in(corrected),
    )
    return Fen(int(db.session.scalar(wanted) or 0))
