"""The statements that take something scarce; each says who won. The rules stand in rules.py."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from palace.db import db, table_of
from palace.money import Fen
from palace.programme.models import Performance
from palace.statements import execute
from palace.tickets.kept import live
from palace.tickets.models import Claim, Entrant, Order, Ticket
from palace.tickets.quotas import lock_quotas
from palace.tickets.rules import NamedTier
from palace.venues.models import Seat
from palace.venues.rules import PlanSeat

CLAIMS = table_of(Claim)


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One place of an order: its seat (None where nobody has a numbered one), tier and price."""

    seat: PlanSeat | None
    zone: str
    tier: NamedTier
    price: Fen
    face_price: Fen


INSTANT = DateTime(timezone=True)
KEY = ("performance_id", "seat_id")
NEW = "new_"
"""How a value is called whose column's name an update keeps to itself."""
OF_ORDER = ("performance_id", "order_id", "member_id", "held_until")
OF_PLACE = ("seat_id", "tier_id", "zone", "price", "face_price", "fund")
BY = case((CLAIMS.c.kept_until > bindparam("now", type_=INSTANT), CLAIMS.c.kept_for))
WON = (CLAIMS.c.id, CLAIMS.c.seat_id, BY.label("by"))
LOCK_CLAIMS = (
    select(Claim.price)
    .outerjoin(Seat)
    .where(Claim.order_id == bindparam("order_id"))
    .order_by(Seat.ordinal, Claim.id)
    .with_for_update(of=Claim, key_share=True)
)
PROLONG = (
    update(CLAIMS)
    .where(CLAIMS.c.order_id == bindparam("order"), CLAIMS.c.held_until > bindparam("now"))
    .values(held_until=bindparam("until"))
    .returning(CLAIMS.c.id)
)


def take(
    order: Order,
    picks: Sequence[Pick],
    *,
    until: datetime | None,
    now: datetime,
    opened: Collection[str],
    only_kept: bool = False,
) -> list[Any]:
    """Claim the places of `picks` for `order` (None = sold), taking over lapsed holds; return what was won.

    One statement in plan order, so that two orders never wait on each other in a circle. A kept
    seat is won only before its release by somebody whose grant opens it (`opened`), others not at all
    where it is to be `only_kept` ones. What the order has already it may take again, in another tier.
    The rows won have `id`, `seat_id` and `by`: the key of a kept seat.
    """
    places = sorted(picks, key=lambda pick: pick.seat.ordinal if pick.seat else 0)
    given = {
        "performance_id": order.performance_id,
        "order_id": order.id,
        "member_id": order.member_id,
        "held_until": until,
        "now": now,
        "opened": list(opened),
    }
    won = []
    if opened and places[0].seat is None:
        renamed = {NEW + name: given[name] for name in OF_ORDER}
        known = {"now": now, "opened": given["opened"], "wanted": len(places)}
        won = execute(TAKE_KEPT_PLACES, renamed | known | _columns(places))
        places = [] if only_kept else places[len(won) :]
    if not places:
        return won
    return won + execute(TAKE_KEPT if only_kept else TAKE, given | _columns(places))


def _columns(places: Sequence[Pick]) -> dict[str, list[object]]:
    return {
        "seats": [pick.seat.id if pick.seat else None for pick in places],
        "tiers": [pick.tier.id for pick in places],
        "zones": [pick.zone for pick in places],
        "prices": [pick.price for pick in places],
        "face_prices": [pick.face_price for pick in places],
        "funds": [pick.tier.fund for pick in places],
    }


def _places() -> Any:
    """Return the places asked for as a table, numbered in the order they are given."""
    whole, words = ARRAY(BigInteger), ARRAY(Text)
    return (
        func.unnest(
            bindparam("seats", type_=whole),
            bindparam("tiers", type_=whole),
            bindparam("zones", type_=words),
            bindparam("prices", type_=whole),
            bindparam("face_prices", type_=whole),
            bindparam("funds", type_=words),
        )
        .table_valued(*OF_PLACE, with_ordinality="turn")
        .render_derived("place")
    )


def _take(*, only_kept: bool = False) -> ReturningInsert[Any]:
    places, now = _places(), bindparam("now", type_=INSTANT)
    of_order = [bindparam(name, type_=CLAIMS.c[name].type) for name in OF_ORDER]
    rows = select(*of_order, *(places.c[name] for name in OF_PLACE)).order_by(places.c.turn)
    rows = rows.where(places.c.seat_id.is_(None) | stands(places.c.seat_id, of_order[0]))
    opens = _opened(CLAIMS.c)
    free = (CLAIMS.c.held_until <= now) & (
        opens
        if only_kept
        else or_(CLAIMS.c.kept_until.is_(None), CLAIMS.c.kept_until <= now, opens)
    )
    if only_kept:
        there = CLAIMS.alias()
        mine = (there.c.performance_id == of_order[0], there.c.seat_id == places.c.seat_id)
        rows = rows.where(exists().where(*mine, _opened(there.c)))
    new = insert(CLAIMS).from_select([*OF_ORDER, *OF_PLACE], rows)
    return new.on_conflict_do_update(
        index_elements=KEY,
        set_={name: new.excluded[name] for name in {*OF_ORDER, *OF_PLACE} - set(KEY)},
        where=free | (CLAIMS.c.order_id == new.excluded.order_id),
    ).returning(*WON)


