"""How a payment stands for its member, on plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from palace.payments.states import GRACE, RefundReason


class Stands(StrEnum):
    """How a payment stands: it waits, is on its way, came, came too late, is not wanted, is over."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    PAID = "paid"
    LATE = "late"
    CLOSED = "closed"
    OVER = "over"


def paid_stands(reasons: Sequence[RefundReason]) -> Stands:
    """Return how a payment stands whose money came: late where it goes back for that."""
    return Stands.LATE if RefundReason.LATE in reasons else Stands.PAID


def unpaid_stands(now: datetime, *, pay_by: datetime, page_ends_at: datetime | None) -> Stands:
    """Return how a payment stands that is asked for still: a provider's page keeps it to its own end."""
    until = max(pay_by, page_ends_at or pay_by) + GRACE
    return Stands.WAITING if now < until else Stands.OVER
