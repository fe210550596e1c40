"""By what a performance is sold: tiers, prices, quotas, and how much of each is taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, exists, func, or_, select

from palace.db import Base, db, table_of
from palace.desk.queries.staged import Sites
from palace.desk.rules import ALL_ZONES, Values, price_cell, quota_cell, shown_prices
from palace.money import Fen
from palace.programme.models import Performance, Price, Quota, Tier
from palace.programme.rules import Scope
from palace.programme.services import zones_of
from palace.tickets.kept import kept, live, promised
from palace.tickets.models import Claim
from palace.venues.queries import spaces_at

MOST_SHOWN = 50


def tiers() -> list[Tier]:
    """Return every tier in the order they were made."""
    return list(db.session.scalars(select(Tier).order_by(Tier.ended_at.is_not(None), Tier.id)))


def tiers_for(performance_id: int) -> list[Tier]:
    """Return the tiers a performance may be sold by: those of today, and what it is sold by already."""
    its_own = select(Price.tier_id).where(Price.performance_id == performance_id)
    wanted = select(Tier).where(or_(Tier.ended_at.is_(None), Tier.id.in_(its_own)))
    return list(db.session.scalars(wanted.order_by(Tier.id)))


def in_use(tier_id: int) -> bool:
    """Return whether any row of any part names a tier."""
    key = table_of(Tier).c.id
    named_by = [
        exists().where(names.parent == tier_id)
        for table in Base.metadata.tables.values()
        for names in table.foreign_keys
        if names.references(key.table)
    ]
    return bool(db.session.scalar(select(or_(*named_by))))


def selling(tier_id: int, now: datetime, sites: Sites) -> list[Performance]:
    """Return the coming performances of these houses that are sold by a tier, the next first."""
    priced = select(Price.performance_id).where(Price.tier_id == tier_id)
    wanted = select(Performance).where(Performance.id.in_(priced), Performance.ends_at > now)
    if sites is not None:
        wanted = wanted.where(Performance.space_id.in_(spaces_at(sites)))
    return list(
        db.session.scalars(wanted.order_by(Performance.starts_at).limit(MOST_SHOWN)).unique()
    )


def prices_of(performance_id: int) -> dict[int, dict[str, Fen]]:
    """Return the prices of a performance by tier and zone."""
    found: dict[int, dict[str, Fen]] = defaultdict(dict)
    wanted = select(Price.tier_id, Price.zone, Price.amount)
    for tier_id, zone, amount in db.session.execute(
        wanted.where(Price.performance_id == performance_id).order_by(Price.tier_id, Price.zone)
    ):
        found[tier_id][zone] = amount
    return found


def price_values(performance: Performance, shown: Iterable[Tier]) -> dict[str, str]:
    """Return the cells of a performance's prices as they are typed, tier by tier."""
    zones, amounts = zones_of(performance.plan), prices_of(performance.id)
    return {
        price_cell(tier.code, zone): typed
        for tier in shown
        for zone, typed in shown_prices(amounts.get(tier.id, {}), zones).items()
        if zone != ALL_ZONES or len(zones) > 1
    }


def quotas_of(performance_id: int) -> dict[str, Quota]:
    """Return the quotas of a performance by what they are called."""
    of_it = (
        select(Quota, Tier.code)
        .outerjoin(Tier, Tier.id == Quota.tier_id)
        .order_by(Quota.scope, Tier.code, Quota.zone)
    )
    return {
        quota_cell(quota.scope, code or quota.zone or ""): quota
        for quota, code in db.session.execute(of_it.where(Quota.performance_id == performance_id))
    }


def quota_cells(performance: Performance, shown: Sequence[Tier]) -> dict[str, str]:
    """Return the cells of a performance's quotas as they are typed: the house, each tier, each zone."""
    names = [quota_cell(Scope.HOUSE)]
    names += [quota_cell(Scope.TIER, tier.code) for tier in shown]
    names += [quota_cell(Scope.ZONE, zone) for zone in zones_of(performance.plan) if zone]
    quotas = quotas_of(performance.id)
    return {name: str(quotas[name].seats) if name in quotas else "" for name in names}


def taken_by(performance_id: int, now: datetime) -> Mapping[str, int]:
    """Return how many places are sold or held in the house, of each tier and in each zone.

    What is promised counts as sold, and places without seats that are kept for somebody count towards
    the house, as they do for quotas.
    """
    tier_id = case((promised(now), Claim.kept_tier_id), else_=Claim.tier_id)
    counted = (
        select(Tier.code, Claim.zone, func.count())
        .join(Tier, Tier.id == tier_id)
        .where(Claim.performance_id == performance_id, live(now) | promised(now))
        .group_by(Tier.code, Claim.zone)
    )
    found: dict[str, int] = defaultdict(int)
    for tier, zone, count in db.session.execute(counted):
        for cell in (quota_cell(Scope.HOUSE), quota_cell(Scope.TIER, tier)):
            found[cell] += count
        if zone:
            found[quota_cell(Scope.ZONE, zone)] += count
    only_kept = (kept(now), ~promised(now))
    places = select(func.count()).where(Claim.performance_id == performance_id, *only_kept)
    found[quota_cell(Scope.HOUSE)] += db.session.scalar(places.where(Claim.seat_id.is_(None))) or 0
    return found


def tier_values(tier: Tier) -> Values:
    """Return a tier as its form has it."""
    return {
        "name_zh": tier.name_zh,
        "name_en": tier.name_en,
        "qualifies": tier.qualifies.value,
        "cap": "" if tier.cap is None else str(tier.cap),
        "monthly": "1" if tier.monthly else "",
        "proof_zh": tier.proof_zh,
        "proof_en": tier.proof_en,
        "fund": tier.fund or "",
    }
