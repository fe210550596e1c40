"""The lock of a payment."""

from __future__ import annotations

from palace.db import db
from palace.payments.models import Payment


def lock(payment_id: int) -> Payment:
    """Lock a payment and return it as it is then; the last lock of all but the receipt book."""
    return db.session.get_one(
        Payment, payment_id, with_for_update={"key_share": True}, populate_existing=True
    )
