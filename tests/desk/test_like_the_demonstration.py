"""One performance of each kind, typed through the forms, is what the demonstration's loader makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Select, select

from palace import clock
from palace.clock import SHANGHAI, palace_day
from palace.db import db
from palace.demo import house, programme
from palace.demo.house import read
from palace.desk.queries import staged
from palace.members.models import Unit
from palace.members.rules import Role
from palace.programme.models import Performance, Price, Production, Quota, Tier
from palace.programme.rules import Seating
from palace.tickets.models import Claim
from palace.venues.models import Space
from tests.desk.conftest import DESK, reviewed
from tests.factory import Factory
from tests.members.browser import JSON

KINDS = {
    "seated, three tiers": "golden-branch",
    "who comes is asked": "crosstalk",
    "a film without seat numbers": "cinema",
    "an exhibition's hour": "monument",
    "a square": "square-stage",
}
APART = timedelta(days=200)
NAMES = ("code", "kind", "title_zh", "title_en", "about_zh", "about_en", "minutes")
PERMIT = ("permit_number", "permit_authority")


@pytest.fixture
def desk(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return a manager's browser in the demonstration's houses, with its tiers."""
    house.bring_in()
    assert db.session.scalars(select(Unit)).first()
    for row in read("programme.toml")["tier"]:
        make.add(Tier(**row))
    make.sign_in(client, make.staff(Role.PROGRAMME))
    make.commit()
    return client


def loaded(row: dict[str, Any], night: datetime, now: datetime) -> Performance:
    """Return what the loader makes of a production's night."""
    known = [name for name in (*NAMES, *PERMIT) if name in row]
    production = Production(**{name: row[name] for name in known})
    db.session.add(production)
    db.session.flush()
    db.session.add(reviewed(production))
    space = programme._space(row)
    plans = staged.plans([space.id])
    plan = staged.get_plan(plans[0].id) if plans else None
    tiers = {tier.code: tier for tier in db.session.scalars(select(Tier))}
    staging = programme._staging(row, tiers, plan, night, now)
    one = programme._one_night(production, space, staging, row)
    db.session.commit()
    return one


def typed(row: dict[str, Any], night: datetime) -> dict[str, Any]:
    """Return the form of a new performance as a manager fills it in from the data file."""
    start = night.astimezone(SHANGHAI)
    opens = palace_day(night) - timedelta(days=row.get("opens_days", programme.OPENS_DAYS))
    seating = "seated" if "house" in row else "places" if "prices" in row else "open"
    fields = {
        "space": db.session.scalars(select(Space.id).where(Space.code == row["hall"])).first(),
        "seating": seating,
        "day": start.date().isoformat(),
        "time": start.strftime("%H:%M"),
        "get_in": row.get("get_in", 120),
        "get_out": row.get("get_out", 60),
        "doors": 30,
        "capacity": row.get("capacity"),
        "opens_day": opens.isoformat(),
        "opens_time": "10:00",
        "seats_per_member": 4,
        "identity_policy": row.get("identity", "none"),
        "one_per_identity": "1" if "identity" in row else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def prices_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return the prices of the data file as they are typed: in yuan, one for all zones or each."""
    cells: dict[str, str] = {}
    for tier, amount in row.get("prices", {}).items():
        by_zone = amount if isinstance(amount, dict) else {"*" if "house" in row else "": amount}
        cells |= {f"{tier}:{zone}": str(fen // 100) for zone, fen in by_zone.items()}
    return {"cells": " ".join(cells), "typed": list(cells.values())}


def through_the_desk(browser: FlaskClient, row: dict[str, Any], night: datetime) -> int:
    """Type a performance in: place and sale, prices, quotas, and publish it; return its number."""
    production = db.session.scalars(select(Production).where(Production.code == row["code"])).one()
    path = f"{DESK}/productions/{production.id}/performances/new"
    body = browser.post(path, headers=JSON, json=typed(row, night)).get_json()
    assert "performance" in body, body
    base = f"{DESK}/performances/{body['performance']}"
    quotas = {"cells": "tier:free house", "typed": [str(row.get("free", "")), ""]}
    for page, cells in (("prices", prices_of(row)), ("quotas", quotas)):
        seen = browser.get(base, headers=JSON).get_json()["seen"][page]
        if cells["cells"] and (page == "prices" or row.get("free")):
            done = browser.post(f"{base}/{page}", headers=JSON, json=cells | {"seen": seen})
            assert done.status_code == 200, done.get_json()
    assert browser.post(f"{base}/publish", headers=JSON).status_code == 200
    return int(body["performance"])


def plain(wanted: Select[*tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Return rows as plain values."""
    return {tuple(row) for row in db.session.execute(wanted)}


def rows_of(number: int) -> dict[str, Any]:
    """Return everything of a performance that selling reads, times counted from its start."""
    db.session.expire_all()
    one = db.session.get_one(Performance, number)
    hours = staged.hours_of(one)
    assert hours
    assert hours.lower
    assert hours.upper
    names = (
        "production_id", "space_id", "plan_id", "seating", "capacity", "seats_per_member",
        "identity_policy", "one_per_identity", "choice", "no_single_gap", "gifts_per_ticket",
        "ladder_id",
    )  # fmt: skip
    times = ("doors_at", "ends_at", "sale_opens_at", "sale_closes_at")
    prices = select(Price.zone, Price.tier_id, Price.amount).where(Price.performance_id == number)
    quotas = select(Quota.scope, Quota.tier_id, Quota.zone, Quota.seats)
    return {
        **{name: getattr(one, name) for name in names},
        **{name: one.starts_at - getattr(one, name) for name in times},
        "hall": (one.starts_at - hours.lower, hours.upper - one.starts_at),
        "published": one.published_at is not None,
        "prices": plain(prices),
        "quotas": plain(quotas.where(Quota.performance_id == number)),
    }


@pytest.mark.parametrize("code", KINDS.values(), ids=list(KINDS))
def test_what_is_typed_is_what_the_loader_makes(desk: FlaskClient, code: str) -> None:
    (row,) = [row for row in read("programme.toml")["production"] if row["code"] == code]
    now = clock.now()
    night = programme.starts(row, now)[-1]
    one = loaded(row, night, now)
    number = through_the_desk(desk, row, night + APART)

    assert rows_of(number) == rows_of(one.id)
    assert one.seating in set(Seating)


def test_a_copy_of_a_loaded_one_keeps_the_same_seats(desk: FlaskClient) -> None:
    (row,) = [one for one in read("programme.toml")["production"] if one["code"] == "golden-branch"]
    now = clock.now()
    night = programme.starts(row, now)[0]
    one = loaded(row, night, now)
    start = (night + APART).astimezone(SHANGHAI)
    fields = {"day": start.date().isoformat(), "time": start.strftime("%H:%M")}
    body = desk.post(f"{DESK}/performances/{one.id}/copy", headers=JSON, json=fields).get_json()
    published = desk.post(f"{DESK}/performances/{body['performance']}/publish", headers=JSON)
    assert published.status_code == 200, published.get_json()

    assert rows_of(body["performance"]) == rows_of(one.id)
    of_it = select(Claim.seat_id, Claim.kept_for)
    kept = [
        plain(of_it.where(Claim.performance_id == number))
        for number in (one.id, body["performance"])
    ]
    assert kept[0] == kept[1]
    assert len(kept[0]) > 20
