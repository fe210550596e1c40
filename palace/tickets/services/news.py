"""What others learn of an order: its member's agenda and the notices owed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from palace.agenda import services as agenda
from palace.agenda.services import Dated
from palace.notices import services as notices
from palace.payments import services as payments
from palace.payments.models import Payment
from palace.statements import Question
from palace.tickets.models import Order
from palace.tickets.terms import Show


def _subject(performance_id: int) -> str:
    return f"performance:{performance_id}"


def dated(show: Show) -> Dated:
    """Return the performance as agendas have it."""
    return Dated(
        subject=_subject(show.id),
        kind="performance",
        starts_at=show.starts_at,
        ends_at=show.ends_at,
        title_zh=show.title_zh,
        title_en=show.title_en,
        place_zh=f"{show.site_zh} {show.space_zh}",
        place_en=f"{show.site_en}, {show.space_en}",
        path=f"/performances/{show.id}",
        doors_at=show.doors_at,
    )


def leave_agenda(order: Order, now: datetime) -> None:
    """Cancel the member's agenda entry: no ticket of the performance is left."""
    agenda.cancel(order.member_id, _subject(order.performance_id), now)


def telling(
    kind: str,
    order: Order,
    show: Show,
    now: datetime,
    *,
    subject: str | None = None,
    due: Payment | None = None,
) -> Question:
    """Return the statement that owes the member a notice; `due` is what is to be paid."""
    values: dict[str, Any] = {
        "title": {"zh": show.title_zh, "en": show.title_en},
        "starts_at": show.starts_at.isoformat(),
        "count": order.seat_count,
    }
    if due is not None:
        values |= payments.told(due)
    of_order = subject or f"order:{order.id}"
    return notices.owing(kind, of_order, f"member:{order.member_id}", values, now)
