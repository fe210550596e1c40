"""Quotas of a performance: locked last of all, counted live, so that no one sells more than there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ARRAY, BigInteger, DateTime, and_, bindparam, case, func, or_, select

from palace.db import db, table_of
from palace.programme.models import Quota
from palace.programme.rules import Scope
from palace.statements import execute
from palace.tickets.errors import QuotaTooSmall, SoldOut
from palace.tickets.kept import keep_places, live, promised
from palace.tickets.models import Claim, Order
from palace.tickets.rules import NamedTier

QUOTAS = table_of(Quota)
NOW = bindparam("now", type_=DateTime(timezone=True))
SCOPE_ORDER = case({Scope.HOUSE: 0, Scope.TIER: 1, Scope.ZONE: 2}, value=QUOTAS.c.scope)
LOCK_QUOTAS = (
    select(QUOTAS)
    .where(QUOTAS.c.performance_id == bindparam("performance_id"))
    .order_by(SCOPE_ORDER, QUOTAS.c.id)
    .with_for_update(key_share=True)
)
PLACE_KEPT = and_(QUOTAS.c.scope == Scope.HOUSE, Claim.seat_id.is_(None), Claim.kept_until > NOW)
OF_ALL = or_(QUOTAS.c.scope == Scope.HOUSE, Claim.zone == QUOTAS.c.zone)
COUNTED = and_(
    Claim.performance_id == QUOTAS.c.performance_id,
    or_(
        and_(live(NOW), or_(OF_ALL, Claim.tier_id == QUOTAS.c.tier_id)),
        and_(promised(NOW), or_(OF_ALL, Claim.kept_tier_id == QUOTAS.c.tier_id)),
        PLACE_KEPT,
    ),
)
"""What counts towards a quota: live claims and promised places; towards the house's also kept places."""
TAKEN = select(func.count()).where(COUNTED).correlate(QUOTAS).scalar_subquery()
OVER = (
    select(
        QUOTAS.c.id,
        QUOTAS.c.tier_id,
        SCOPE_ORDER.label("place"),
        (TAKEN - QUOTAS.c.seats).label("missing"),
    )
    .where(QUOTAS.c.id == func.any(bindparam("used", type_=ARRAY(BigInteger))))
    .subquery()
)
OVERFULL = (
    select(OVER.c.tier_id, OVER.c.missing)
    .where(OVER.c.missing > 0)
    .order_by(OVER.c.place, OVER.c.id)
)
"""Which of some quotas count more than their seats, in the order they are locked, and how many more."""


class Place(Protocol):
    """What a quota needs to know of a place."""

    @property
    def seat(self) -> object | None: ...
    @property
    def zone(self) -> str: ...
    @property
    def tier(self) -> NamedTier: ...


def lock_quotas(performance_id: int) -> Sequence[Any]:
    """Lock a performance's quota rows in scope order, last of all locks, and return them."""
    return execute(LOCK_QUOTAS, {"performance_id": performance_id})


def check_quotas(
    order: Order, picks: Sequence[Place], now: datetime, *, has_quotas: bool = True
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
    _check_room(used, now)


def check_zone(order: Order, zone: str, now: datetime, *, has_quotas: bool) -> None:
    """Refuse a seat of another zone if that has no room; the house and the tier have as many as before.

    Raises:
        SoldOut.
    """
    quotas = lock_quotas(order.performance_id) if has_quotas else ()
    _check_room([quota for quota in quotas if quota.zone == zone], now)


def _check_room(used: Sequence[Any], now: datetime) -> None:
    if not used:
        return
    asked = {"used": [quota.id for quota in used], "now": now}
    full = execute(OVERFULL, asked)
    if full:
        raise SoldOut(tier_id=full[0].tier_id)


def check_promised(performance_id: int, tier_id: int, zones: Sequence[str], now: datetime) -> None:
    """Refuse to have promised places of a tier in zones that a quota has no room for.

    Raises:
        QuotaTooSmall: says how many places of the quota are missing.
    """
    of_ours = [
        quota.id
        for quota in lock_quotas(performance_id)
        if quota.scope == Scope.HOUSE or quota.tier_id == tier_id or quota.zone in zones
    ]
    full = execute(OVERFULL, {"used": of_ours, "now": now})
    if full:
        raise QuotaTooSmall(missing=max(row.missing for row in full))


def _uses(quota: Any, picks: Sequence[Place]) -> bool:
    tiers, zones = {pick.tier.id for pick in picks}, {pick.zone for pick in picks}
    return quota.scope == Scope.HOUSE or quota.tier_id in tiers or quota.zone in zones


def keep_free_places(
    performance_id: int,
    count: int,
    *,
    reason: str,
    until: datetime,
    now: datetime,
    tier_id: int | None = None,
) -> int:
    """Keep places without seats under a key, behind the quota of the house; return how many were free.

    Nothing is kept unless all of them were. `tier_id`: the tier they are promised in.
    """
    house = min(row.seats for row in lock_quotas(performance_id) if row.scope == Scope.HOUSE)
    used = select(func.count()).where(
        Claim.performance_id == performance_id, or_(live(now), Claim.kept_until > now)
    )
    left: int = max(0, house - db.session.scalars(used).one())
    if count <= left:
        keep_places(performance_id, count, reason=reason, until=until, now=now, tier_id=tier_id)
    return left
