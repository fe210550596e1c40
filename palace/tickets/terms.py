"""What holds for one person at one performance at one instant: one statement, plain values, no ORM."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import DateTime, Select, bindparam, func, select

from palace.clock import palace_day
from palace.db import table_of
from palace.errors import NotFound
from palace.members.rules import Known, Standing
from palace.money import Fen
from palace.programme.models import Performance, Production, Quota, Tier
from palace.programme.rules import IdentityPolicy, Qualifies, SeatChoice, Timed, opening
from palace.statements import Question, execute
from palace.strikes.rules import Ladder
from palace.tickets import counts
from palace.tickets.counts import MEMBER, NOW, PERFORMANCE, free_used_of
from palace.tickets.keeping import Held, Opened, opened_by, tiers_opened
from palace.tickets.kept import live
from palace.tickets.rules import Offer, room_of
from palace.venues.models import HouseRules, Site, Space
from palace.venues.queries import HEAD

HEADS = table_of(Site).alias()
NOBODY = {"member_id": None, "unit_id": None}


@dataclass(frozen=True, kw_only=True)
class Show(Timed):
    """A performance as selling reads it, with its production's title and where it is.

    `only_package_id`: the package it is only sold in.
    """

    space_id: int
    plan_id: int | None
    has_quotas: bool
    seats_per_member: int
    gifts_per_ticket: int
    identity_policy: IdentityPolicy
    one_per_identity: bool
    no_single_gap: bool
    choice: SeatChoice
    only_package_id: int | None
    ladder_id: int | None
    title_zh: str
    title_en: str
    site_zh: str
    site_en: str
    space_zh: str
    space_en: str


@dataclass(frozen=True, kw_only=True)
class House:
    """The house rules that selling reads."""

    free_per_month: int
    few_left_percent: int
    hold_minutes: int
    hold_minutes_large_text: int
    strikes_to_bar: int
    strike_within_days: int
    bar_days: int

    @property
    def ladder(self) -> Ladder:
        """Return what strikes lead to here."""
        return Ladder(
            strikes=self.strikes_to_bar,
            within_days=self.strike_within_days,
            bar_days=self.bar_days,
        )


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


def names_of(kind: type[Any]) -> tuple[str, ...]:
    """Return what the parts of a plain value are called."""
    return tuple(part.name for part in fields(kind))


Part = TypeVar("Part", Show, House)
PARTS: Mapping[type[Any], tuple[str, ...]] = {kind: names_of(kind) for kind in (Show, House)}
TIER_COLUMNS = [name for name in names_of(SoldTier) if hasattr(Tier, name)]
NAMES: dict[str, Any] = {
    "only_package_id": counts.only_in(),
    "title_zh": Production.title_zh,
    "title_en": Production.title_en,
    "site_zh": Site.name_zh,
    "site_en": Site.name_en,
    "space_zh": Space.name_zh,
    "space_en": Space.name_en,
    "has_quotas": select(Quota.id).where(Quota.performance_id == PERFORMANCE).exists(),
}
SHOW_COLUMNS = [
    (NAMES[name] if name in NAMES else getattr(Performance, name)).label(name)
    for name in names_of(Show)
]
SHOW = (
    select(*SHOW_COLUMNS)
    .join_from(Performance, Production)
    .join(Space, Space.id == Performance.space_id)
    .join(Site, Site.id == Space.site_id)
    .where(Performance.id == PERFORMANCE)
)
SHOW_NOW = SHOW.add_columns(func.palace_clock(type_=DateTime(timezone=True)).label("now"))


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for one person at one performance at one instant: the rules decide on this.

    `opens_at` is the earliest opening that fits the person.
    """

    show: Show
    house: House
    offers: Sequence[Offer]
    held: int
    opens_at: datetime
    opened: Opened
    now: datetime
    strike_days: Sequence[date] = ()
    as_of: datetime | None = None

    @property
    def free_since(self) -> datetime:
        """Return the instant at which a place must have been free: people who wait come first after it."""
        return self.as_of or self.now

    @property
    def is_open(self) -> bool:
        """Return whether the person's opening has come; before it only `opened.early` seats are theirs."""
        return self.now >= self.opens_at


def terms_of(
    member: Known | None,
    performance_id: int,
    *,
    at_counter: bool = False,
    offered: str | None = None,
) -> Terms:
    """Return what holds for a member, or a stranger, at a performance, in one statement.

    `at_counter`: staff act for a member who came in person. `offered`: the key of places that they were
    offered, which quotas count as taken from others only.

    Raises:
        NotFound: there is no such performance, or it is not published.
    """
    found = execute(*asking(member, performance_id, offered=offered))
    return terms_in(found, member, at_counter=at_counter)


