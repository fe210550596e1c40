"""What is on, and how much of it is left; never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, DateTime, bindparam, func, select

from palace.clock import palace_day
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Unit
from palace.money import FREE, Fen
from palace.programme.models import Opening, Performance, Price, Production, Tier
from palace.programme.rules import (
    Audience,
    Listed,
    Place,
    Priced,
    Seating,
    Shown,
    Stage,
    Work,
    few_places,
    shown,
)
from palace.review.queries import open_revision
from palace.statements import execute
from palace.venues.models import Space
from palace.venues.queries import modes, spaces_at
from palace.venues.rules import Mode

Part = TypeVar("Part")
WEEK = timedelta(weeks=1)
ID = bindparam("id", type_=BigInteger)
IDS = bindparam("ids", type_=ARRAY(BigInteger))
SINCE = bindparam("since", type_=DateTime(timezone=True))
UNTIL = bindparam("until", type_=DateTime(timezone=True))
OWN = [part.name for part in fields(Listed) if part.name not in {"production", "space"}]
EARLY = (
    select(func.min(Opening.opens_at)).where(Opening.performance_id == Performance.id)
).scalar_subquery()
STAGES = (
    select(Opening.audience, Opening.unit_id, Unit.name_zh.label("unit"), Opening.opens_at)
    .outerjoin(Unit, Unit.id == Opening.unit_id)
    .where(Opening.performance_id == ID)
    .order_by(Opening.opens_at, Opening.id)
)
LISTED = (
    select(
        *(EARLY if name == "early_opens_at" else getattr(Performance, name) for name in OWN),
        *(getattr(Production, name) for name in Work.__annotations__),
        *(getattr(Space, name) for name in Place.__annotations__),
    )
    .join_from(Performance, Production)
    .join(Space, Space.id == Performance.space_id)
    .where(Performance.published_at.is_not(None))
    .order_by(Performance.starts_at, Performance.id)
)
ONE = LISTED.where(Performance.id == ID)
ON = LISTED.where(Performance.ends_at > SINCE, Performance.starts_at < UNTIL)
OF_PRODUCTION = LISTED.where(Performance.production_id == ID, Performance.ends_at > SINCE)
PRICES = (
    select(Price.performance_id, Tier.code, Price.zone, Price.amount)
    .join(Tier, Tier.id == Price.tier_id)
    .where(Price.performance_id == func.any(IDS))
    .order_by(Price.amount, Price.id)
)


@dataclass(frozen=True, kw_only=True)
class Stub:
    """A performance as programme pages show it, its prices cheapest first.

    `siblings` are the same day's other entry times.
    """

    performance: Listed
    shown: Shown
    left: int
    prices: Sequence[Priced]
    siblings: list[Stub] = field(default_factory=list, compare=False)

    def __hash__(self) -> int:
        """Return a hash that is quick to make."""
        return hash((self.performance.id, self.shown, self.left))

    @property
    def tiers(self) -> list[tuple[str, Fen]]:
        """Return each tier's code once with its lowest price, cheapest first, as the prices stand."""
        lowest: dict[str, Fen] = {}
        for price in self.prices:
            lowest.setdefault(price.tier, price.amount)
        return list(lowest.items())

    @property
    def lowest(self) -> Fen | None:
        """Return the lowest price; None where no ticket is needed."""
        return self.prices[0].amount if self.prices else None

    @property
    def is_free(self) -> bool:
        """Return whether somebody may come for nothing."""
        return self.lowest in (None, FREE)


@dataclass(frozen=True, kw_only=True)
class Programme:
    """Performances with their prices and the places nobody can book, by performance, as they were read."""

    found: Sequence[Listed]
    prices: Mapping[int, Sequence[Priced]]
    taken: Mapping[int, int]
    few_left_percent: int


def listed(performance_id: int) -> Listed:
    """Return a performance the public may see.

    Raises:
        NotFound: unknown or not published.
    """
    found = execute(ONE, {"id": performance_id})
    if not found:
        raise NotFound
    return _listed(found)[0]


def stages(performance_id: int) -> list[Stage]:
    """Return the openings of a performance before the public one, the earliest first."""
    return [
        Stage(
            audience=Audience(row.audience),
            unit_id=row.unit_id,
            unit=row.unit,
            opens_at=row.opens_at,
        )
        for row in execute(STAGES, {"id": performance_id})
    ]


def production(production_id: int) -> Production:
    """Return a production that has a published performance.

    Raises:
        NotFound: unknown, or nothing of it is published.
    """
    wanted = select(Production).join(Performance).where(Production.id == production_id)
    found = db.session.scalars(wanted.where(Performance.published_at.is_not(None)).limit(1)).first()
    if found is None:
        raise NotFound
    return found


def working_title(production: Production) -> tuple[str, str]:
    """Return a production's title in Chinese and English; of one never reviewed, what waits for it."""
    if production.title_zh:
        return production.title_zh, production.title_en
    waiting = open_revision(f"production:{production.id}")
    fields = waiting.fields if waiting else {}
    return fields.get("title_zh") or "", fields.get("title_en") or ""


