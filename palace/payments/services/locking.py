"""The lock of a payment, and of many."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from palace.db import db
from palace.payments.models import Payment


def lock(payment_id: int) -> Payment:
    """Lock a payment and return it as it is then; the last lock of all but the receipt book."""
    return db.session.get_one(
        Payment, payment_id, with_for_update={"key_share": True}, populate_existing=True
    )


def lock_all(payment_ids: Iterable[int]) -> None:
    """Lock payments in the order of their ids, in one statement: two who do never wait in a circle."""
    each = select(Payment.id).where(Payment.id.in_(payment_ids)).order_by(Payment.id)
    db.session.execute(each.with_for_update(key_share=True))
