"""What is on, and how much of it is left; never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from palace.clock import palace_day
from palace.db import db
from palace.errors import NotFound
from palace.money import FREE, Fen
from palace.programme.models import Performance, Price, Production, Quota, Tier
from palace.programme.rules import Scope, Seating, Shown, few_places, shown
from palace.venues.models import Space


@dataclass(frozen=True, kw_only=True)
class Stub:
    """A performance as programme pages show it; `siblings` are the same day's other entry times."""

    performance: Performance
    shown: Shown
    left: int
    prices: Sequence[Price]
    siblings: list[Stub] = field(default_factory=list)

    @property
    def tiers(self) -> list[tuple[Tier, Fen]]:
        """Return each tier once with its lowest price, cheapest first."""
        lowest: dict[int, tuple[Tier, Fen]] = {}
        for price in self.prices:
            known = lowest.get(price.tier_id)
            if known is None or price.amount < known[1]:
                lowest[price.tier_id] = (price.tier, price.amount)
        return sorted(lowest.values(), key=lambda tier_and_amount: tier_and_amount[1])

    @property
    def lowest(self) -> Fen | None:
        """Return the lowest price; None where no ticket is needed."""
        return self.tiers[0][1] if self.prices else None

    @property
    def is_free(self) -> bool:
        """Return whether somebody may come for nothing."""
        return self.lowest in (None, FREE)


def published(performance_id: int) -> Performance:
    """Return a performance the public may see.

    Raises:
        NotFound: unknown or not published.
    """
    performance = db.session.get(Performance, performance_id)
    if performance is None or performance.published_at is None:
        raise NotFound
    return performance


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


def performances(
    *,
    since: datetime,
    until: datetime | None = None,
    production_id: int | None = None,
) -> list[Performance]:
    """Return published performances that end after `since` and start before `until`, by start."""
    wanted = (
        select(Performance)
        .join(Performance.production)
        .join(Performance.space)
        .join(Space.site)
        .options(
            contains_eager(Performance.production), contains_eager(Performance.space, Space.site)
        )
        .where(Performance.published_at.is_not(None), Performance.ends_at > since)
        .order_by(Performance.starts_at, Performance.id)
    )
    if until is not None:
        wanted = wanted.where(Performance.starts_at < until)
    if production_id is not None:
        wanted = wanted.where(Performance.production_id == production_id)
    return list(db.session.scalars(wanted))


def prices(performance_ids: Iterable[int]) -> dict[int, list[Price]]:
    """Return the prices of performances, by performance, cheapest first."""
    rows = (
        select(Price)
        .where(Price.performance_id.in_(list(performance_ids)))
        .order_by(Price.amount, Price.id)
    )
    found: dict[int, list[Price]] = defaultdict(list)
    for price in db.session.scalars(rows):
        found[price.performance_id].append(price)
    return found


def tier_quotas(performance_id: int) -> dict[int, int]:
    """Return the seats of each tier's quota at a performance, by tier id."""
    wanted = select(Quota.tier_id, Quota.seats).where(
        Quota.performance_id == performance_id, Quota.scope == Scope.TIER
    )
    return {tier_id: seats for tier_id, seats in db.session.execute(wanted) if tier_id is not None}


def stubs(
    found: Sequence[Performance], taken: Mapping[int, int], few_left_percent: int, now: datetime
) -> list[Stub]:
    """Return performances as stubs; `taken` counts the places nobody can book, by performance."""
    priced = prices(performance.id for performance in found)
    return [
        _stub(
            performance, taken.get(performance.id, 0), priced[performance.id], few_left_percent, now
        )
        for performance in found
    ]


def _stub(
    performance: Performance, taken: int, priced: list[Price], few_left_percent: int, now: datetime
) -> Stub:
    left = max(0, performance.capacity - taken)
    state = shown(
        now=now,
        starts_at=performance.starts_at,
        ends_at=performance.ends_at,
        opens_at=performance.sale_opens_at,
        closes_at=performance.sale_closes_at,
        cancelled=performance.cancelled_at is not None,
        ticketed=performance.seating is not Seating.OPEN,
        left=left,
        few=few_places(performance.capacity, few_left_percent),
    )
    return Stub(performance=performance, shown=state, left=left, prices=priced)


def by_entry(found: Iterable[Stub]) -> list[Stub]:
    """Return stubs with the timed entries of one exhibition day gathered under the first."""
    first: dict[tuple[object, ...], Stub] = {}
    for stub in found:
        shown_as = stub.performance
        entry = (shown_as.production_id, shown_as.space_id, palace_day(shown_as.starts_at))
        key = entry if shown_as.production.kind == "exhibition" else (shown_as.id,)
        if key in first:
            first[key].siblings.append(stub)
        else:
            first[key] = stub
    return list(first.values())
