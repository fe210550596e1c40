"""Packages as members see and have them: their shows, prices, how many are taken, orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import selectinload

from palace.db import db
from palace.errors import NotFound
from palace.money import Fen
from palace.once import read_lately
from palace.packages.rules import Price as PackagedPrice
from palace.programme import queries as programme
from palace.programme.models import (
    Package,
    PackagePrice,
    PackageShow,
    Performance,
    Price,
    Tier,
)
from palace.programme.queries import Programme, Stub
from palace.statements import execute
from palace.tickets.kept import live
from palace.tickets.models import Claim, Order, PackageOrder, Ticket
from palace.tickets.queries import taken_counts
from palace.tickets.rules import OrderState, TicketState
from palace.venues.queries import house_rules

NOW = func.palace_clock()
ON_SALE = (Package.published_at.is_not(None), Package.closes_at > NOW)
FRESH = 1.0  # seconds, as the programme is read
COMING = (
    select(
        Package.id,
        Package.name_zh,
        Package.name_en,
        Package.singly,
        func.array_agg(PackageShow.performance_id).label("shows"),
    )
    .join(PackageShow, PackageShow.package_id == Package.id)
    .where(*ON_SALE)
    .group_by(Package.id)
    .order_by(Package.id)
)


def coming() -> list[Any]:
    """Return id, names, `singly` and shows of each package that is or will be on sale."""
    return execute(COMING, {})


def coming_lately() -> list[Any]:
    """Return what `coming` does: every page of a show or the programme asks, so read once a second."""
    return read_lately("packages", FRESH, coming)


def with_show(performance_id: int) -> list[Any]:
    """Return those packages that a show is part of."""
    return [package for package in coming_lately() if performance_id in package.shows]


def published(package_id: int) -> Package:
    """Return a package the public may see, read anew.

    Raises:
        NotFound: unknown or not published.
    """
    found = db.session.get(Package, package_id, populate_existing=True)
    if found is None or found.published_at is None:
        raise NotFound
    return found


def shows(package_id: int) -> list[tuple[Performance, str | None]]:
    """Return the shows of a package by start, each with the zone its places are from."""
    wanted = (
        select(Performance, PackageShow.zone)
        .join(PackageShow, PackageShow.performance_id == Performance.id)
        .where(PackageShow.package_id == package_id)
        .order_by(Performance.starts_at, Performance.id)
    )
    return [(show, zone) for show, zone in db.session.execute(wanted).unique()]


def stubs(performances: Iterable[Performance], now: datetime) -> list[Stub]:
    """Return published shows as they stand: how many places are left, in a word."""
    ids = [one.id for one in performances]
    read = Programme(
        found=[programme.listed(performance_id) for performance_id in ids],
        prices={},
        taken=taken_counts(ids, now),
        few_left_percent=house_rules().few_left_percent,
    )
    return programme.stubs(read, now)


def prices(package_id: int) -> list[PackagedPrice]:
    """Return what a package costs, cheapest first; only tiers that every show of it still sells."""
    wanted = (
        select(PackagePrice, Tier)
        .join(Tier, Tier.id == PackagePrice.tier_id)
        .where(PackagePrice.package_id == package_id)
        .order_by(PackagePrice.performance_id)
    )
    tiers: dict[int, Tier] = {}
    parts: dict[int, dict[int, Fen]] = defaultdict(dict)
    for price, tier in db.session.execute(wanted):
        tiers[tier.id] = tier
        parts[tier.id][price.performance_id] = price.amount
    costs = singly(package_id)
    found = [
        PackagedPrice(
            tier_id=tier.id,
            code=tier.code,
            name_zh=tier.name_zh,
            name_en=tier.name_en,
            proof_zh=tier.proof_zh,
            proof_en=tier.proof_en,
            qualifies=tier.qualifies,
            parts=parts[tier.id],
        )
        for tier in tiers.values()
        if set(costs.get(tier.id, ())) == set(parts[tier.id])
    ]
    return sorted(found, key=lambda price: (price.total, price.tier_id))


def singly(package_id: int) -> dict[int, dict[int, Fen]]:
    """Return what each tier costs at each show by itself: the lowest price where a place may be from."""
    fits = or_(PackageShow.zone.is_(None), PackageShow.zone == Price.zone)
    wanted = (
        select(Price.tier_id, Price.performance_id, func.min(Price.amount))
        .join(PackageShow, (PackageShow.performance_id == Price.performance_id) & fits)
        .where(PackageShow.package_id == package_id)
        .group_by(Price.tier_id, Price.performance_id)
    )
    found: dict[int, dict[int, Fen]] = defaultdict(dict)
    for tier_id, performance_id, amount in db.session.execute(wanted):
        found[tier_id][performance_id] = amount
    return found


def taken(package_id: int, member_id: int | None = None) -> int:
    """Return how many places of a package are sold or held now, to anybody or to one member.

    A place is taken as long as one of its shows is: one ticket that goes back frees no package.
    """
    at_show = (
        select(PackageOrder.id, Claim.performance_id, func.count().label("places"))
        .select_from(Claim)
        .join(Order, Order.id == Claim.order_id)
        .join(PackageOrder, PackageOrder.id == Order.package_order_id)
        .where(PackageOrder.package_id == package_id, live(NOW))
        .group_by(PackageOrder.id, Claim.performance_id)
    )
    if member_id is not None:
        at_show = at_show.where(PackageOrder.member_id == member_id)
    of = at_show.subquery().c
    most = select(func.max(of.places).label("places")).group_by(of.id).subquery().c
    return int(db.session.scalar(select(func.coalesce(func.sum(most.places), 0))) or 0)


def order_of(member_id: int, code: str) -> PackageOrder:
    """Return a member's order of a package.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    mine = (PackageOrder.code == code, PackageOrder.member_id == member_id)
    found = db.session.scalars(select(PackageOrder).where(*mine)).first()
    if found is None:
        raise NotFound
    return found


def parts(order: PackageOrder) -> list[Order]:
    """Return the orders of a package's order, read anew, in the order in which their shows are locked."""
    wanted = (
        select(Order)
        .where(Order.package_order_id == order.id, Order.member_id == order.member_id)
        .order_by(Order.performance_id)
        .options(selectinload(Order.tickets))
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(wanted))


def waiting_for(performance_id: int) -> list[PackageOrder]:
    """Return the package orders with a show that wait for their money and keep its seats, by member."""
    waits = (Order.performance_id == performance_id, Order.state == OrderState.AWAITING_PAYMENT)
    wanted = (
        select(PackageOrder)
        .join(Order, Order.package_order_id == PackageOrder.id)
        .where(*waits, exists().where(Claim.order_id == Order.id, live(NOW)))
        .order_by(PackageOrder.member_id, PackageOrder.id)
    )
    return list(db.session.scalars(wanted))


def valid_tickets(order: PackageOrder) -> list[Ticket]:
    """Return the valid tickets of a package's order that its member still has, by show and seat."""
    wanted = (
        select(Ticket)
        .join(Order, Order.id == Ticket.order_id)
        .where(
            Order.package_order_id == order.id,
            Ticket.member_id == order.member_id,
            Ticket.state == TicketState.VALID,
        )
        .order_by(Ticket.performance_id, Ticket.id)
    )
    return list(db.session.scalars(wanted))
