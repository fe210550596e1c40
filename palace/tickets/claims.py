"""The statements that take something scarce; each says who won. The rules stand in rules.py."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from palace.db import db, table_of
from palace.money import Fen
from palace.programme.models import Performance, Quota
from palace.programme.rules import Scope
from palace.statements import execute
from palace.tickets.errors import SoldOut
from palace.tickets.models import Claim, Entrant, Order, Ticket
from palace.tickets.rules import NamedTier
from palace.venues.models import Seat
from palace.venues.rules import PlanSeat

CLAIMS, QUOTAS = table_of(Claim), table_of(Quota)


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One place of an order: its seat (None where nobody has a numbered one), tier and price."""

    seat: PlanSeat | None
    zone: str
    tier: NamedTier
    price: Fen
    face_price: Fen


def live(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a claim is somebody's: sold, or held and not lapsed."""
    return or_(Claim.held_until.is_(None), Claim.held_until > now)


def kept(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a seat nobody bought is kept for somebody."""
    return ~live(now) & (Claim.kept_until > now)


INSTANT = DateTime(timezone=True)
KEY = ("performance_id", "seat_id")
OF_ORDER = ("performance_id", "order_id", "member_id", "held_until")
OF_PLACE = ("seat_id", "tier_id", "zone", "price", "face_price", "fund")
SCOPE_ORDER = case({Scope.HOUSE: 0, Scope.TIER: 1, Scope.ZONE: 2}, value=QUOTAS.c.scope)
LOCK_CLAIMS = (
    select(Claim.price)
    .outerjoin(Seat)
    .where(Claim.order_id == bindparam("order_id"))
    .order_by(Seat.ordinal, Claim.id)
    .with_for_update(of=Claim, key_share=True)
)
LOCK_QUOTAS = (
    select(QUOTAS)
    .where(QUOTAS.c.performance_id == bindparam("performance_id"))
    .order_by(SCOPE_ORDER, QUOTAS.c.id)
    .with_for_update(key_share=True)
)
PROLONG = (
    update(CLAIMS)
    .where(CLAIMS.c.order_id == bindparam("order"), CLAIMS.c.held_until > bindparam("now"))
    .values(held_until=bindparam("until"))
    .returning(CLAIMS.c.id)
)
COUNTED = and_(
    Claim.performance_id == QUOTAS.c.performance_id,
    live(bindparam("now", type_=INSTANT)),
    or_(
        QUOTAS.c.scope == Scope.HOUSE,
        Claim.tier_id == QUOTAS.c.tier_id,
        Claim.zone == QUOTAS.c.zone,
    ),
)
OVERFULL = (
    select(QUOTAS.c.tier_id)
    .where(QUOTAS.c.id == func.any(bindparam("used", type_=ARRAY(BigInteger))))
    .where(QUOTAS.c.seats < select(func.count()).where(COUNTED).scalar_subquery())
    .order_by(SCOPE_ORDER, QUOTAS.c.id)
)
"""Which of some quotas have more live claims than seats, in the order they are locked."""


def take(
    order: Order,
    picks: Sequence[Pick],
    *,
    until: datetime | None,
    now: datetime,
    opened: Collection[str],
) -> dict[int, int | None]:
    """Claim the places of `picks` for `order` (None = sold), taking over lapsed holds; return what was won.

    One statement in plan order, so that two orders never wait on each other in a circle. A kept
    seat is won only before its release by somebody whose grant opens it (`opened`). What the order
    has already it may take again, in another tier. The claims won come by id, with their seats.
    """
    places = sorted(picks, key=lambda pick: pick.seat.ordinal if pick.seat else 0)
    given = {
        "performance_id": order.performance_id,
        "order_id": order.id,
        "member_id": order.member_id,
        "held_until": until,
        "now": now,
        "opened": list(opened),
        "seats": [pick.seat.id if pick.seat else None for pick in places],
        "tiers": [pick.tier.id for pick in places],
        "zones": [pick.zone for pick in places],
        "prices": [pick.price for pick in places],
        "face_prices": [pick.face_price for pick in places],
        "funds": [pick.tier.fund for pick in places],
    }
    return {row.id: row.seat_id for row in execute(TAKE, given)}


def _take() -> ReturningInsert[Any]:
    whole, words = ARRAY(BigInteger), ARRAY(Text)
    places = (
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
    of_order = [bindparam(name, type_=CLAIMS.c[name].type) for name in OF_ORDER]
    rows = select(*of_order, *(places.c[name] for name in OF_PLACE)).order_by(places.c.turn)
    new = insert(CLAIMS).from_select([*OF_ORDER, *OF_PLACE], rows)
    now, opened = bindparam("now", type_=INSTANT), bindparam("opened", type_=words)
    free = (CLAIMS.c.held_until <= now) & or_(
        CLAIMS.c.kept_until.is_(None),
        CLAIMS.c.kept_until <= now,
        CLAIMS.c.kept_for == func.any(opened),
    )
    return new.on_conflict_do_update(
        index_elements=KEY,
        set_={name: new.excluded[name] for name in {*OF_ORDER, *OF_PLACE} - set(KEY)},
        where=free | (CLAIMS.c.order_id == new.excluded.order_id),
    ).returning(CLAIMS.c.id, CLAIMS.c.seat_id)


def keep(
    performance_id: int, seats: Iterable[PlanSeat], *, reason: str, until: datetime, now: datetime
) -> int:
    """Keep free seats for somebody until their release; return how many were free to keep."""
    rows = [
        {
            "performance_id": performance_id,
            "seat_id": seat.id,
            "zone": seat.zone,
            "price": 0,
            "face_price": 0,
            "held_until": now,
            "kept_for": reason,
            "kept_until": until,
        }
        for seat in sorted(seats, key=lambda seat: seat.ordinal)
    ]
    if not rows:
        return 0
    new = insert(Claim).values(rows)
    won = new.on_conflict_do_update(
        index_elements=[Claim.performance_id, Claim.seat_id],
        set_={"kept_for": new.excluded.kept_for, "kept_until": new.excluded.kept_until},
        where=(Claim.held_until <= now) & or_(Claim.kept_until.is_(None), Claim.kept_until <= now),
    ).returning(Claim.id)
    return len(db.session.execute(won).all())


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


def give_up(order_id: int, now: datetime, claim_id: int | None = None) -> None:
    """Free an order's claims, or one of them, at `now`; a claim another order took over is not touched."""
    mine = [Claim.order_id == order_id, or_(Claim.held_until.is_(None), Claim.held_until > now)]
    if claim_id is not None:
        mine.append(Claim.id == claim_id)
    freed = update(Claim).where(*mine).values(held_until=now)
    db.session.execute(freed.execution_options(synchronize_session=False))


def lock_quotas(performance_id: int) -> Sequence[Any]:
    """Lock a performance's quota rows in scope order, last of all locks, and return them."""
    return execute(LOCK_QUOTAS, {"performance_id": performance_id})


def check_quotas(
    order: Order, picks: Sequence[Pick], now: datetime, *, has_quotas: bool = True
) -> None:
    """Refuse if a quota the order uses has more live claims than seats, this order's included.

    Args:
        has_quotas: False: the performance had none when its terms were read behind the member's lock;
            one that comes later finds this order's claims there already.

    Raises:
        SoldOut: carries the `tier_id` whose quota is full, or None.
        ValueError: places without seats are sold, and no quota caps the house.
    """
    quotas = lock_quotas(order.performance_id) if has_quotas else ()
    used = [quota for quota in quotas if _uses(quota, picks)]
    if any(pick.seat is None for pick in picks) and not any(
        quota.scope == Scope.HOUSE for quota in used
    ):
        raise ValueError("places without seats need a house quota")
    if not used:
        return
    asked = {"used": [quota.id for quota in used], "now": now}
    full = execute(OVERFULL, asked)
    if full:
        raise SoldOut(tier_id=full[0].tier_id)


def _uses(quota: Any, picks: Sequence[Pick]) -> bool:
    tiers, zones = {pick.tier.id for pick in picks}, {pick.zone for pick in picks}
    return quota.scope == Scope.HOUSE or quota.tier_id in tiers or quota.zone in zones


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


TAKE = _take()