def stands(seat_id: ColumnElement[Any], performance_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that a seat is on the plan the performance has now, not when it was chosen.

    Each seat's plan is looked up: for an EXISTS PostgreSQL reads and hashes every seat of the plan.
    """
    plan_id = select(Seat.plan_id).where(Seat.id == seat_id).scalar_subquery()
    now_on = select(Performance.plan_id).where(Performance.id == performance_id)
    return plan_id == now_on.scalar_subquery()


def _take_kept_places() -> ReturningUpdate[Any]:
    """Return the statement that takes kept places without seats; another's is passed over, not waited for."""
    places, now = _places(), bindparam("now", type_=INSTANT)
    free = (
        select(CLAIMS.c.id)
        .where(
            CLAIMS.c.performance_id == bindparam(NEW + "performance_id", type_=BigInteger),
            CLAIMS.c.seat_id.is_(None),
            CLAIMS.c.held_until <= now,
            _opened(CLAIMS.c),
        )
        .order_by(CLAIMS.c.id)
        .limit(bindparam("wanted", type_=BigInteger))
        .with_for_update(key_share=True, skip_locked=True)
        .cte("free")
    )
    numbered = select(
        free.c.id, func.row_number().over(order_by=free.c.id).label("turn")
    ).subquery()
    return (
        update(CLAIMS)
        .where(CLAIMS.c.id == numbered.c.id, numbered.c.turn == places.c.turn)
        .values(
            **{name: bindparam(NEW + name, type_=CLAIMS.c[name].type) for name in OF_ORDER[1:]},
            **{name: places.c[name] for name in OF_PLACE[1:]},
        )
        .returning(*WON)
    )


def _opened(claim: Any) -> ColumnElement[bool]:
    """Return the condition that a seat is kept, and for whom opens it."""
    now, opened = bindparam("now", type_=INSTANT), bindparam("opened", type_=ARRAY(Text))
    return and_(claim.kept_until > now, claim.kept_for == func.any(opened))


def lock_order_claims(order: Order) -> Fen:
    """Lock an order's claims in plan order, then its quotas, and return what the claims cost together.

    The clock is read after this: who settles the order asks by it whether they are still its own.
    """
    prices = execute(LOCK_CLAIMS, {"order_id": order.id})
    lock_quotas(order.performance_id)
    return Fen(sum(row.price for row in prices))


def lock_ticket(ticket_id: int) -> None:
    """Lock a ticket, after all else: a door that lets it in waits, or was first."""
    wanted = select(Ticket.id).where(Ticket.id == ticket_id)
    db.session.execute(wanted.with_for_update(key_share=True))


def prolong(order: Order, until: datetime | None, now: datetime) -> list[int]:
    """Move the end of an order's live claims (None = sold); return the ids of those that were its own."""
    moved = {"order": order.id, "until": until, "now": now}
    return [row.id for row in execute(PROLONG, moved)]


def give_up(order_id: int, now: datetime, claim_id: int | None = None) -> list[int | None]:
    """Free an order's claims, or one of them, at `now`; return the seats that are anybody's by that.

    A claim another order took over is not touched. One that is kept is kept again. A place without a
    seat comes as None.
    """
    mine = [Claim.order_id == order_id, or_(Claim.held_until.is_(None), Claim.held_until > now)]
    if claim_id is not None:
        mine.append(Claim.id == claim_id)
    is_kept = func.coalesce(Claim.kept_until > now, False)
    freed = update(Claim).where(*mine).values(held_until=now).returning(Claim.seat_id, is_kept)
    given_up = db.session.execute(freed.execution_options(synchronize_session=False))
    return [seat_id for seat_id, kept_again in given_up if not kept_again]


def name_entrants(performance_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Write who comes in by an order's claims, one document once; return how many rows were won.

    The performance is locked last of all, so that what the next statements see of other orders is
    true: a row whose claim has lapsed or was given back makes room, any other stands in the way.
    """
    locked = select(Performance.id).where(Performance.id == performance_id)
    db.session.execute(locked.with_for_update(key_share=True))
    standing = (
        select(Claim.id)
        .where(Claim.id == Entrant.claim_id, Claim.order_id == Entrant.order_id, live(now))
        .exists()
    )
    hashes = [row["identity_hash"] for row in rows]
    gone = delete(Entrant).where(
        Entrant.performance_id == performance_id, Entrant.identity_hash.in_(hashes), ~standing
    )
    db.session.execute(gone.execution_options(synchronize_session=False))
    won = insert(Entrant).values(list(rows)).on_conflict_do_nothing().returning(Entrant.id)
    return len(db.session.execute(won).all())


TAKE, TAKE_KEPT, TAKE_KEPT_PLACES = _take(), _take(only_kept=True), _take_kept_places()
