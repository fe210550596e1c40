"""Putting a performance on: its hall with get-in and get-out, its prices and its quotas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import Range

from palace.db import db
from palace.money import Fen
from palace.programme.errors import LengthUnknown, PlanElsewhere, ZoneUnpriced
from palace.programme.models import Performance, Price, Production, Quota, Tier
from palace.programme.queries import working_minutes
from palace.programme.rules import IdentityPolicy, Scope, SeatChoice, Seating
from palace.venues import queries as venues
from palace.venues import services
from palace.venues.models import HouseRules, Seat, SeatingPlan, Space
from palace.venues.rules import Use


@dataclass(frozen=True, kw_only=True)
class Staging:
    """How one performance is put on.

    `prices` are (tier, zone, fen), `quotas` (tier, seats) with tier None for the whole house.
    `get_in` and `get_out` belong to the hall's occupancy; they and `doors` are the house's unless said.
    Sale ends at curtain-up unless said.
    """

    starts_at: datetime
    seating: Seating = Seating.SEATED
    plan: SeatingPlan | None = None
    prices: tuple[tuple[Tier, str, Fen], ...] = ()
    quotas: tuple[tuple[Tier | None, int], ...] = ()
    get_in: timedelta | None = None
    get_out: timedelta | None = None
    doors: timedelta | None = None
    sale_opens_at: datetime
    sale_closes_at: datetime | None = None
    published_at: datetime | None = None
    capacity: int | None = None
    seats_per_member: int | None = None
    identity_policy: IdentityPolicy = IdentityPolicy.NONE
    one_per_identity: bool = False
    no_single_gap: bool | None = None
    gifts_per_ticket: int | None = None
    choice: SeatChoice = SeatChoice.FREE
    ladder_id: int | None = None


def stage(production: Production, space: Space, staging: Staging) -> Performance:
    """Put a production on in a space; the house rules of today are frozen on it.

    Raises:
        SpaceOccupied: something else has part of the space between get-in and get-out.
        PlanElsewhere, ZoneUnpriced: the plan is another space's, or a zone of what is published has no
            price.
        LengthUnknown: nobody has said how long the production is.
    """
    _check(space, staging)
    house = venues.house_rules()
    performance = Performance(
        production=production,
        seats_per_member=staging.seats_per_member or house.seats_per_member,
        sale_opens_at=staging.sale_opens_at,
        sale_closes_at=staging.sale_closes_at or staging.starts_at,
        published_at=staging.published_at,
        identity_policy=staging.identity_policy,
        one_per_identity=staging.one_per_identity,
        no_single_gap=house.no_single_gap
        if staging.no_single_gap is None
        else staging.no_single_gap,
        gifts_per_ticket=house.gifts_per_ticket
        if staging.gifts_per_ticket is None
        else staging.gifts_per_ticket,
        choice=staging.choice,
        ladder_id=staging.ladder_id,
    )
    _place(performance, space, staging, house)
    db.session.add(performance)
    db.session.flush()
    _put_on_sale(performance, staging)
    return performance


def place_anew(performance: Performance, space: Space, staging: Staging) -> None:
    """Give a performance another space, plan or time: its old hours are free, prices stay where zones do.

    Only for what nobody has booked; who calls has made sure of it under a lock.

    Raises:
        SpaceOccupied, PlanElsewhere: as `stage`.
    """
    _check(space, staging)
    old, performance.occupancy_id = performance.occupancy_id, None
    places = performance.capacity if performance.seating is Seating.PLACES else None
    db.session.flush()
    if old is not None:
        services.release(old)
    _place(performance, space, staging, venues.house_rules())
    performance.sale_closes_at = staging.sale_closes_at or staging.starts_at
    performance.sale_opens_at = staging.sale_opens_at
    db.session.flush()
    _keep_what_fits(performance, places)


def zones_of(plan: SeatingPlan | None) -> list[str]:
    """Return the codes of a plan's zones; places without seats have the one zone ''."""
    return [zone["code"] for zone in plan.drawing["zones"]] if plan else [""]


def _check(space: Space, staging: Staging) -> None:
    if staging.plan is None:
        return
    if staging.plan.space_id != space.id:
        raise PlanElsewhere(space=space)
    priced = {zone for _, zone, _ in staging.prices}
    for zone in zones_of(staging.plan) if staging.published_at else ():
        if zone not in priced:
            raise ZoneUnpriced(zone=zone)


def hours_of(production: Production, staging: Staging, house: HouseRules) -> Range[datetime]:
    """Return from get-in to get-out: how long a performance has its space.

    Raises:
        LengthUnknown: nobody has said how long the production is.
    """
    return Range(
        staging.starts_at - _or(staging.get_in, house.get_in_minutes),
        _ends_at(production, staging) + _or(staging.get_out, house.get_out_minutes),
    )


def _ends_at(production: Production, staging: Staging) -> datetime:
    return staging.starts_at + timedelta(minutes=_length(production))


def _place(performance: Performance, space: Space, staging: Staging, house: HouseRules) -> None:
    """Take the space from get-in to get-out, and say when and how people sit there."""
    during = hours_of(performance.production, staging, house)
    ends_at = _ends_at(performance.production, staging)
    performance.occupancy_id = services.occupy(space, during, Use.PERFORMANCE).id
    performance.capacity = _capacity(space, staging)
    performance.space, performance.plan = space, staging.plan
    performance.seating = staging.seating
    performance.starts_at, performance.ends_at = staging.starts_at, ends_at
    performance.doors_at = staging.starts_at - _or(staging.doors, house.doors_minutes)


def _length(production: Production) -> int:
    minutes = working_minutes(production)
    if not minutes:
        raise LengthUnknown
    return minutes


def _or(said: timedelta | None, minutes: int) -> timedelta:
    return timedelta(minutes=minutes) if said is None else said


def _keep_what_fits(performance: Performance, places: int | None) -> None:
    """Drop prices and quotas of zones that are no more; `places` there were follow the capacity."""
    zones = zones_of(performance.plan)
    of_it, quotas = Price.performance_id == performance.id, Quota.performance_id == performance.id
    db.session.execute(delete(Price).where(of_it, Price.zone.not_in(zones)))
    db.session.execute(
        delete(Quota).where(quotas, Quota.scope == Scope.ZONE, Quota.zone.not_in(zones))
    )
    db.session.execute(
        delete(Quota).where(quotas, Quota.scope == Scope.HOUSE, Quota.seats == places)
    )
    if performance.seating is Seating.PLACES:
        cap_house(performance)


def cap_house(performance: Performance) -> None:
    """See that places without seats are counted against the house: at most its capacity."""
    of_house = (Quota.performance_id == performance.id, Quota.scope == Scope.HOUSE)
    found = db.session.scalars(select(Quota).where(*of_house)).one_or_none()
    if found is None:
        found = Quota(performance_id=performance.id, scope=Scope.HOUSE, seats=performance.capacity)
        db.session.add(found)
    found.seats = min(found.seats, performance.capacity)
    db.session.flush()


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