def asking(member: Known | None, performance_id: int, *, offered: str | None = None) -> Question:
    """Return the statement for `terms_in`; its counts are true for a member locked before."""
    whose = {"member_id": member.id, "unit_id": member.unit_id} if member else NOBODY
    return TERMS, {"performance_id": performance_id, "offered": offered, **whose}


def terms_in(found: Sequence[Any], member: Known | None, *, at_counter: bool = False) -> Terms:
    """Return what `terms_of` does, given what `asking` was answered with."""
    if not found:
        raise NotFound
    row = found[0]
    house, now = _part(House, row), row.now.astimezone(UTC)
    valid = member is not None and member.standing(palace_day(now)) is Standing.VALID
    amounts: dict[int, dict[str, Fen]] = defaultdict(dict)
    for zone, tier_id, amount in row.prices or ():
        amounts[tier_id][zone] = amount
    tiers = {tier["id"]: SoldTier(**tier) for tier in row.tiers or ()}
    monthly_left = house.free_per_month - row.free_used if member else None
    grants = [_held(grant) for grant in row.grants or ()]
    by_grant = tiers_opened(grants)
    return Terms(
        show=_part(Show, row),
        house=house,
        offers=[
            _offer(
                tiers[tier_id],
                by_zone,
                valid=valid,
                monthly_left=monthly_left,
                granted=by_grant[tier_id],
            )
            for tier_id, by_zone in amounts.items()
        ],
        held=row.held,
        opens_at=opening(row.sale_opens_at, row.early, valid=valid),
        opened=opened_by(grants, at_counter=at_counter),
        now=now,
        strike_days=[palace_day(missed) for missed in row.strikes or ()],
        as_of=row.as_of and row.as_of.astimezone(UTC),
    )


def _held(grant: Sequence[Any]) -> Held:
    kind, key, seats, taken, tier = grant
    return Held(kind=kind, key=key, seats=seats, taken=taken, tier=tier)


def show_now(performance_id: int) -> tuple[Show, datetime]:
    """Return a performance that is there, published or not, and the clock (UTC): read after the last lock."""
    row = execute(SHOW_NOW, {"performance_id": performance_id})[0]
    return _part(Show, row), row.now.astimezone(UTC)


def _part(kind: type[Part], row: Any) -> Part:
    return kind(**{name: getattr(row, name) for name in PARTS[kind]})


def _offer(
    tier: SoldTier,
    amounts: Mapping[str, Fen],
    *,
    valid: bool,
    monthly_left: int | None,
    granted: int,
) -> Offer:
    theirs = _is_for(tier.qualifies, valid=valid)
    left = None if tier.quota is None else max(0, tier.quota - tier.taken)
    month = monthly_left if tier.monthly else None
    return Offer(
        tier=tier,
        amounts=amounts,
        qualifies=theirs or granted > 0,
        room=room_of(
            cap=tier.cap,
            held=tier.held,
            monthly_left=month,
            quota_left=left,
            granted=None if theirs else granted,
        ),
        left=left,
    )


def _is_for(qualifies: str, *, valid: bool) -> bool:
    """Return whether a tier is somebody's by what they are; a code's tier is nobody's by that."""
    return qualifies == Qualifies.ANYONE or (qualifies == Qualifies.MEMBER and valid)


def free_used(member_id: int, instant: datetime) -> int:
    """Return how many free tickets a member holds or owns, at an instant, for the shows of its month."""
    return int(execute(FREE_USED, {"member_id": member_id, "instant": instant})[0][0])


def _terms() -> Select[Any]:
    """Return the statement of `terms_of`: every count by the clock it reads."""
    return (
        SHOW.add_columns(
            NOW.label("now"),
            *(getattr(HouseRules, name) for name in names_of(House)),
            counts.prices().label("prices"),
            counts.tiers(TIER_COLUMNS).label("tiers"),
            select(func.count()).where(*counts.MINE).scalar_subquery().label("held"),
            free_used_of(MEMBER, Performance.starts_at, live(NOW)).label("free_used"),
            counts.early().label("early"),
            counts.grants().label("grants"),
            counts.strikes().label("strikes"),
            counts.looked_at().label("as_of"),
        )
        .join(HouseRules, HouseRules.site_id.in_(select(HEADS.c.id).where(HEADS.c.kind == HEAD)))
        .where(Performance.published_at.is_not(None))
    )


INSTANT = bindparam("instant", type_=DateTime(timezone=True))
FREE_USED = select(free_used_of(MEMBER, INSTANT, live(INSTANT)))
TERMS = _terms()
