"""Selects over claims, orders and tickets; every one that a person asks for is scoped to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Text,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import joinedload, selectinload

from palace.clock import day_span, palace_day
from palace.db import db, table_of
from palace.errors import NotFound
from palace.payments.models import Payment
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy, Returns
from palace.statements import as_loaded, execute, execute_all
from palace.tickets.kept import kept, live
from palace.tickets.models import (
    Admission,
    Claim,
    Entrant,
    Order,
    PackageOrder,
    Ticket,
    Waitlist,
)
from palace.tickets.rules import PART, OrderState, TicketState
from palace.venues.models import Seat
from palace.venues.rules import PlanSeat

Owned = TypeVar("Owned", Order, Ticket)
ORDERS = table_of(Order)
PERFORMANCES = bindparam("performance_ids", type_=ARRAY(BigInteger))
NOW = bindparam("now", type_=DateTime(timezone=True))
MINE = (bindparam("code", type_=Text), bindparam("member_id", type_=BigInteger))
ORDER_OF = select(Order).where(Order.code == MINE[0], Order.member_id == MINE[1])
BARE_ORDER_OF = select(ORDERS).where(ORDERS.c.code == MINE[0], ORDERS.c.member_id == MINE[1])
TICKET_OF = (
    select(Ticket)
    .where(Ticket.code == MINE[0], Ticket.member_id == MINE[1])
    .options(joinedload(Ticket.order).lazyload(Order.performance))
)
OF_MEMBER = bindparam("member_id", type_=BigInteger)
OF_PERFORMANCE = bindparam("performance_id", type_=BigInteger)
OPEN = select(Order.id).where(
    Order.member_id == OF_MEMBER,
    or_(Order.state == OrderState.HELD, Order.state == OrderState.AWAITING_PAYMENT),
    or_(OF_PERFORMANCE.is_(None), Order.performance_id == OF_PERFORMANCE),
    exists().where(
        Claim.order_id == Order.id, Claim.held_until > func.coalesce(NOW, func.palace_clock())
    ),
)
TODAY = (
    select(Ticket.id)
    .join(Performance, Performance.id == Ticket.performance_id)
    .where(
        Ticket.member_id == OF_MEMBER,
        Ticket.state == TicketState.VALID,
        Performance.ends_at > NOW,
        Performance.starts_at < bindparam("until", type_=DateTime(timezone=True)),
    )
)
AS_OF: ColumnElement[datetime] = func.coalesce(Waitlist.looked_at, NOW)
"""Since when a place must have been free: where people wait, what came free later is theirs first."""
COUNTS = (
    select(Claim.performance_id, func.count())
    .outerjoin(Waitlist, (Waitlist.performance_id == Claim.performance_id) & (Waitlist.waiting > 0))
    .where(Claim.performance_id == func.any(PERFORMANCES), live(AS_OF) | kept(AS_OF))
    .group_by(Claim.performance_id)
)


OF_TICKET = (Entrant.order_id == Ticket.order_id) & (Entrant.claim_id == Ticket.claim_id)
"""That somebody comes in by a ticket."""

TAKEN = ""
KEPT_FOR = (
    select(
        Claim.kept_for.label("key"),
        func.count().label("count"),
        func.min(Claim.kept_until).label("until"),
        func.array_agg(Claim.seat_id).label("seats"),
    )
    .where(
        Claim.performance_id == bindparam("performance_id"),
        Claim.kept_for == func.any(bindparam("keys", type_=ARRAY(Text))),
        kept(NOW),
    )
    .group_by(Claim.kept_for)
    .order_by(Claim.kept_for)
)
ROWS = func.unnest(bindparam("rows", type_=ARRAY(Text))).table_valued("row").render_derived("rows")
LOCK_ROWS = select(func.pg_advisory_xact_lock(func.hashtextextended(ROWS.c.row, 0)))
"""Rows of seats, locked in the order they are given until the transaction, or its savepoint, ends."""
CLOSED = select(Claim.seat_id, case((kept(NOW), Claim.kept_for), else_=TAKEN)).where(
    Claim.performance_id == bindparam("performance_id"),
    Claim.seat_id.is_not(None),
    live(NOW) | kept(NOW),
)


def _parts() -> Select[Any, Any, Any]:
    order_id = bindparam("order_id", type_=BigInteger)
    seats = select(func.array_agg(aggregate_order_by(Seat.code, Claim.id))).join_from(Claim, Seat)
    tickets = select(func.array_agg(aggregate_order_by(Ticket.code, Ticket.id)))
    count = select(func.count()).where(live(func.palace_clock()))
    asked = select(Payment.id).where(Payment.part == PART, Payment.subject_id == order_id)
    return select(
        seats.where(Claim.order_id == order_id).scalar_subquery().label("seats"),
        tickets.where(Ticket.order_id == order_id).scalar_subquery().label("tickets"),
        count.where(Claim.order_id == order_id).scalar_subquery().label("live"),
        asked.scalar_subquery().label("payment"),
    )


PARTS = _parts()


def taken_counts(performance_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """Return how many places nobody can book now, sold, held or kept, by performance."""
    asked = {"performance_ids": list(performance_ids), "now": now}
    return dict(execute(COUNTS, asked))


def closed_seats(performance_id: int, now: datetime) -> dict[int, str]:
    """Return the seats that cannot be booked by everybody: seat id → the key it is kept under, or TAKEN."""
    return dict(execute(CLOSED, {"performance_id": performance_id, "now": now}))


def kept_for_keys(performance_id: int, keys: Iterable[str], now: datetime) -> list[Any]:
    """Return of each key that has some: `key`, how many seats or places nobody took, until when (`until`)."""
    asked = {"performance_id": performance_id, "keys": list(keys), "now": now}
    return execute(KEPT_FOR, asked)


def closed_behind_rows(
    performance_id: int, seats: Iterable[PlanSeat], now: datetime
) -> dict[int, str]:
    """Return what `closed_seats` does, read behind locks on the rows of some seats."""
    rows = sorted({f"{performance_id}:{seat.section}:{seat.row}" for seat in seats})
    asked = {"performance_id": performance_id, "now": now}
    _, found = execute_all((LOCK_ROWS, {"rows": rows}), (CLOSED, asked))
    return dict(found)


def order_of(member_id: int, code: str) -> Order:
    """Return a member's order, read anew.

    Raises:
        NotFound: there is no such order, or it is somebody else's.
    """
    return _own(ORDER_OF, code, member_id)


def bare_order_of(member_id: int, code: str) -> Order:
    """Return a member's order, read anew, without its performance: who changes it reads that as a show.

    Raises:
        NotFound: as `order_of`.
    """
    found = execute(BARE_ORDER_OF, {"code": code, "member_id": member_id})
    if not found:
        raise NotFound
    return as_loaded(Order, found[0])


def package_returns(order: Order) -> Returns | None:
    """Return how tickets of an order's package go back; None where it is of none."""
    if order.package_order_id is None:
        return None
    return db.session.get_one(PackageOrder, order.package_order_id).package.returns


