"""How a payment stands, and what of a price goes back by the time left: plain values in, decision out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from palace.money import Fen
from palace.payments.states import GRACE, RefundReason

WHOLE = 100
RECEIPT = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,9})")


class Stands(StrEnum):
    """How a payment stands: it waits, is on its way, came, came too late, is not wanted, is over."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    PAID = "paid"
    LATE = "late"
    CLOSED = "closed"
    OVER = "over"


def receipt_number(year: int | None, number: int | None) -> str:
    """Return a receipt's number as it is printed: 2026-000012; nothing where there is none."""
    return f"{year}-{number:06d}" if number is not None else ""


def read_receipt(typed: str) -> tuple[int | None, int] | None:
    """Return the year and number of a receipt as somebody types it: 2026-000012, or 12 of any year."""
    found = RECEIPT.fullmatch(typed)
    return found and (int(found[1]) if found[1] else None, int(found[2]))


def paid_stands(reasons: Sequence[RefundReason]) -> Stands:
    """Return how a payment stands whose money came: late where it goes back for that."""
    return Stands.LATE if RefundReason.LATE in reasons else Stands.PAID


def unpaid_stands(now: datetime, *, pay_by: datetime, page_ends_at: datetime | None) -> Stands:
    """Return how a payment stands that is asked for still: a provider's page keeps it to its own end."""
    until = max(pay_by, page_ends_at or pay_by) + GRACE
    return Stands.WAITING if now < until else Stands.OVER


def percent_at(ladder: Sequence[Sequence[int]], left: timedelta) -> int:
    """Return how much of a price goes back with so much time left; the edge minute itself still counts.

    Args:
        ladder: pairs of minutes before the start and percent.
    """
    steps = [percent for minutes, percent in ladder if left >= timedelta(minutes=minutes)]
    return max(steps, default=0)


def share(amount: Fen, percent: int) -> Fen:
    """Return so much of an amount, to the nearest fen."""
    return Fen((amount * percent + WHOLE // 2) // WHOLE)


def ends(
    ladder: Sequence[Sequence[int]], amount: Fen, starts_at: datetime
) -> list[tuple[datetime, Fen]]:
    """Return until when how much of an amount goes back, as it is shown before anybody pays."""
    steps = sorted(ladder, key=lambda step: -step[0])
    return [
        (starts_at - timedelta(minutes=minutes), share(amount, percent))
        for minutes, percent in steps
    ]
