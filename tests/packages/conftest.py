"""Packages for tests: shows a day apart, put together and on sale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from palace import clock
from palace.db import db
from palace.money import Fen
from palace.packages.rules import spread
from palace.programme.models import Package, PackagePrice, PackageShow, Performance, Price, Tier
from palace.programme.rules import Returns
from tests.factory import Factory


def shows_of(
    make: Factory,
    count: int = 3,
    seats: int | Sequence[int] = 6,
    prices: Mapping[str, int] | None = None,
) -> list[Performance]:
    """Return shows a day apart, the first in a week."""
    start = clock.now() + timedelta(days=7)
    return [
        make.performance(seats, prices, starts_at=start + timedelta(days=day))
        for day in range(count)
    ]


def packaged(
    make: Factory,
    shows: Sequence[Performance],
    prices: Mapping[str, int] | None = None,
    **values: object,
) -> Package:
    """Return a package of shows on sale, free for members unless `prices` {tier code: fen} says else."""
    now = clock.now()
    given: dict[str, object] = {
        "name_zh": "周末三场套票",
        "name_en": "Three evenings",
        "seats": 100,
        "seats_per_member": 4,
        "opens_at": now - timedelta(days=1),
        "members_open_at": None,
        "closes_at": min(show.starts_at for show in shows),
        "singly": True,
        "returns": Returns.EACH,
        "published_at": now - timedelta(days=1),
    }
    package = Package(**(given | values))
    make.add(package)
    make.add(
        *[PackageShow(package_id=package.id, performance_id=show.id, zone=None) for show in shows]
    )
    for code, total in (prices or {"free": 0}).items():
        _price(make, package, make.tier(code), shows, Fen(total))
    return package


def _price(
    make: Factory, package: Package, tier: Tier, shows: Sequence[Performance], total: Fen
) -> None:
    singly = {
        show.id: db.session.query(Price.amount)
        .filter_by(performance_id=show.id, tier_id=tier.id)
        .order_by(Price.amount)
        .limit(1)
        .scalar()
        for show in shows
    }
    for show_id, amount in spread(total, singly).items():
        make.add(
            PackagePrice(
                package_id=package.id, performance_id=show_id, tier_id=tier.id, amount=amount
            )
        )
