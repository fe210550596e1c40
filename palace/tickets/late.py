"""The statement by which money that comes late takes again what lapsed and is nobody's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, bindparam, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from palace.statements import execute
from palace.tickets.claims import CLAIMS, INSTANT, stands
from palace.tickets.models import Order, Waitlist

A_MOMENT = timedelta(seconds=1)
LOOKED_AT = (
    select(Waitlist.looked_at)
    .where(Waitlist.performance_id == bindparam("performance_id", type_=BigInteger))
    .where(Waitlist.waiting > 0)
)


def take_again(order: Order, now: datetime) -> list[int]:
    """Take what of an order has lapsed and is nobody else's, held for this instant; return which.

    Not what is kept for somebody again, nor what people who wait have not been asked about yet.
    """
    since = execute(LOOKED_AT, {"performance_id": order.performance_id})
    free = now if not since or since[0].looked_at is None else since[0].looked_at
    asked = {"order": order.id, "now": now, "free": free, "until": now + A_MOMENT}
    return [row.id for row in execute(TAKE_AGAIN, asked)]


def _take_again() -> ReturningUpdate[Any]:
    """Return the statement that takes lapsed claims again which are still their order's."""
    now, free = bindparam("now", type_=INSTANT), bindparam("free", type_=INSTANT)
    return (
        update(CLAIMS)
        .where(
            CLAIMS.c.order_id == bindparam("order"),
            CLAIMS.c.held_until <= now,
            CLAIMS.c.held_until <= free,
            or_(CLAIMS.c.kept_until.is_(None), CLAIMS.c.kept_until <= now),
            or_(CLAIMS.c.seat_id.is_(None), stands(CLAIMS.c.seat_id, CLAIMS.c.performance_id)),
        )
        .values(held_until=bindparam("until", type_=INSTANT))
        .returning(CLAIMS.c.id)
    )


TAKE_AGAIN = _take_again()
