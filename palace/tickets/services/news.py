"""What others learn of an order: its member's agenda and the notices owed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from palace.agenda import services as agenda
from palace.money import Fen
from palace.notices import services as notices
from palace.programme.models import Performance
from palace.tickets.models import Order


def _subject(performance: Performance) -> str:
    return f"performance:{performance.id}"


def enter_agenda(order: Order, now: datetime) -> None:
    """Put the performance into the member's agenda."""
    performance = order.performance
    agenda.put(
        order.member_id,
        _subject(performance),
        "performance",
        starts_at=performance.starts_at,
        ends_at=performance.ends_at,
        title_zh=performance.production.title_zh,
        title_en=performance.production.title_en,
        place_zh=f"{performance.space.site.name_zh} {performance.space.name_zh}",
        place_en=f"{performance.space.site.name_en}, {performance.space.name_en}",
        path=f"/performances/{performance.id}",
        now=now,
        doors_at=performance.doors_at,
    )


def leave_agenda(order: Order, now: datetime) -> None:
    """Cancel the member's agenda entry: no ticket of the performance is left."""
    agenda.cancel(order.member_id, _subject(order.performance), now)


def tell(
    kind: str, order: Order, now: datetime, *, subject: str | None = None, amount: Fen | None = None
) -> None:
    """Owe the member a notice about an order; `amount` is to be paid by the order's deadline."""
    performance = order.performance
    values: dict[str, Any] = {
        "title": {"zh": performance.production.title_zh, "en": performance.production.title_en},
        "starts_at": performance.starts_at.isoformat(),
        "count": order.seat_count,
    }
    if amount is not None and order.pay_by is not None:
        values |= {"pay_by": order.pay_by.isoformat(), "amount": amount}
    notices.owe(kind, subject or f"order:{order.id}", f"member:{order.member_id}", values, now)
