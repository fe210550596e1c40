"""The public feeds: published shows only, the same bytes twice, changes told, cheap while nothing changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import text

from palace import clock
from palace.calendars import queries, services
from palace.calendars.queries import Feed, Of
from palace.db import db
from palace.programme.models import Performance
from palace.venues.models import Site
from tests.asked import asked
from tests.calendars.test_feed import titles
from tests.factory import Factory

PROGRAMME = "/calendars/programme.ics"


def only(body: bytes) -> Any:
    """Return the one VEVENT of a feed."""
    (block,) = Calendar.from_ical(body).walk("VEVENT")
    return block


def test_the_programme_feed_holds_what_is_published(client: FlaskClient, make: Factory) -> None:
    performance = make.performance()
    make.performance(published=False)

    answer = client.get(PROGRAMME)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    block = only(answer.data)
    assert str(block["SUMMARY"]) == "晋剧《打金枝》"
    assert str(block["LOCATION"]) == "大剧场 测试工人文化宫"
    assert block["DTSTART"].dt == performance.starts_at.astimezone(clock.SHANGHAI).replace(
        microsecond=0
    )
    assert str(block["UID"]) == f"{performance.uid}@palace"
    assert block["SEQUENCE"] == 0
    assert "/performances/" in str(block["URL"])
    assert answer.data.count(b"BEGIN:VTIMEZONE") == 1
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))


def test_it_speaks_both_languages(client: FlaskClient, make: Factory) -> None:
    make.performance()

    chinese, english = client.get(PROGRAMME), client.get(f"{PROGRAMME}?lang=en")

    assert titles(english.data) == ["The Golden Branch"]
    assert "Grand Theatre" in english.text
    assert "Doors open" in english.text
    assert "X-WR-CALNAME:Test Palace: programme" in english.text.replace("\\:", ":")
    assert chinese.headers["ETag"] != english.headers["ETag"]
    assert client.get(f"{PROGRAMME}?lang=fr").data == chinese.data


def test_a_hall_and_a_house_have_their_own(client: FlaskClient, make: Factory) -> None:
    here, there = make.performance(), make.performance()
    branch = make.branch()
    there.space.site_id = branch.id
    there.production.title_zh = "分馆的戏"
    db.session.flush()

    assert titles(client.get(f"/calendars/spaces/{here.space_id}.ics").data) == ["晋剧《打金枝》"]
    assert titles(client.get(f"/calendars/sites/{branch.id}.ics").data) == ["分馆的戏"]
    assert len(titles(client.get(PROGRAMME).data)) == 2
    for unknown in ("spaces/999999.ics", "sites/999999.ics", "sites/x.ics"):
        assert client.get(f"/calendars/{unknown}").status_code == 404


CHANGES: list[Callable[[Performance], object]] = [
    lambda one: setattr(one, "starts_at", one.starts_at + timedelta(minutes=30)),
    lambda one: setattr(one, "ends_at", one.ends_at + timedelta(minutes=30)),
    lambda one: setattr(one, "doors_at", one.doors_at - timedelta(minutes=15)),
    lambda one: setattr(one, "cancelled_at", clock.now()),
    lambda one: setattr(one.production, "title_en", "The Golden Bough"),
    lambda one: setattr(one.space, "name_zh", "红星剧场"),
    lambda one: setattr(db.session.get_one(Site, one.space.site_id), "name_zh", "新馆"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_the_public_reads_raises_the_sequence(
    client: FlaskClient, make: Factory, change: Callable[[Performance], object]
) -> None:
    performance = make.performance()
    first = client.get(PROGRAMME)

    change(performance)
    db.session.flush()
    then = client.get(PROGRAMME, headers={"If-None-Match": first.headers["ETag"]})

    assert then.status_code == 200
    before, after = only(first.data), only(client.get(f"{PROGRAMME}?lang=en").data)
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert before["UID"] == after["UID"]


def test_what_the_public_does_not_read_changes_nothing(client: FlaskClient, make: Factory) -> None:
    performance = make.performance()
    first = client.get(PROGRAMME)

    performance.sale_closes_at -= timedelta(minutes=30)
    performance.seats_per_member = 1
    performance.production.minutes = 90
    db.session.flush()

    assert (
        client.get(PROGRAMME, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    )


def test_an_unchanged_feed_costs_one_query_and_no_body(client: FlaskClient, make: Factory) -> None:
    performance = make.performance()
    for path in (PROGRAMME, f"/calendars/spaces/{performance.space_id}.ics"):
        first = client.get(path)
        with asked() as heard:
            again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        sent = [sql for sql in heard if "SAVEPOINT" not in sql]
        assert (again.status_code, again.data, len(sent)) == (304, b"", 1)
        assert client.get(path).data == first.data


def test_a_cancelled_show_is_told_until_its_date_has_passed(
    client: FlaskClient, make: Factory
) -> None:
    performance = make.performance()
    performance.cancelled_at = clock.now()
    db.session.flush()

    block = only(client.get(PROGRAMME).data)
    assert (str(block["SUMMARY"]), str(block["STATUS"])) == ("【取消】晋剧《打金枝》", "CANCELLED")
    make.set_clock(performance.ends_at)
    assert titles(client.get(PROGRAMME).data) == []


def test_it_reaches_thirty_days_back_and_four_hundred_ahead(
    client: FlaskClient, make: Factory
) -> None:
    now = clock.now()
    for days in (-31, -29, 399, 401):
        make.performance(starts_at=now + timedelta(days=days))

    assert len(titles(client.get(PROGRAMME).data)) == 2


def thousand(make: Factory) -> Performance:
    """Put a thousand performances on."""
    one = make.performance()
    copied = "production_id, space_id, plan_id, seating, capacity, seats_per_member, doors_at"
    later = "starts_at + n * interval '1 hour', ends_at + n * interval '1 hour'"
    rest = "sale_opens_at, sale_closes_at, published_at, identity_policy, one_per_identity"
    db.session.execute(
        text(
            f"INSERT INTO performances ({copied}, starts_at, ends_at, {rest})"  # noqa: S608 - our own words
            f" SELECT {copied}, {later}, {rest} FROM performances, generate_series(1, 999) n"
            " WHERE id = :id"
        ),
        {"id": one.id},
    )
    return one


def test_one_change_among_a_thousand_costs_little(app: Flask, make: Factory) -> None:
    performance = thousand(make)
    feed = Feed(Of.PALACE, 0, "zh")
    whole = services.write(feed, queries.mark(feed))
    assert whole.count(b"BEGIN:VEVENT") == 1000
    costs = []
    for minutes in range(1, 8):
        performance.ends_at += timedelta(minutes=minutes)
        db.session.flush()
        begun = time.thread_time()
        services.write(feed, queries.mark(feed))
        costs.append(time.thread_time() - begun)

    assert min(costs) <= 0.010, costs


def test_the_page_names_every_feed(client: FlaskClient, make: Factory) -> None:
    performance = make.performance()

    page = client.get("/calendars")
    told = client.get("/calendars", headers={"Accept": "application/json"}).json

    assert f"/calendars/spaces/{performance.space_id}.ics" in page.text
    assert "webcal://" in page.text
    assert told is not None
    assert told["spaces"][0]["space"] == performance.space_id
    for path in (told["palace"], told["spaces"][0]["feed"]):
        assert client.get("/" + path.split("/", 3)[3]).status_code == 200
    assert "webcal://" in client.get("/performances").text


def test_what_has_no_english_is_told_in_chinese(client: FlaskClient, make: Factory) -> None:
    performance = make.performance()
    performance.production.title_en = performance.space.name_en = make.site().name_en = ""
    db.session.flush()

    block = only(client.get(f"{PROGRAMME}?lang=en").data)

    assert str(block["SUMMARY"]) == "晋剧《打金枝》"
    assert str(block["LOCATION"]) == "大剧场, 测试工人文化宫"
    assert "测试工人文化宫: programme" in client.get(f"{PROGRAMME}?lang=en").text.replace(
        "\\:", ":"
    )
