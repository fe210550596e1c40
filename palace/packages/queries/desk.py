"""Packages as the programme's desk puts them together: of which shows, tiers and zones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, func, select

from palace.db import db
from palace.errors import NotFound
from palace.programme.models import (
    Package,
    PackageShow,
    Performance,
    Price,
    Production,
    Tier,
)
from palace.programme.rules import Seating
from palace.venues.models import Space
from palace.venues.queries import spaces_at

NOW = func.palace_clock()
MOST_OFFERED = 200


def at_desk(package_id: int, sites: Collection[int] | None) -> Package:
    """Return a package all of whose shows are in these houses (None: anywhere).

    Raises:
        NotFound: there is none.
    """
    wanted = select(Package).where(Package.id == package_id, *_at(sites))
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def listed_at_desk(sites: Collection[int] | None) -> list[Package]:
    """Return the packages of these houses, the newest first."""
    return list(db.session.scalars(select(Package).where(*_at(sites)).order_by(Package.id.desc())))


def _at(sites: Collection[int] | None) -> list[ColumnElement[bool]]:
    if sites is None:
        return []
    elsewhere = (
        select(PackageShow.package_id)
        .join(Performance, Performance.id == PackageShow.performance_id)
        .join(Space, Space.id == Performance.space_id)
        .where(Space.site_id.not_in(sites))
    )
    return [Package.id.not_in(elsewhere)]


def to_choose(sites: Collection[int] | None) -> list[Performance]:
    """Return the coming shows with tickets in these houses, by start: a package is made of them.

    The entry times of an exhibition are many each day, and none of them is a show to go to together.
    """
    wanted = (
        select(Performance)
        .join(Production, Production.id == Performance.production_id)
        .where(
            Performance.starts_at > NOW,
            Performance.cancelled_at.is_(None),
            Performance.seating != Seating.OPEN,
            Production.kind != "exhibition",
        )
    )
    if sites is not None:
        wanted = wanted.where(Performance.space_id.in_(spaces_at(sites)))
    wanted = wanted.order_by(Performance.starts_at, Performance.id).limit(MOST_OFFERED)
    return list(db.session.scalars(wanted).unique())


def tiers_at(package_id: int) -> Sequence[Tier]:
    """Return the tiers that some show of a package is sold by."""
    of_shows = (
        select(Price.tier_id)
        .join(PackageShow, PackageShow.performance_id == Price.performance_id)
        .where(PackageShow.package_id == package_id)
    )
    return db.session.scalars(select(Tier).where(Tier.id.in_(of_shows)).order_by(Tier.id)).all()


def zones_at(package_id: int) -> Mapping[int, Sequence[str]]:
    """Return the priced zones of each show of a package, by performance."""
    wanted = (
        select(Price.performance_id, Price.zone)
        .join(PackageShow, PackageShow.performance_id == Price.performance_id)
        .where(PackageShow.package_id == package_id)
        .distinct()
        .order_by(Price.performance_id, Price.zone)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for performance_id, zone in db.session.execute(wanted):
        found[performance_id].append(zone)
    return found
