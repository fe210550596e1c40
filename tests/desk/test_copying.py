"""Another evening of the same: everything comes along, every time as long before the start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.blocks import queries
from palace.db import db
from palace.desk.services import copying
from palace.members.rules import Role
from palace.payments.models import Ladder
from palace.programme.models import Opening, Performance
from palace.programme.rules import Audience
from palace.tickets.kept import keep, keep_places
from palace.tickets.models import Claim, Order
from palace.venues import queries as venues
from palace.venues.models import Occupancy, SeatingPlan, Space
from tests.blocks.conftest import give
from tests.desk.conftest import DESK, Send, night, told
from tests.factory import Factory

PutOn = Callable[..., dict[str, Any]]
HOUR = timedelta(hours=1)


def again(send: Send, number: int, days: int, hour: int = 15) -> dict[str, Any]:
    """Play a performance again some days from today."""
    start = night(days, hour=hour)
    fields = {"day": start.date().isoformat(), "time": start.strftime("%H:%M")}
    answer = send(number, "copy", **fields)
    assert answer.status_code == 201, answer.get_json()
    body: dict[str, Any] = answer.get_json()
    return body


def kept_of(number: int) -> set[tuple[int | None, str | None, Any, str | None]]:
    """Return the kept seats of a performance, their release counted from the start."""
    start = db.session.get_one(Performance, number).starts_at
    wanted = select(Claim).where(Claim.performance_id == number, Claim.kept_until.is_not(None))
    return {
        (one.seat_id, one.kept_for, start - one.kept_until, one.kept_why)
        for one in db.session.scalars(wanted).unique()
        if one.kept_until
    }


def test_the_page_counts_what_will_be_kept_again_also_where_it_was_released(
    put_on: PutOn, plan: SeatingPlan, make: Factory, manager: FlaskClient
) -> None:
    hall = db.session.get_one(Space, plan.space_id)
    number, start, seats = put_on(hall, night(30))["performance"], night(30), venues.seats(plan.id)
    keep(number, seats[:2], reason="press", until=start - 4 * HOUR, now=clock.now())
    keep(number, seats[2:3], reason="returned", until=start - HOUR, now=clock.now())
    make.set_clock(start - HOUR)
    make.sign_in(manager, make.staff(Role.PROGRAMME))
    page = manager.get(f"{DESK}/performances/{number}/copy").text
    assert "预留着的2座也照样留。" in page


def test_everything_comes_along(
    put_on: PutOn, send: Send, plan: SeatingPlan, make: Factory, manager: FlaskClient
) -> None:
    hall = db.session.get_one(Space, plan.space_id)
    make.tier("free")
    make.tier("public")
    mild = Ladder(name_zh="宽的", name_en="Mild")
    make.add(mild)
    make.commit()
    times = {"get_in": 90, "get_out": 15, "doors": 45}
    old = put_on(
        hall, night(30), **times, identity_policy="buyer", gifts_per_ticket=3, ladder=mild.id
    )
    number, start, seats = old["performance"], night(30), venues.seats(plan.id)
    assert old["gifts_per_ticket"] == 3
    send(number, "prices", cells="free:A free:B public:*", typed=["0", "0", "80"])
    send(number, "quotas", cells="house tier:free zone:B", typed=["9", "3", "4"])
    now = clock.now()
    keep(number, seats[:2], reason="house", until=start - HOUR, now=now, why="领导")
    keep(number, seats[3:4], reason="wheelchair", until=start - 24 * HOUR, now=now)
    keep(number, seats[5:6], reason="block:5", until=start - HOUR, now=now)
    keep(number, seats[6:7], reason="returned", until=start - HOUR, now=now)
    new = again(send, number, 60)
    names = ("prices", "plan", "capacity", "seats_per_member", "identity_policy", "choice")
    for name in (*names, "gifts_per_ticket", "ladder"):
        assert new[name] == told(manager, number)[name], name
    assert [one | {"taken": 0} for one in new["quotas"]] == told(manager, number)["quotas"]
    assert new["stand"] == "draft"
    before, after = (db.session.get_one(Performance, one) for one in (number, new["performance"]))
    for name in ("doors_at", "ends_at", "sale_opens_at", "sale_closes_at"):
        assert getattr(after, name) - after.starts_at == getattr(before, name) - before.starts_at
    spans = [db.session.get_one(Occupancy, one.occupancy_id).during for one in (before, after)]
    lengths = [span.upper - span.lower for span in spans if span.upper and span.lower]
    assert lengths == [timedelta(minutes=225)] * 2
    assert kept_of(after.id) == {
        one for one in kept_of(number) if one[1] in {"house", "wheelchair"}
    }
    assert len(kept_of(after.id)) == 3


def test_places_kept_by_number_and_the_house_come_along(
    put_on: PutOn, send: Send, hall: Space, make: Factory
) -> None:
    old = put_on(hall, night(30), seating="places", capacity=60)["performance"]
    send(old, "quotas", cells="house", typed=["50"])
    keep_places(old, 5, reason="in_person", until=night(30) - HOUR, now=clock.now())
    new = again(send, old, 61)
    assert new["quotas"] == [{"quota": "house", "seats": 50, "taken": 5}]
    assert kept_of(new["performance"]) == kept_of(old)
    assert new["capacity"] == 60
    assert db.session.scalars(select(Order)).all() == []


def test_of_one_that_is_over_kept_seats_come_along_too(
    put_on: PutOn, send: Send, plan: SeatingPlan, make: Factory, manager: FlaskClient
) -> None:
    hall, start = db.session.get_one(Space, plan.space_id), night(30)
    old = put_on(hall, start)["performance"]
    seats = venues.seats(plan.id)[:2]
    keep(old, seats, reason="press", until=start - HOUR, now=clock.now())
    make.set_clock(start + timedelta(days=3))
    make.sign_in(manager, make.staff(Role.PROGRAMME))
    make.commit()
    new = again(send, old, 7)
    assert {(one[1], one[2]) for one in kept_of(new["performance"])} == {("press", HOUR)}


def test_a_hall_that_is_taken_is_told_and_nothing_is_copied(
    put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan, manager: FlaskClient
) -> None:
    old = put_on(hall, night(30))["performance"]
    put_on(hall, night(37))
    start = night(37)
    fields = {"day": start.date().isoformat(), "time": "20:00"}
    refused = send(old, "copy", json=False, **fields)
    assert (refused.status_code, "可是已经有：话剧《雷雨》" in refused.text) == (409, True)
    assert f'value="{fields["day"]}"' in refused.text
    assert len(db.session.scalars(select(Performance)).unique().all()) == 2
    page = manager.get(f"{DESK}/performances/{old}/copy").text
    assert f'value="{night(37).date().isoformat()}"' in page


def test_other_parts_add_what_they_copy(
    put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan, monkeypatch: Any
) -> None:
    seen: list[tuple[int, int, timedelta]] = []

    def mine(old: Performance, new: Performance, by: timedelta) -> None:
        seen.append((old.id, new.id, by))

    monkeypatch.setitem(copying.copies, "mine", mine)
    old = put_on(hall, night(30))["performance"]
    new = again(send, old, 40, hour=19)["performance"]
    assert seen == [(old, new, timedelta(days=10))]


def test_a_unit_s_block_comes_along(
    put_on: PutOn, send: Send, plan: SeatingPlan, make: Factory
) -> None:
    hall, unit = db.session.get_one(Space, plan.space_id), make.unit()
    make.tier("free")
    old = put_on(hall, night(30))["performance"]
    send(old, "prices", cells="free:A free:B", typed=["0", "0"])
    show = db.session.get_one(Performance, old)
    give(make, show, unit, 3)
    make.commit()
    new = again(send, old, 60)["performance"]
    before, after = (queries.of_performance(number)[0] for number in (old, new))
    assert after.unit_id == unit.id
    start = db.session.get_one(Performance, new).starts_at
    assert start - after.releases_at == show.starts_at - before.releases_at
    kept = select(Claim.seat_id).where(Claim.kept_for == f"block:{after.id}")
    assert len(db.session.scalars(kept).all()) == 3


def test_openings_of_stages_are_copied_as_long_before(
    put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan, make: Factory
) -> None:
    start = night()
    number = put_on(hall, start)["performance"]
    make.add(
        Opening(
            performance_id=number,
            audience=Audience.MEMBERS,
            unit_id=None,
            opens_at=start - timedelta(days=20),
        )
    )
    make.commit()
    later = night(60)
    day, at = later.date().isoformat(), later.strftime("%H:%M")
    copied = send(number, "copy", day=day, time=at).get_json()["performance"]
    found = db.session.scalars(select(Opening).where(Opening.performance_id == copied)).one()
    assert found.opens_at == later - timedelta(days=20)
