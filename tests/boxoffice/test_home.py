"""The page staff begin their day with: live figures of today and tomorrow."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.boxoffice import queries
from palace.care import queries as told_by
from palace.care import services as care
from palace.care.measurements import Database
from palace.db import db
from palace.members.rules import Role
from palace.notices.services import owe
from palace.programme.models import Performance
from palace.tickets.models import Claim, Order
from palace.tickets.rules import OrderState
from tests.factory import Factory

JSON = {"Accept": "application/json"}


@pytest.fixture
def tonight(make: Factory) -> Performance:
    """Return a performance of 10 seats tonight, seen from noon."""
    make.site()
    noon = clock.at(clock.palace_day(clock.now()), time(12))
    make.set_clock(noon)
    return make.performance(seats=10, starts_at=noon + timedelta(hours=7))


def claim(make: Factory, performance: Performance, seat: int, **values: object) -> None:
    """Make a claim on a seat: bought by somebody if `bought`, else kept for somebody."""
    row = Claim(
        performance_id=performance.id,
        seat_id=make.seats(performance)[seat].id,
        zone="A",
        price=0,
        face_price=0,
    )
    if values.pop("bought"):
        member, tier = make.member(), make.tier()
        order = Order(
            code=f"order-{performance.id}-{seat}",
            member_id=member.id,
            performance_id=performance.id,
            state=OrderState.HELD,
            seat_count=1,
            hold_ends_at=clock.now(),
            created_at=clock.now(),
        )
        make.add(order)
        row.order_id, row.member_id, row.tier_id = order.id, member.id, tier.id
    for name, value in values.items():
        setattr(row, name, value)
    make.add(row)


def test_sold_held_kept_and_left_are_counted_as_they_are_now(
    make: Factory, tonight: Performance
) -> None:
    now = clock.now()
    later, past = now + timedelta(minutes=5), now
    kept = {"kept_for": "house", "kept_until": later}
    claim(make, tonight, 0, bought=True, held_until=None)
    claim(make, tonight, 1, bought=True, held_until=None, **kept)
    claim(make, tonight, 2, bought=True, held_until=later)
    claim(make, tonight, 3, bought=True, held_until=past)
    claim(make, tonight, 4, bought=False, held_until=past, **kept)
    claim(make, tonight, 5, bought=True, held_until=past, **kept)
    claim(make, tonight, 6, bought=False, held_until=past, kept_for="house", kept_until=past)

    [figures] = queries.coming(now)

    assert (figures.sold, figures.held, figures.kept, figures.left) == (2, 1, 2, 5)


def test_what_has_not_ended_is_shown_up_to_the_end_of_tomorrow(
    make: Factory, tonight: Performance
) -> None:
    now, today = clock.now(), clock.palace_day(clock.now())
    lasts = tonight.ends_at - tonight.starts_at
    wanted = [
        make.performance(starts_at=now - lasts + timedelta(seconds=1)),
        tonight,
        make.performance(starts_at=clock.at(today + timedelta(days=1), time(23, 59))),
    ]
    make.performance(starts_at=clock.at(today + timedelta(days=2), time(0)))
    make.performance(starts_at=now - lasts)

    shown = [figures.stub.performance.id for figures in queries.coming(clock.now())]
    assert shown == [performance.id for performance in wanted]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.COUNTER, Role.DOOR])
def test_every_role_of_the_house_sees_the_page(
    make: Factory, client: FlaskClient, tonight: Performance, role: Role
) -> None:
    owe(
        "unprintable_name",
        "ticket:1",
        "staff",
        {"ticket": "t-1", "pinyin": "Zhang 8000"},
        clock.now(),
    )
    make.sign_in(client, make.staff(role))

    page = client.get("/staff").get_data(as_text=True)

    assert tonight.production.title_zh in page
    assert "Zhang 8000" in page


def test_the_figures_come_as_json(make: Factory, client: FlaskClient, tonight: Performance) -> None:
    make.sign_in(client, make.staff())

    [figures] = client.get("/staff", headers=JSON).get_json()["performances"]
    assert figures["left"] == 10
    assert figures["performance"] == tonight.id


def test_members_and_strangers_are_kept_out(make: Factory, client: FlaskClient) -> None:
    make.site()
    assert client.get("/staff").headers["Location"] == "/staff/sign-in?next=/staff"
    make.sign_in(client, make.member())
    db.session.commit()
    assert client.get("/staff", headers=JSON).status_code == 403


def test_a_quiet_day_is_a_page_too(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.sign_in(client, make.staff())

    assert client.get("/staff").status_code == 200


def test_what_the_database_tells_serves_for_some_seconds(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.site()
    app.extensions.pop("palace_told", None)
    asked, told = [], told_by.database()

    def ask() -> Database | None:
        asked.append(1)
        return told

    monkeypatch.setattr(told_by, "database", ask)

    assert [care.database_lately() for _ in range(3)] == [told] * 3
    assert len(asked) == 1
    asked_at, _ = app.extensions["palace_told"]
    app.extensions["palace_told"] = asked_at - care.FRESH, told
    assert care.database_lately() == told
    assert len(asked) == 2
    app.extensions.pop("palace_told")


def test_a_database_that_does_not_answer_is_asked_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.extensions.pop("palace_told", None)
    asked = []
    monkeypatch.setattr(told_by, "database", lambda: asked.append(1))

    assert [care.database_lately() for _ in range(2)] == [None] * 2
    assert len(asked) == 2
