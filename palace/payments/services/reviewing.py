"""What somebody has to look into, and that they did."""

from __future__ import annotations

from datetime import datetime

from palace.members.services import note
from palace.payments.models import Payment
from palace.payments.services.locking import lock
from palace.payments.states import Review


def look_into(payment: Payment, why: Review, now: datetime) -> None:
    """Put a locked payment before somebody; what stood there first stays.

    But for a page nobody could ask about: once something is known of it, that is to be looked into.
    """
    if payment.review in (None, Review.UNASKED):
        payment.review, payment.review_at = why, now


def answered(payment: Payment) -> None:
    """Take a locked payment off the list if all there was is that nobody could ask about its page."""
    if payment.review == Review.UNASKED:
        payment.review = payment.review_at = None


def looked_into(payment_id: int, *, why: str) -> None:
    """Take a payment off the list of what is to be looked into, with words."""
    payment = lock(payment_id)
    note("payment_looked_into", f"payment:{payment_id}", before={"review": payment.review}, why=why)
    payment.review = payment.review_at = None
