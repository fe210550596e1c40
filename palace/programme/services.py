"""Putting a performance on: its hall with get-in and get-out, its prices and its quotas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from palace.db import db
from palace.money import Fen
from palace.programme.errors import PlanElsewhere, ZoneUnpriced
from palace.programme.models import Performance, Price, Production, Quota, Tier
from palace.programme.rules import IdentityPolicy, Scope, SeatChoice, Seating
from palace.venues import queries as venues
from palace.venues import services
from palace.venues.models import Seat, SeatingPlan, Space
from palace.venues.rules import Use


@dataclass(frozen=True, kw_only=True)
class Staging:
    """How one performance is put on.

    `prices` are (tier, zone, fen), `quotas` (tier, seats) with tier None for the whole house.
    `get_in` and `get_out` belong to the hall's occupancy; sale ends at curtain-up unless said.
    """

    starts_at: datetime
    seating: Seating = Seating.SEATED
    plan: SeatingPlan | None = None
    prices: tuple[tuple[Tier, str, Fen], ...] = ()
    quotas: tuple[tuple[Tier | None, int], ...] = ()
    get_in: timedelta = timedelta(minutes=120)
    get_out: timedelta = timedelta(minutes=60)
    doors: timedelta = timedelta(minutes=30)
    sale_opens_at: datetime
    sale_closes_at: datetime | None = None
    published_at: datetime | None = None
    capacity: int | None = None
    seats_per_member: int | None = None
    identity_policy: IdentityPolicy = IdentityPolicy.NONE
    one_per_identity: bool = False
    no_single_gap: bool | None = None
    choice: SeatChoice = SeatChoice.FREE


def stage(production: Production, space: Space, staging: Staging) -> Performance:
    """Put a production on in a space; the house rules of today are frozen on it.

    Raises:
        SpaceOccupied: something else has part of the space between get-in and get-out.
        PlanElsewhere, ZoneUnpriced: the plan is another space's, or a zone has no price.
    """
    _check(space, staging)
    ends_at = staging.starts_at + timedelta(minutes=production.minutes)
    during = Range(staging.starts_at - staging.get_in, ends_at + staging.get_out)
    house = venues.house_rules()
    occupancy = services.occupy(space, during, Use.PERFORMANCE)
    performance = Performance(
        production=production,
        space=space,
        plan=staging.plan,
        occupancy_id=occupancy.id,
        seating=staging.seating,
        capacity=_capacity(space, staging),
        seats_per_member=staging.seats_per_member or house.seats_per_member,
        doors_at=staging.starts_at - staging.doors,
        starts_at=staging.starts_at,
        ends_at=ends_at,
        sale_opens_at=staging.sale_opens_at,
        sale_closes_at=staging.sale_closes_at or staging.starts_at,
        published_at=staging.published_at,
        identity_policy=staging.identity_policy,
        one_per_identity=staging.one_per_identity,
        no_single_gap=house.no_single_gap
        if staging.no_single_gap is None
        else staging.no_single_gap,
        choice=staging.choice,
    )
    db.session.add(performance)
    db.session.flush()
    _put_on_sale(performance, staging)
    return performance


def _check(space: Space, staging: Staging) -> None:
    if staging.plan is None:
        return
    if staging.plan.space_id != space.id:
        raise PlanElsewhere(space=space)
    priced = {zone for _, zone, _ in staging.prices}
    for zone in staging.plan.drawing["zones"]:
        if zone["code"] not in priced:
            raise ZoneUnpriced(zone=zone["code"])


def _capacity(space: Space, staging: Staging) -> int:
    """Return the places there are: the plan's seats, else what the staging or the space says."""
    if staging.plan is None:
        return staging.capacity or space.capacity
    return db.session.scalars(select(func.count()).where(Seat.plan_id == staging.plan.id)).one()


def _put_on_sale(performance: Performance, staging: Staging) -> None:
    """Store the prices and quotas; places without seats are always counted against the house."""
    db.session.add_all(
        Price(performance_id=performance.id, zone=zone, tier_id=tier.id, amount=amount)
        for tier, zone, amount in staging.prices
    )
    quotas = dict(staging.quotas)
    if staging.seating is Seating.PLACES:
        quotas.setdefault(None, performance.capacity)
    for tier, seats in quotas.items():
        scope = Scope.TIER if tier else Scope.HOUSE
        db.session.add(
            Quota(
                performance_id=performance.id,
                scope=scope,
                tier_id=tier.id if tier else None,
                seats=seats,
            )
        )
    db.session.flush()
