"""Asking for money for a part's subjects, and asking no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from palace.db import db
from palace.money import Fen
from palace.payments.backends.base import takes_online
from palace.payments.models import Payment

Steps = list[list[int]]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a payment is for, in words, and the page of this palace where its subject is shown."""

    zh: str
    en: str
    path: str


said: dict[str, Callable[[Sequence[int]], dict[int, Said]]] = {}
"""Part name → what says of some of its subjects what they are; wired in palace/wiring.py."""


def ask(
    part: str,
    subject_id: int,
    amount: Fen,
    *,
    site_id: int,
    member_id: int,
    pay_by: datetime,
    ladder: Steps | None = None,
) -> Payment:
    """Ask for money for one of a part's subjects until `pay_by`; asked again, it is the same request.

    Args:
        ladder: what goes back by the time left, as it is shown now: pairs of minutes before and percent.
    """
    payment = find(part, subject_id)
    if payment is None:
        payment = Payment(
            part=part,
            subject_id=subject_id,
            site_id=site_id,
            member_id=member_id,
            amount=amount,
            pay_by=pay_by,
            ladder=ladder,
        )
        db.session.add(payment)
        db.session.flush()
    return payment


def told(payment: Payment) -> dict[str, Any]:
    """Return what a notice says of money that is asked for: until when, how much, and on which page."""
    return {
        "pay_by": payment.pay_by.isoformat(),
        "amount": payment.amount,
        "page": page_of(payment),
    }


def page_of(payment: Payment) -> str:
    """Return where its member sees a payment and pays it."""
    return f"/payments/{payment.id}"


def kind_told(kind: str) -> str:
    """Return the kind of notice that says where to pay: here online too, where a provider takes money."""
    return f"{kind}_online" if takes_online() else kind


def find(part: str, subject_id: int) -> Payment | None:
    """Return what was asked for a part's subject."""
    return db.session.scalars(select(Payment).where(*of(part, subject_id))).first()


def of(part: str, subject_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a subject's payment."""
    return Payment.part == part, Payment.subject_id == subject_id


def close(part: str, subject_id: int, *, now: datetime) -> None:
    """Ask no more for a subject; money on its way is still taken note of."""
    unpaid = (*of(part, subject_id), Payment.paid_at.is_(None))
    db.session.execute(update(Payment).where(*unpaid).values(closed_at=now))


def lower(part: str, subject_id: int, by: Fen) -> None:
    """Ask less for a subject that nobody has paid for yet."""
    unpaid = (*of(part, subject_id), Payment.paid_at.is_(None))
    db.session.execute(update(Payment).where(*unpaid).values(amount=Payment.amount - by))


def hand_over(part: str, subject_id: int, to_id: int) -> None:
    """Let what was asked or paid for a subject stand for the one that takes its place."""
    db.session.execute(update(Payment).where(*of(part, subject_id)).values(subject_id=to_id))