def working_minutes(production: Production) -> int:
    """Return how long a production is; of one never reviewed, what waits for it; 0: nobody has said."""
    if production.minutes:
        return production.minutes
    waiting = open_revision(f"production:{production.id}")
    return int((waiting.fields if waiting else {}).get("minutes") or 0)


def performances(*, since: datetime, until: datetime) -> list[Listed]:
    """Return published performances that end after `since` and start before `until`, by start."""
    return _listed(execute(ON, {"since": since, "until": until}))


def performances_of(production_id: int, since: datetime) -> list[Listed]:
    """Return the published performances of a production that end after `since`, by start."""
    return _listed(execute(OF_PRODUCTION, {"id": production_id, "since": since}))


def unpublished(now: datetime, spaces: Collection[int] | None) -> tuple[int, int, datetime | None]:
    """Return how many coming performances are drafts, how many of them are within a week, and the first.

    `spaces`: only there; None: anywhere.
    """
    soon = Performance.starts_at <= now + WEEK
    wanted = select(func.count(), func.count().filter(soon), func.min(Performance.starts_at)).where(
        Performance.published_at.is_(None),
        Performance.cancelled_at.is_(None),
        Performance.starts_at > now,
    )
    if spaces is not None:
        wanted = wanted.where(Performance.space_id.in_(spaces))
    drafts, within_a_week, first = db.session.execute(wanted).one()
    return drafts, within_a_week, first


def _part(kind: type[Part], values: Sequence[Any]) -> Part:
    return kind(**dict(zip(kind.__annotations__, values, strict=True)))


def _listed(rows: Iterable[Sequence[Any]]) -> list[Listed]:
    """Return rows of LISTED as performances; those of one production share it."""
    works: dict[int, Work] = {}
    places: dict[int, Place] = {}
    found = []
    middle, end = len(OWN), len(OWN) + len(Work.__annotations__)
    for row in rows:
        own = dict(zip(OWN, row[:middle], strict=True))
        work = works.setdefault(row[middle], _part(Work, row[middle:end]))
        place = places.setdefault(row[end], _part(Place, row[end:]))
        found.append(Listed(**own, production=work, space=place))
    return found


def prices(performance_ids: Iterable[int]) -> dict[int, list[Priced]]:
    """Return the prices of performances, by performance, cheapest first."""
    found: dict[int, list[Priced]] = defaultdict(list)
    for performance_id, tier, zone, amount in execute(PRICES, {"ids": list(performance_ids)}):
        found[performance_id].append(Priced(tier=tier, zone=zone, amount=amount))
    return found


def stubs(read: Programme, now: datetime) -> list[Stub]:
    """Return what was read as it stands at `now`, as stubs."""
    return [_stub(performance, read, now) for performance in read.found]


def _stub(performance: Listed, read: Programme, now: datetime) -> Stub:
    left = max(0, performance.capacity - read.taken.get(performance.id, 0))
    state = shown(
        now=now,
        starts_at=performance.starts_at,
        ends_at=performance.ends_at,
        opens_at=performance.sale_opens_at,
        closes_at=performance.sale_closes_at,
        cancelled=performance.cancelled_at is not None,
        ticketed=performance.seating is not Seating.OPEN,
        left=left,
        few=few_places(performance.capacity, read.few_left_percent),
        stopped=modes().of(performance.space.id).mode is Mode.STOPPED,
    )
    prices = read.prices.get(performance.id, ())
    return Stub(performance=performance, shown=state, left=left, prices=prices)


def by_entry(found: Iterable[Stub]) -> list[Stub]:
    """Return stubs with the timed entries of one exhibition day gathered under the first."""
    first: dict[tuple[object, ...], Stub] = {}
    for stub in found:
        shown_as = stub.performance
        key: tuple[object, ...] = (shown_as.id,)
        if shown_as.production.kind == "exhibition":
            day = palace_day(shown_as.starts_at)
            key = (shown_as.production.id, shown_as.space.id, day)
        if key in first:
            first[key].siblings.append(stub)
        else:
            first[key] = stub
    return list(first.values())


def performance_at(performance_id: int, sites: Collection[int] | None) -> Performance:
    """Return a performance of these houses (None: of all), published or not, read anew.

    Raises:
        NotFound: there is none, or it is another house's.
    """
    found = db.session.get(Performance, performance_id, populate_existing=True)
    if found is None or (sites is not None and found.space_id not in spaces_at(sites)):
        raise NotFound
    return found


def tiers_sold(performance_id: int) -> Sequence[Tier]:
    """Return the tiers a performance is sold in, the cheapest first."""
    sold = (
        select(Tier)
        .join(Price, Price.tier_id == Tier.id)
        .where(Price.performance_id == performance_id)
        .group_by(Tier.id)
        .order_by(func.min(Price.amount), Tier.id)
    )
    return db.session.scalars(sold).all()


def zones_sold(performance_id: int, tier_id: int | None = None) -> set[str]:
    """Return the zones of a performance that are sold, in one tier or in any."""
    wanted = select(Price.zone).where(Price.performance_id == performance_id)
    if tier_id is not None:
        wanted = wanted.where(Price.tier_id == tier_id)
    return set(db.session.scalars(wanted))
