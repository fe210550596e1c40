"""Putting a package together, pricing it, and putting it on sale: the programme's desk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.clock import SHANGHAI
from palace.db import db
from palace.desk.services.staging import check_seen, only_changed
from palace.errors import BadInput, NotFound
from palace.members.services import note
from palace.money import Fen, yuan_of
from palace.packages import claims, queries, rules
from palace.packages.errors import (
    BelowTaken,
    Dearer,
    NoPrices,
    NoTicketsThere,
    ShowNotPublished,
    TierMissing,
    told,
)
from palace.programme.models import Package, PackagePrice, PackageShow, Performance, Tier
from palace.programme.queries import zones_sold
from palace.programme.rules import Returns, Seating

Zones = Mapping[int, str | None]
Prices = Mapping[str, Fen | None]
"""What a package costs by the code of a tier; None: not sold in it."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a package is sold: `seats` places, when, how many to a member, whether its shows also singly."""

    name_zh: str
    name_en: str
    seats: int
    seats_per_member: int
    opens_at: datetime
    members_open_at: datetime | None
    closes_at: datetime
    singly: bool
    returns: Returns


def make(terms: Terms, show_ids: Collection[int], sites: Collection[int] | None) -> Package:
    """Put shows together as a draft: the public sees nothing yet.

    Raises:
        ShowsMissing, ShowsOverlap, NoTicketsThere: these do not stand together.
        NotFound: one is not of these houses, over, or called off.
    """
    offered = {show.id: show for show in queries.to_choose(sites)}
    shows = [_offered(offered, show_id) for show_id in sorted(set(show_ids))]
    rules.check_shows(shows)
    package = Package(**asdict(terms), published_at=None)
    db.session.add(package)
    db.session.flush()
    db.session.add_all(
        PackageShow(package_id=package.id, performance_id=show.id, zone=None) for show in shows
    )
    db.session.flush()
    note("package_made", subject(package.id), after=values(package))
    return package


def _offered(offered: Mapping[int, Performance], show_id: int) -> Performance:
    if show_id in offered:
        return offered[show_id]
    found = db.session.get(Performance, show_id)
    if found is not None and found.seating is Seating.OPEN:
        raise NoTicketsThere(**told(found))
    raise NotFound


def subject(package_id: int) -> str:
    """Return what a package is called in the audit."""
    return f"package:{package_id}"


def values(package: Package) -> dict[str, str]:
    """Return what a package's form changes, as texts: what moved since is found by them."""
    opens = {
        name: instant.astimezone(SHANGHAI).isoformat() if instant else ""
        for name in ("opens_at", "members_open_at", "closes_at")
        for instant in [getattr(package, name)]
    }
    told_zones = " ".join(zone or "-" for _, zone in queries.shows(package.id))
    costs = " ".join(f"{price.code}:{yuan_of(price.total)}" for price in queries.prices(package.id))
    return {
        "name_zh": package.name_zh,
        "name_en": package.name_en,
        "seats": str(package.seats),
        "seats_per_member": str(package.seats_per_member),
        **opens,
        "singly": "1" if package.singly else "",
        "returns": package.returns.value,
        "zones": told_zones,
        "prices": costs,
    }


def change(
    package_id: int, terms: Terms, zones: Sequence[str | None], prices: Prices, *, seen: str
) -> bool:
    """Change how a package is sold; return whether anything is otherwise now. What is sold stays sold.

    Args:
        zones: from which zone the places of each show are, in the order of the shows' starts.
        prices: what the package costs in each tier.

    Raises:
        ChangedMeanwhile: somebody else changed it since `seen`.
        BelowTaken, Dearer, TierMissing, NoPrices: it cannot be sold like this.
        BadInput: a zone is not of the show.
    """
    package = claims.lock(package_id)
    before = values(package)
    check_seen(seen, before)
    taken = queries.taken(package.id)
    if terms.seats < taken:
        raise BelowTaken(taken=taken)
    for name, value in asdict(terms).items():
        setattr(package, name, value)
    db.session.flush()
    _set_zones(package.id, zones)
    _set_prices(package, prices)
    if package.published_at is not None and not queries.prices(package.id):
        raise NoPrices
    was, became = only_changed(before, values(package))
    if became:
        note("package_changed", subject(package.id), before=was, after=became)
    return bool(became)


def _set_zones(package_id: int, zones: Sequence[str | None]) -> None:
    shows, known = queries.shows(package_id), queries.zones_at(package_id)
    if len(zones) != len(shows):
        raise BadInput
    for (show, _), zone in zip(shows, zones, strict=True):
        if zone and zone not in known.get(show.id, ()):
            raise BadInput
        of_show = (PackageShow.package_id == package_id, PackageShow.performance_id == show.id)
        db.session.execute(update(PackageShow).where(*of_show).values(zone=zone or None))


def _set_prices(package: Package, prices: Prices) -> None:
    """Write each tier's parts, spread anew over the shows as they cost singly now."""
    mine = PackagePrice.package_id == package.id
    db.session.execute(delete(PackagePrice).where(mine))
    singly, shows = queries.singly(package.id), queries.shows(package.id)
    for tier in db.session.scalars(select(Tier).where(Tier.code.in_(list(prices)))):
        total = prices[tier.code]
        if total is None:
            continue
        costs = singly.get(tier.id, {})
        for show, zone in shows:
            _check_sold(tier, show, zone, costs)
        most = Fen(sum(costs.values()))
        if total > most:
            raise Dearer(tier=tier, most=yuan_of(most))
        rows = [
            {
                "package_id": package.id,
                "performance_id": show_id,
                "tier_id": tier.id,
                "amount": part,
            }
            for show_id, part in rules.spread(total, costs).items()
        ]
        db.session.execute(insert(PackagePrice).values(rows))


def _check_sold(tier: Tier, show: Performance, zone: str | None, costs: Mapping[int, Fen]) -> None:
    """Refuse a tier that a show does not sell in the zone, or in each of its zones where any may be had."""
    wanted = {zone} if zone else zones_sold(show.id)
    if show.id not in costs or not wanted <= zones_sold(show.id, tier.id):
        raise TierMissing(tier=tier, **told(show))


def publish(package_id: int) -> Package:
    """Let the public see a package; repeating changes nothing.

    Raises:
        ShowNotPublished, NoPrices, ShowsOverlap: it is not ready.
    """
    package = claims.lock(package_id)
    if package.published_at is not None:
        return package
    shows = [show for show, _ in queries.shows(package.id)]
    for show in shows:
        if show.published_at is None or show.cancelled_at is not None:
            raise ShowNotPublished(**told(show))
    rules.check_shows(shows)
    if not queries.prices(package.id):
        raise NoPrices
    package.published_at = clock.now()
    db.session.flush()
    note("package_published", subject(package.id))
    return package


def withdraw(package_id: int) -> Package:
    """Take a package off sale: what is sold stays sold, its shows are sold singly again."""
    package = claims.lock(package_id)
    if package.published_at is not None:
        package.published_at = None
        db.session.flush()
        note("package_withdrawn", subject(package.id))
    return package
