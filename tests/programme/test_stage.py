"""A performance takes its hall with get-in and get-out, and freezes what it is sold by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.db import db
from palace.money import Fen
from palace.programme.errors import PlanElsewhere, ZoneUnpriced
from palace.programme.models import Performance, Price, Production, Quota
from palace.programme.rules import Scope, Seating
from palace.programme.services import Staging, stage
from palace.venues import claims
from palace.venues.errors import SpaceOccupied
from palace.venues.models import Occupancy, SeatingPlan, Space
from palace.venues.rules import Use
from tests.factory import Factory

DAY = timedelta(days=1)


@pytest.fixture
def production(make: Factory) -> Production:
    """Return a play of two hours."""
    return make.performance().production


@pytest.fixture
def staging(make: Factory) -> Staging:
    """Return a film next week, sold now, for everybody at ten yuan."""
    now = clock.now()
    return Staging(
        starts_at=now + 7 * DAY,
        seating=Seating.PLACES,
        prices=((make.tier("public"), "", Fen(1000)),),
        sale_opens_at=now - DAY,
        published_at=now,
    )


def occupancy_of(performance: Performance) -> Occupancy:
    """Return what the performance occupies."""
    return db.session.get_one(Occupancy, performance.occupancy_id)


def test_the_hall_is_taken_from_get_in_to_get_out(
    make: Factory, production: Production, staging: Staging
) -> None:
    performance = stage(production, make.space(), staging)

    during = occupancy_of(performance).during
    assert during.lower == staging.starts_at - timedelta(minutes=120)
    assert during.upper == performance.ends_at + timedelta(minutes=60)
    assert performance.ends_at == staging.starts_at + timedelta(minutes=production.minutes)


def test_a_second_show_in_the_get_in_is_refused(
    make: Factory, production: Production, staging: Staging
) -> None:
    hall = make.space()
    stage(production, hall, staging)

    with pytest.raises(SpaceOccupied):
        stage(production, hall, replace(staging, starts_at=staging.starts_at + timedelta(hours=4)))


def test_a_closed_hall_takes_no_show(
    make: Factory, production: Production, staging: Staging
) -> None:
    hall = make.space()
    whole = make.space([*range(hall.atoms[0].lower or 0, hall.atoms[0].upper or 0)])
    claims.occupy(whole, _around(staging), Use.CLOSURE)

    with pytest.raises(SpaceOccupied):
        stage(production, hall, staging)


def _around(staging: Staging) -> Range[datetime]:
    return Range(staging.starts_at - DAY / 2, staging.starts_at + DAY / 2)


def test_the_limit_of_the_house_is_frozen_on_the_show(
    make: Factory, production: Production, staging: Staging
) -> None:
    make.rules().seats_per_member, make.rules().gifts_per_ticket = 3, 0
    performance = stage(production, make.space(), staging)

    make.rules().seats_per_member, make.rules().gifts_per_ticket = 6, 2

    assert (performance.seats_per_member, performance.gifts_per_ticket) == (3, 0)
    assert (
        stage(production, make.space(), replace(staging, seats_per_member=1)).seats_per_member == 1
    )


def test_places_without_seats_are_counted_against_the_house(
    make: Factory, production: Production, staging: Staging
) -> None:
    performance = stage(production, make.space(capacity=120), staging)

    quota = db.session.scalars(select(Quota).where(Quota.performance_id == performance.id)).one()
    assert (quota.scope, quota.seats, performance.capacity) == (Scope.HOUSE, 120, 120)


def test_a_seated_show_has_its_plans_seats_its_prices_and_its_free_quota(
    make: Factory, production: Production, staging: Staging
) -> None:
    hall, free = make.space(), make.tier("free")
    plan = _plan(make, hall)
    seated = replace(
        staging,
        seating=Seating.SEATED,
        plan=plan,
        prices=((free, "A", Fen(0)), (free, "B", Fen(0))),
        quotas=((free, 2),),
    )

    performance = stage(production, hall, seated)

    prices = db.session.scalars(select(Price).where(Price.performance_id == performance.id)).all()
    quota = db.session.scalars(select(Quota).where(Quota.performance_id == performance.id)).one()
    assert performance.capacity == 5
    assert {price.zone for price in prices} == {"A", "B"}
    assert (quota.scope, quota.tier_id, quota.seats) == (Scope.TIER, free.id, 2)


def test_a_zone_without_a_price_is_refused(
    make: Factory, production: Production, staging: Staging
) -> None:
    hall = make.space()
    unpriced = replace(
        staging,
        seating=Seating.SEATED,
        plan=_plan(make, hall),
        prices=((make.tier(), "A", Fen(0)),),
    )

    with pytest.raises(ZoneUnpriced):
        stage(production, hall, unpriced)


def test_another_halls_plan_is_refused(
    make: Factory, production: Production, staging: Staging
) -> None:
    elsewhere = replace(staging, seating=Seating.SEATED, plan=_plan(make, make.space()))

    with pytest.raises(PlanElsewhere):
        stage(production, make.space(), elsewhere)


def _plan(make: Factory, hall: Space) -> SeatingPlan:
    plan = make.plan(hall, [2, 3])
    plan.drawing = plan.drawing | {"zones": [{"code": "A"}, {"code": "B"}]}
    return plan
