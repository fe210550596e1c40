"""The desk puts a package together, prices it and puts it on sale; what is sold keeps its price."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.desk.errors import ChangedMeanwhile
from palace.desk.rules import seen_as
from palace.errors import BadInput, NotFound
from palace.money import Fen
from palace.packages import queries
from palace.packages.errors import (
    BelowTaken,
    Dearer,
    NoPrices,
    NoTicketsThere,
    ShowNotPublished,
    ShowsMissing,
    ShowsOverlap,
    TierMissing,
)
from palace.packages.services import making
from palace.packages.services.making import Terms
from palace.programme.models import Package, Performance, Price
from palace.programme.rules import Returns, Seating
from palace.tickets.models import Claim
from palace.venues.models import Site
from tests.factory import Factory
from tests.packages.conftest import packaged, shows_of
from tests.packages.test_taking import take


def terms(**values: object) -> Terms:
    """Return how a package is sold."""
    now = clock.now()
    given: dict[str, object] = {
        "name_zh": "三场套票",
        "name_en": "Three evenings",
        "seats": 20,
        "seats_per_member": 2,
        "opens_at": now,
        "members_open_at": None,
        "closes_at": now + timedelta(days=5),
        "singly": True,
        "returns": Returns.EACH,
    }
    return Terms(**(given | values))  # type: ignore[arg-type]  # fields of it


def made(make: Factory, shows: list[Performance]) -> Package:
    """Return a draft of shows."""
    make.site()
    return making.make(terms(), [show.id for show in shows], None)


def change(
    package: Package,
    prices: dict[str, int | None],
    zones: list[str | None] | None = None,
    **of: object,
) -> bool:
    """Change a package as it stands."""
    amounts = {tier: None if yuan is None else Fen(yuan) for tier, yuan in prices.items()}
    seen = seen_as(making.values(package))
    where = zones or [zone for _, zone in queries.shows(package.id)]
    return making.change(package.id, terms(**of), where, amounts, seen=seen)


def test_a_draft_becomes_a_package_on_sale(make: Factory) -> None:
    shows = shows_of(make, prices={"public": 5000, "member": 3000})
    package = made(make, shows)
    with pytest.raises(NoPrices):
        making.publish(package.id)
    assert change(package, {"public": 12000, "member": 9000})
    making.publish(package.id)
    costs = {
        price.code: (price.total, sorted(price.parts.values()))
        for price in queries.prices(package.id)
    }
    assert costs == {"public": (12000, [4000] * 3), "member": (9000, [3000] * 3)}
    assert [one.id for one in queries.coming()] == [package.id]
    assert [one.id for one in queries.with_show(shows[1].id)] == [package.id]
    making.withdraw(package.id)
    assert queries.coming() == []


def test_shows_must_stand_together(make: Factory) -> None:
    shows = shows_of(make, 2)
    with pytest.raises(ShowsMissing):
        made(make, shows[:1])
    clashing = make.performance(starts_at=shows[0].starts_at + timedelta(minutes=90))
    with pytest.raises(ShowsOverlap):
        made(make, [*shows, clashing])
    with pytest.raises(NoTicketsThere):
        made(make, [*shows, make.performance(seating=Seating.OPEN)])
    shows[0].cancelled_at = clock.now()
    db.session.flush()
    with pytest.raises(NotFound):
        made(make, shows)


def test_a_package_is_of_the_houses_of_who_makes_it(make: Factory) -> None:
    shows = shows_of(make, 2)
    branch = Site(code="east", kind="branch", name_zh="东馆", name_en="East", seal="东馆")
    make.add(branch)
    with pytest.raises(NotFound):
        making.make(terms(), [show.id for show in shows], {branch.id})
    package = made(make, shows)
    assert queries.at_desk(package.id, {shows[0].space.site_id}).id == package.id
    with pytest.raises(NotFound):
        queries.at_desk(package.id, {branch.id})
    assert queries.listed_at_desk({branch.id}) == []


def test_it_is_not_dearer_than_its_shows_and_sells_what_they_sell(make: Factory) -> None:
    start = clock.now() + timedelta(days=7)
    shows = [
        make.performance(4, {"public": 5000}, starts_at=start),
        make.performance(4, {"public": 3000, "member": 1000}, starts_at=start + timedelta(days=1)),
    ]
    package = made(make, shows)
    assert change(package, {"public": 8000})
    with pytest.raises(Dearer) as refusal:
        change(package, {"public": 8001})
    assert refusal.value.values["most"] == "80"
    with pytest.raises(TierMissing):
        change(package, {"member": 0})


def test_a_tier_of_some_zones_needs_the_zone_named(make: Factory) -> None:

    shows = shows_of(make, 2, seats=[3, 3], prices={"public": 5000})
    package = made(make, shows)
    dear = Price.performance_id == shows[0].id, Price.zone == "B"
    db.session.execute(db.delete(Price).where(*dear))
    tier = make.tier("member")
    make.add(Price(performance_id=shows[0].id, zone="B", tier_id=tier.id, amount=Fen(100)))
    with pytest.raises(TierMissing):
        change(package, {"public": 5000})
    assert change(package, {"public": 5000}, ["A", None])
    with pytest.raises(BadInput):
        change(package, {"public": 5000}, ["X", None])
    making.publish(package.id)
    order = take(make.member(), package.id, 2)
    part = next(one for one in queries.parts(order) if one.performance_id == shows[0].id)
    assert {claim.zone for claim in part.claims} == {"A"}


def test_an_unpublished_show_keeps_a_package_off_sale(make: Factory) -> None:
    shows = shows_of(make, 2)
    shows[1].published_at = None
    db.session.flush()
    package = made(make, shows)
    change(package, {"free": 0})
    with pytest.raises(ShowNotPublished):
        making.publish(package.id)


def test_what_is_sold_keeps_its_price_and_its_number(make: Factory) -> None:
    shows = shows_of(make, prices={"public": 5000})
    package = packaged(make, shows, {"public": 9000}, seats_per_member=2)
    take(make.member(), package.id, 2)
    with pytest.raises(BelowTaken):
        change(package, {"public": 9000}, seats=1)
    assert change(package, {"public": 3000}, seats=2)
    assert set(db.session.scalars(select(Claim.price))) == {3000}, "3 × 30 yuan as it was sold"
    assert {price.total for price in queries.prices(package.id)} == {3000}
    with pytest.raises(NoPrices):
        change(package, {"public": None}, seats=2)


def test_nobody_writes_over_another(make: Factory) -> None:
    package = made(make, shows_of(make, 2))
    seen = seen_as(making.values(package))
    change(package, {"free": 0}, name_zh="别人改的名")
    with pytest.raises(ChangedMeanwhile):
        making.change(package.id, terms(), [None, None], {"free": Fen(0)}, seen=seen)
    assert not change(
        package,
        {"free": 0},
        name_zh="别人改的名",
        opens_at=package.opens_at,
        closes_at=package.closes_at,
    )


def test_a_tier_no_show_sells_any_more_is_not_offered(make: Factory) -> None:

    shows = shows_of(make, prices={"public": 5000, "member": 3000})
    package = packaged(make, shows, {"public": 9000, "member": 6000})
    of_member = (Price.performance_id == shows[0].id, Price.tier_id == make.tier("member").id)
    db.session.execute(db.delete(Price).where(*of_member))
    assert [price.code for price in queries.prices(package.id)] == ["public"]
