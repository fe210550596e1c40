"""The statements that write what was won: an order, that it is settled, its tickets."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Text, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningInsert

from palace.db import db, table_of
from palace.members.unions import Unit
from palace.programme.models import Performance
from palace.security import public_code
from palace.statements import Question, execute
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import OrderState, TicketState

CLAIMS, ORDERS, TICKETS, UNITS = (table_of(one) for one in (Claim, Order, Ticket, Unit))
INSTANT = DateTime(timezone=True)
REDRAWS = 5
NEW_ORDER = insert(ORDERS).returning(ORDERS.c.id)
OF_NEW_ORDER = [column.name for column in ORDERS.c if column.name != "id"]
SETTLE = (
    update(ORDERS)
    .where(ORDERS.c.id == bindparam("order"))
    .values(state=OrderState.SETTLED, settled_at=bindparam("now"))
)


def write(order: Order) -> None:
    """Write an order: a new one by its one statement, an older one as far as it has changed."""
    if order.id is not None:
        return db.session.flush()
    order.id = execute(NEW_ORDER, {name: getattr(order, name) for name in OF_NEW_ORDER})[0].id
    make_transient_to_detached(order)
    return db.session.add(order)


def settle(order: Order, now: datetime) -> None:
    """Write that an order is settled, past the ORM: what it holds of the order is right afterwards."""
    execute(SETTLE, {"order": order.id, "now": now})
    set_committed_value(order, "state", OrderState.SETTLED)
    set_committed_value(order, "settled_at", now)


def issue(claim_ids: Iterable[int], now: datetime) -> None:
    """Issue a valid ticket for each sold claim; collection codes are drawn again while they collide."""
    waiting = sorted(claim_ids)
    while waiting:
        waiting = unissued(waiting, execute(*issuing(waiting, now)))


def issuing(claim_ids: Iterable[int], now: datetime) -> Question:
    """Return the statement that issues a ticket for each claim whose collection code does not collide."""
    waiting = sorted(claim_ids)
    return ISSUE, {
        "claims": waiting,
        "codes": [public_code() for _ in waiting],
        "collection_codes": [f"{secrets.randbelow(10**8):08d}" for _ in waiting],
        "now": now,
    }


def unissued(claim_ids: Iterable[int], issued: Iterable[Any]) -> list[int]:
    """Return the claims that `issuing` brought no ticket for."""
    done = {row.claim_id for row in issued}
    return sorted(claim_id for claim_id in claim_ids if claim_id not in done)


def reissue(ticket: Ticket) -> None:
    """Give a ticket new credentials: what was printed or photographed of it opens no door any more.

    Raises:
        IntegrityError: its collection code collided time and again, which chance does not do.
    """
    ticket.issue += 1
    db.session.flush()
    for last in (*[False] * REDRAWS, True):
        try:
            with db.session.begin_nested():
                ticket.collection_code = f"{secrets.randbelow(10**8):08d}"
            return
        except IntegrityError:
            if last:
                raise


def _issue() -> ReturningInsert[Any]:
    words = ARRAY(Text)
    drawn = (
        func.unnest(
            bindparam("claims", type_=ARRAY(BigInteger)),
            bindparam("codes", type_=words),
            bindparam("collection_codes", type_=words),
        )
        .table_valued("claim_id", "code", "collection_code")
        .render_derived("drawn")
    )
    of_claim = [
        "order_id",
        "performance_id",
        "seat_id",
        "member_id",
        "tier_id",
        "price",
        "face_price",
        "fund",
    ]
    of_order = ["channel", "unit_id"]
    rows = (
        select(
            *drawn.c,
            *(CLAIMS.c[name] for name in of_claim),
            *(ORDERS.c[name] for name in of_order),
            UNITS.c.sector,
            literal(TicketState.VALID.value),
            bindparam("now", type_=INSTANT),
        )
        .join_from(drawn, CLAIMS, CLAIMS.c.id == drawn.c.claim_id)
        .join(ORDERS, ORDERS.c.id == CLAIMS.c.order_id)
        .outerjoin(UNITS, UNITS.c.id == ORDERS.c.unit_id)
        .order_by(drawn.c.claim_id)
    )
    names = [column.name for column in drawn.c] + [
        *of_claim,
        *of_order,
        "sector",
        "state",
        "issued_at",
    ]
    new = insert(TICKETS).from_select(names, rows)
    return new.on_conflict_do_nothing(
        index_elements=[TICKETS.c.performance_id, TICKETS.c.collection_code]
    ).returning(TICKETS.c.claim_id)


ISSUE = _issue()
UNCHANGED = select(Performance.id).where(
    Performance.id == bindparam("performance_id", type_=BigInteger),
    Performance.cancelled_at.is_(None),
    Performance.moved_at.is_not_distinct_from(bindparam("moved_at", type_=INSTANT)),
)


def unchanged(performance_id: int, moved_at: datetime | None) -> Question:
    """Return the statement that finds a performance as it was read, not cancelled or moved since.

    Asked behind a statement that wrote tickets: their foreign key has waited for a move by then.
    """
    return UNCHANGED, {"performance_id": performance_id, "moved_at": moved_at}