def find_package_order(order: Order) -> PackageOrder | None:
    """Return the package's order that an order is part of, where both are the same member's."""
    if order.package_order_id is None:
        return None
    found = db.session.get_one(PackageOrder, order.package_order_id)
    return found if found.member_id == order.member_id else None


def parts_of(order: Order) -> Any:
    """Return the codes of an order's seats and tickets, how many claims are live now, and its payment."""
    return execute(PARTS, {"order_id": order.id})[0]


def live_claims(order: Order, now: datetime) -> list[Claim]:
    """Return an order's own claims that still hold, in plan order, read anew."""
    wanted = (
        select(Claim)
        .outerjoin(Claim.seat)
        .where(Claim.order_id == order.id, live(now))
        .order_by(Seat.ordinal, Claim.id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(wanted))


def open_orders(
    member_id: int, now: datetime | None = None, performance_id: int | None = None
) -> list[Order]:
    """Return a member's orders that still hold seats at `now` and wait to be settled, oldest first.

    Nearly always there are none, and every page asks: a plain statement looks before the ORM loads.
    """
    asked = {"member_id": member_id, "now": now, "performance_id": performance_id}
    ids = [row.id for row in execute(OPEN, asked)]
    if not ids:
        return []
    wanted = select(Order).where(Order.id.in_(ids)).order_by(Order.id)
    return list(db.session.scalars(wanted.options(selectinload(Order.claims))))


def first_of_each(orders: Iterable[Order]) -> list[Order]:
    """Return orders, of a package's the first only: one page has them all."""
    first: dict[int | str, Order] = {}
    for one in orders:
        first.setdefault(one.package_order_id or one.code, one)
    return list(first.values())


def ticket_of(member_id: int, code: str) -> Ticket:
    """Return a member's ticket, also a returned one, with its order.

    Raises:
        NotFound: there is no such ticket, or it is somebody else's.
    """
    return _own(TICKET_OF, code, member_id)


def _own(wanted: Select[Owned], code: str, member_id: int) -> Owned:
    """Return the one row wanted, read anew; foreign and unknown are told alike."""
    asked = {"code": code, "member_id": member_id}
    found = db.session.scalars(wanted, asked, execution_options={"populate_existing": True}).first()
    if found is None:
        raise NotFound
    return found


def valid_tickets(member_id: int, *conditions: ColumnElement[bool]) -> list[Ticket]:
    """Return a member's valid tickets that meet conditions on ticket or performance, by start and seat."""
    wanted = (
        select(Ticket)
        .join(Ticket.performance)
        .outerjoin(Ticket.seat)
        .where(Ticket.member_id == member_id, Ticket.state == TicketState.VALID, *conditions)
        .order_by(Performance.starts_at, Seat.ordinal, Ticket.id)
    )
    return list(db.session.scalars(wanted))


def entrant_of(ticket: Ticket) -> Entrant | None:
    """Return who comes in by a ticket, where its performance asked."""
    if ticket.performance.identity_policy is IdentityPolicy.NONE:
        return None
    wanted = select(Entrant).where(
        Entrant.order_id == ticket.order_id, Entrant.claim_id == ticket.claim_id
    )
    return db.session.scalars(wanted).first()


def has_entrants(key_id: str) -> bool:
    """Return whether the hash of anybody's document was made with a key."""
    return bool(db.session.scalar(select(exists().where(Entrant.key_id == key_id))))


def tickets_for(member_id: int, performance_ids: Sequence[int]) -> list[Ticket]:
    """Return a member's valid tickets for performances."""
    return valid_tickets(member_id, Ticket.performance_id.in_(performance_ids))


def tickets_today(member_id: int, now: datetime) -> list[Ticket]:
    """Return a member's valid tickets for shows that are not over and start before the day's end."""
    asked = {"member_id": member_id, "now": now, "until": day_span(palace_day(now))[1]}
    ids = [row.id for row in execute(TODAY, asked)]
    return valid_tickets(member_id, Ticket.id.in_(ids)) if ids else []


def admission_of(ticket_id: int) -> Admission | None:
    """Return a ticket's first admission that counts, read anew, or None: nobody came in by it."""
    wanted = select(Admission).where(Admission.ticket_id == ticket_id, Admission.counts)
    return db.session.scalars(wanted.order_by(Admission.entry).limit(1)).first()
