"""The statements that take something scarce; each says who won. The rules stand in rules.py."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.money import Fen
from palace.programme.models import Quota, Tier
from palace.programme.rules import Scope
from palace.security import public_code
from palace.tickets.errors import SoldOut
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import TicketState
from palace.venues.models import Seat

FRESH = {"synchronize_session": False, "populate_existing": True}


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One place of an order: its seat (None where nobody has a numbered one), tier and price."""

    seat: Seat | None
    zone: str
    tier: Tier
    price: Fen
    face_price: Fen


def live(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a claim is somebody's: sold, or held and not lapsed."""
    return or_(Claim.held_until.is_(None), Claim.held_until > now)


def kept(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a seat nobody bought is kept for somebody."""
    return ~live(now) & (Claim.kept_until > now)


def take(
    order: Order, picks: Sequence[Pick], *, until: datetime, now: datetime, opened: Collection[str]
) -> int:
    """Claim the places of `picks` for `order`, taking over lapsed holds; return how many were won.

    One statement in plan order, so that two orders never wait on each other in a circle. A kept
    seat is won only before its release by somebody whose grant opens it (`opened`).
    """
    rows = [
        _row(order, pick, until)
        for pick in sorted(picks, key=lambda pick: pick.seat.ordinal if pick.seat else 0)
    ]
    new = insert(Claim).values(rows)
    taken_by = {
        name: new.excluded[name] for name in rows[0] if name not in {"performance_id", "seat_id"}
    }
    won = new.on_conflict_do_update(
        index_elements=[Claim.performance_id, Claim.seat_id],
        set_=taken_by,
        where=(Claim.held_until <= now)
        & or_(Claim.kept_until.is_(None), Claim.kept_until <= now, Claim.kept_for.in_(opened)),
    ).returning(Claim.id)
    return len(db.session.execute(won).all())


def _row(order: Order, pick: Pick, until: datetime) -> dict[str, Any]:
    return {
        "performance_id": order.performance_id,
        "seat_id": pick.seat.id if pick.seat else None,
        "order_id": order.id,
        "member_id": order.member_id,
        "tier_id": pick.tier.id,
        "zone": pick.zone,
        "price": pick.price,
        "face_price": pick.face_price,
        "fund": pick.tier.fund,
        "held_until": until,
    }


def keep(
    performance_id: int, seats: Iterable[Seat], *, reason: str, until: datetime, now: datetime
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


def lock_order_claims(order: Order) -> None:
    """Lock an order's claims in plan order, then its quotas: the clock is read after this."""
    mine = (
        select(Claim.id)
        .outerjoin(Seat)
        .where(Claim.order_id == order.id)
        .order_by(Seat.ordinal, Claim.id)
    )
    db.session.execute(mine.with_for_update(of=Claim, key_share=True))
    lock_quotas(order.performance_id)


def lock_ticket(ticket_id: int) -> None:
    """Lock a ticket, after all else: a door that lets it in waits, or was first."""
    wanted = select(Ticket.id).where(Ticket.id == ticket_id)
    db.session.execute(wanted.with_for_update(key_share=True))


def prolong(order: Order, until: datetime | None, now: datetime) -> Sequence[Claim]:
    """Move the end of an order's live claims (None = sold); return those that were still its own."""
    mine = (Claim.order_id == order.id, Claim.held_until > now)
    moved = update(Claim).where(*mine).values(held_until=until).returning(Claim)
    return db.session.scalars(moved, execution_options=FRESH).all()


def give_up(order_id: int, now: datetime, claim_id: int | None = None) -> None:
    """Free an order's claims, or one of them, at `now`; a claim another order took over is not touched."""
    mine = [Claim.order_id == order_id, or_(Claim.held_until.is_(None), Claim.held_until > now)]
    if claim_id is not None:
        mine.append(Claim.id == claim_id)
    freed = update(Claim).where(*mine).values(held_until=now)
    db.session.execute(freed.execution_options(synchronize_session=False))


def lock_quotas(performance_id: int) -> Sequence[Quota]:
    """Lock a performance's quota rows in scope order, last of all locks, and return them."""
    order = case({Scope.HOUSE: 0, Scope.TIER: 1, Scope.ZONE: 2}, value=Quota.scope)
    rows = select(Quota).where(Quota.performance_id == performance_id).order_by(order, Quota.id)
    return db.session.scalars(rows.with_for_update(key_share=True)).all()


def check_quotas(order: Order, picks: Sequence[Pick], now: datetime) -> None:
    """Refuse if a quota the order uses has more live claims than seats, this order's included.

    Raises:
        SoldOut: carries the `tier_id` whose quota is full, or None.
        ValueError: places without seats are sold, and no quota caps the house.
    """
    used = [quota for quota in lock_quotas(order.performance_id) if _uses(quota, picks)]
    if any(pick.seat is None for pick in picks) and not any(
        quota.scope == Scope.HOUSE for quota in used
    ):
        raise ValueError("places without seats need a house quota")
    if not used:
        return
    counts = [func.count().filter(counted_by(quota)) for quota in used]
    of_performance = (Claim.performance_id == order.performance_id, live(now))
    taken = db.session.execute(select(*counts).where(*of_performance)).one()
    for quota, count in zip(used, taken, strict=True):
        if count > quota.seats:
            raise SoldOut(tier_id=quota.tier_id)


def counted_by(quota: Quota) -> ColumnElement[bool]:
    """Return the condition that a quota counts a claim."""
    if quota.scope == Scope.TIER:
        return Claim.tier_id == quota.tier_id
    if quota.scope == Scope.ZONE:
        return Claim.zone == quota.zone
    return literal(True)


def _uses(quota: Quota, picks: Sequence[Pick]) -> bool:
    tiers, zones = {pick.tier.id for pick in picks}, {pick.zone for pick in picks}
    return quota.scope == Scope.HOUSE or quota.tier_id in tiers or quota.zone in zones


def issue(order: Order, claims: Sequence[Claim], now: datetime) -> None:
    """Issue a valid ticket for each sold claim; collection codes are drawn again while they collide."""
    waiting = {claim.id: claim for claim in claims}
    while waiting:
        rows = [_ticket(order, claim, now) for claim in waiting.values()]
        new = insert(Ticket).values(rows)
        won = new.on_conflict_do_nothing(
            index_elements=[Ticket.performance_id, Ticket.collection_code]
        )
        for claim_id in db.session.scalars(won.returning(Ticket.claim_id)):
            del waiting[claim_id]


def _ticket(order: Order, claim: Claim, now: datetime) -> dict[str, Any]:
    return {
        "code": public_code(),
        "order_id": order.id,
        "claim_id": claim.id,
        "performance_id": order.performance_id,
        "seat_id": claim.seat_id,
        "member_id": order.member_id,
        "tier_id": claim.tier_id,
        "price": claim.price,
        "collection_code": f"{secrets.randbelow(10**8):08d}",
        "state": TicketState.VALID,
        "issued_at": now,
    }
