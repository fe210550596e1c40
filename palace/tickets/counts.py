"""The parts of the statement of the terms: prices, tiers, what a person has, what is open to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ScalarSelect,
    Text,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from palace.clock import Instant, month_of
from palace.members.models import Grant, Unit
from palace.members.queries import grant_holds
from palace.programme.models import (
    Opening,
    Package,
    PackageShow,
    Performance,
    Price,
    Quota,
    Tier,
)
from palace.programme.rules import Scope
from palace.strikes.models import Strike
from palace.tickets.kept import live, promised
from palace.tickets.models import Claim, Waitlist
from palace.venues.models import HouseRules

PERFORMANCE = bindparam("performance_id", type_=BigInteger)
MEMBER = bindparam("member_id", type_=BigInteger)
UNIT = bindparam("unit_id", type_=BigInteger)
OFFERED = bindparam("offered", type_=Text)
CLOCK = select(func.palace_clock(type_=DateTime(timezone=True)).label("now")).cte("clock")
NOW = select(CLOCK.c.now).scalar_subquery()
MINE = (Claim.performance_id == PERFORMANCE, Claim.member_id == MEMBER, live(NOW))


def free_used_of(
    member_id: ColumnElement[int], month: Instant, lives: ColumnElement[bool]
) -> ScalarSelect[int]:
    """Return how many free tickets of a month a member has."""
    show = aliased(Performance)  # looked up by claim: a join began with all shows
    there = (show.id == Claim.performance_id, show.cancelled_at.is_(None))
    starts_at = select(show.starts_at).where(*there).scalar_subquery()
    return (
        select(func.count())
        .select_from(Claim)
        .join(Tier, Tier.id == Claim.tier_id)
        .where(Claim.member_id == member_id, lives, Tier.monthly)
        .where(month_of(starts_at) == month_of(month))
        .scalar_subquery()
    )


def _held() -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(*MINE, Claim.tier_id == Tier.id)
        .correlate(Tier)
        .scalar_subquery()
    )


def _taken() -> ScalarSelect[int]:
    """Return how much of a tier is somebody else's: sold or held, or promised to who is not this member."""
    granted = select(Grant.id).where(
        Grant.member_id == MEMBER, Grant.opens == Claim.kept_for, grant_holds(PERFORMANCE, NOW)
    )
    others = Claim.kept_for.is_distinct_from(OFFERED) & ~granted.correlate(Claim).exists()
    of_tier = or_(
        live(NOW) & (Claim.tier_id == Tier.id),
        promised(NOW) & (Claim.kept_tier_id == Tier.id) & others,
    )
    counted = select(func.count()).where(Claim.performance_id == PERFORMANCE, of_tier)
    return counted.correlate(Tier).scalar_subquery()


def only_in() -> ScalarSelect[int]:
    """Return the package a show is only sold in; NULL where it is sold by itself too."""
    return (
        select(func.min(Package.id))
        .join(PackageShow, PackageShow.package_id == Package.id)
        .where(
            PackageShow.performance_id == PERFORMANCE,
            Package.published_at.is_not(None),
            ~Package.singly,
        )
        .scalar_subquery()
    )


def prices() -> ScalarSelect[Any]:
    """Return zone, tier and amount of each price, cheapest first."""
    priced = (
        select(Price.zone, Price.tier_id, Price.amount)
        .where(Price.performance_id == PERFORMANCE)
        .order_by(Price.amount, Price.id)
        .subquery()
    )
    return select(func.json_agg(func.json_build_array(*priced.c))).scalar_subquery()


def tiers(columns: Sequence[str]) -> ScalarSelect[Any]:
    """Return these columns of each tier that has a price, with its quota, its claims and the member's."""
    of_tier = (Quota.performance_id == PERFORMANCE) & (Quota.scope == Scope.TIER)
    sold = (
        select(
            *(getattr(Tier, name) for name in columns),
            Quota.seats.label("quota"),
            case((Quota.seats.is_not(None), _taken()), else_=0).label("taken"),
            _held().label("held"),
        )
        .outerjoin(Quota, of_tier & (Quota.tier_id == Tier.id))
        .where(Tier.id.in_(select(Price.tier_id).where(Price.performance_id == PERFORMANCE)))
        .subquery()
    )
    return select(func.json_agg(func.row_to_json(sold.table_valued()))).scalar_subquery()


def early() -> ScalarSelect[Any]:
    """Return the earliest opening for all members or for a union the member is in, at any height."""
    path = select(Unit.id, Unit.parent_id).where(Unit.id == UNIT).cte("path", recursive=True)
    higher = select(Unit.id, Unit.parent_id).join(path, Unit.id == path.c.parent_id)
    path = path.union_all(higher)
    fits = or_(Opening.unit_id.is_(None), Opening.unit_id.in_(select(path.c.id)))
    earliest = select(func.min(Opening.opens_at))
    return earliest.where(Opening.performance_id == PERFORMANCE, fits).scalar_subquery()


def grants() -> ScalarSelect[Any]:
    """Return kind, key, seats, how many are taken, and the tier of each grant of the member that holds."""
    by_it = select(func.count()).where(*MINE, Claim.kept_for == Grant.opens)
    taken = case((Grant.seats.is_not(None), by_it.correlate(Grant).scalar_subquery()), else_=0)
    granted = func.json_build_array(Grant.kind, Grant.opens, Grant.seats, taken, Grant.tier_id)
    return (
        select(func.json_agg(granted))
        .where(Grant.member_id == MEMBER, grant_holds(PERFORMANCE, NOW))
        .scalar_subquery()
    )


def strikes() -> ScalarSelect[Any]:
    """Return when the member's strikes happened, where the house counts them."""
    counts = HouseRules.strikes_to_bar > 0
    missed = select(func.array_agg(Strike.happened_at)).where(
        Strike.member_id == MEMBER, Strike.forgiven_at.is_(None), counts
    )
    return missed.correlate(HouseRules).scalar_subquery()


def looked_at() -> ScalarSelect[Any]:
    """Return when what is free was last offered to who waits; NULL where nobody waits."""
    waited_for = (Waitlist.performance_id == PERFORMANCE, Waitlist.waiting > 0)
    return select(Waitlist.looked_at).where(*waited_for).scalar_subquery()
