"""What holds for one person at one performance at one instant, read in one statement for the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ScalarSelect,
    Select,
    bindparam,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased, defaultload, load_only

from palace.clock import Instant, month_of, palace_day
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Grant, Member
from palace.members.queries import grant_holds
from palace.members.rules import Standing
from palace.money import Fen
from palace.programme.models import Performance, Price, Quota, Tier
from palace.programme.rules import Qualifies, Scope
from palace.tickets.claims import live
from palace.tickets.models import Claim
from palace.tickets.rules import OPENS, Offer, room_of
from palace.venues.models import HouseRules, Site, Space
from palace.venues.queries import HEAD

PERFORMANCE = bindparam("performance_id", type_=BigInteger)
MEMBER = bindparam("member_id", type_=BigInteger)
CLOCK = select(func.palace_clock(type_=DateTime(timezone=True)).label("now")).cte("clock")
NOW = select(CLOCK.c.now).scalar_subquery()


@dataclass(frozen=True, kw_only=True)
class SoldTier:
    """A tier's row as one performance sells it: its quota there, its live claims and the member's own."""

    id: int
    code: str
    name_zh: str
    name_en: str
    proof_zh: str
    proof_en: str
    fund: str | None
    qualifies: str
    cap: int | None
    monthly: bool
    quota: int | None
    taken: int
    held: int


TIER_COLUMNS = [name for name in SoldTier.__annotations__ if hasattr(Tier, name)]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for one person at one performance at one instant: the rules decide on this."""

    performance: Performance
    house: HouseRules
    offers: Sequence[Offer]
    held: int
    opened: frozenset[str]
    now: datetime


def terms_of(member: Member | None, performance_id: int) -> Terms:
    """Return what holds for a member, or a stranger, at a performance, in one statement.

    Its counts are true for a member whose lock was taken before.

    Raises:
        NotFound: there is no such performance, or it is not published.
    """
    asked = {"performance_id": performance_id, "member_id": member.id if member else None}
    row = db.session.execute(TERMS, asked).first()
    if row is None:
        raise NotFound
    now = row.now.astimezone(UTC)
    valid = member is not None and member.standing(palace_day(now)) is Standing.VALID
    amounts: dict[int, dict[str, Fen]] = defaultdict(dict)
    for zone, tier_id, amount in row.prices or ():
        amounts[tier_id][zone] = amount
    tiers = {tier["id"]: SoldTier(**tier) for tier in row.tiers or ()}
    monthly_left = row.HouseRules.free_per_month - row.free_used if member else None
    return Terms(
        performance=row.Performance,
        house=row.HouseRules,
        offers=[
            _offer(tiers[tier_id], by_zone, valid=valid, monthly_left=monthly_left)
            for tier_id, by_zone in amounts.items()
        ],
        held=row.held,
        opened=frozenset(OPENS[kind] for kind in row.grants or ()),
        now=now,
    )


def _offer(
    tier: SoldTier, amounts: Mapping[str, Fen], *, valid: bool, monthly_left: int | None
) -> Offer:
    left = None if tier.quota is None else max(0, tier.quota - tier.taken)
    month = monthly_left if tier.monthly else None
    return Offer(
        tier=tier,
        amounts=amounts,
        qualifies=tier.qualifies == Qualifies.ANYONE or valid,
        room=room_of(cap=tier.cap, held=tier.held, monthly_left=month, quota_left=left),
        left=left,
    )


def free_used(member_id: int, instant: datetime) -> int:
    """Return how many free tickets a member holds or owns, at an instant, for the shows of its month."""
    return db.session.scalars(select(_free_used(literal(member_id), instant, live(instant)))).one()


def _free_used(
    member_id: ColumnElement[int], month: Instant, lives: ColumnElement[bool]
) -> ScalarSelect[int]:
    show = aliased(Performance)
    return (
        select(func.count())
        .select_from(Claim)
        .join(Tier, Tier.id == Claim.tier_id)
        .join(show, show.id == Claim.performance_id)
        .where(Claim.member_id == member_id, lives, Tier.monthly)
        .where(month_of(show.starts_at) == month_of(month))
        .scalar_subquery()
    )


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    of_tier = (Claim.performance_id == PERFORMANCE, Claim.tier_id == Tier.id, live(NOW))
    return select(func.count()).where(*of_tier, *conditions).correlate(Tier).scalar_subquery()


def _prices() -> ScalarSelect[Any]:
    """Return zone, tier and amount of each price, cheapest first."""
    priced = (
        select(Price.zone, Price.tier_id, Price.amount)
        .where(Price.performance_id == PERFORMANCE)
        .order_by(Price.amount, Price.id)
        .subquery()
    )
    return select(func.json_agg(func.json_build_array(*priced.c))).scalar_subquery()


def _tiers() -> ScalarSelect[Any]:
    """Return what `SoldTier` holds of each tier that has a price."""
    of_tier = (Quota.performance_id == PERFORMANCE) & (Quota.scope == Scope.TIER)
    tiers = (
        select(
            *(getattr(Tier, name) for name in TIER_COLUMNS),
            Quota.seats.label("quota"),
            case((Quota.seats.is_not(None), _count()), else_=0).label("taken"),
            _count(Claim.member_id == MEMBER).label("held"),
        )
        .outerjoin(Quota, of_tier & (Quota.tier_id == Tier.id))
        .where(Tier.id.in_(select(Price.tier_id).where(Price.performance_id == PERFORMANCE)))
        .subquery()
    )
    return select(func.json_agg(func.row_to_json(tiers.table_valued()))).scalar_subquery()


def _terms() -> Select[Any]:
    """Return the statement of `terms_of`: every count by the clock it reads."""
    mine = (Claim.performance_id == PERFORMANCE, Claim.member_id == MEMBER, live(NOW))
    granted = select(func.json_agg(Grant.kind)).where(
        Grant.member_id == MEMBER, grant_holds(PERFORMANCE, NOW)
    )
    return (
        select(
            NOW.label("now"),
            HouseRules,
            Performance,
            _prices().label("prices"),
            _tiers().label("tiers"),
            select(func.count()).where(*mine).scalar_subquery().label("held"),
            _free_used(MEMBER, Performance.starts_at, live(NOW)).label("free_used"),
            granted.scalar_subquery().label("grants"),
        )
        .join(HouseRules, HouseRules.site_id.in_(select(Site.id).where(Site.kind == HEAD)))
        .where(Performance.id == PERFORMANCE, Performance.published_at.is_not(None))
        .options(
            load_only(
                HouseRules.free_per_month,
                HouseRules.few_left_percent,
                HouseRules.hold_minutes,
                HouseRules.hold_minutes_large_text,
            ),
            defaultload(Performance.space, Space.site).load_only(Site.name_zh, Site.name_en),
        )
    )


TERMS = _terms()
