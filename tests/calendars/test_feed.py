"""A member's feed: private, the same bytes twice, cheap while nothing changes, dead when renewed."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from palace import clock
from palace.agenda import queries, secrets, services
from palace.lifecycle import JsonLines
from palace.members.models import Member
from palace.members.services import renew_calendar
from tests.asked import asked
from tests.factory import Factory


@pytest.fixture
def member(make: Factory) -> Member:
    return make.member("张建华")


def enter(member: Member, number: int = 1, starts_at: datetime | None = None) -> str:
    starts_at = starts_at or clock.now() + timedelta(days=7)
    services.put(
        member.id,
        services.Dated(
            subject=f"performance:{number}",
            kind="performance",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            title_zh=f"第{number}场",
            title_en=f"Show {number}",
            place_zh="大剧场",
            place_en="Grand Theatre",
            path=f"/performances/{number}",
        ),
        clock.now(),
    )
    return f"performance:{number}"


def address(member: Member) -> str:
    return f"/calendars/{queries.feed_secret(member)}.ics"


def titles(body: bytes) -> list[str]:
    return [str(block["SUMMARY"]) for block in Calendar.from_ical(body).walk("VEVENT")]


def test_a_feed_holds_the_members_entries(
    client: FlaskClient, member: Member, make: Factory
) -> None:
    soon = clock.now() + timedelta(days=2)
    enter(member, 2, soon + timedelta(days=1))
    enter(member, 1, soon)
    enter(make.member("李丽"), 3)

    answer = client.get(address(member))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert titles(answer.data) == ["第1场", "第2场"]
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n" in answer.data
    assert answer.data.count(b"BEGIN:VTIMEZONE") == answer.data.count(b"BEGIN:STANDARD") == 1
    assert b"DAYLIGHT" not in answer.data
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))


def test_an_empty_feed_is_a_calendar_too(client: FlaskClient, member: Member) -> None:
    assert titles(client.get(address(member)).data) == []


def test_an_unchanged_feed_costs_one_query(client: FlaskClient, member: Member) -> None:
    enter(member)
    first = client.get(address(member))
    where = address(member)

    with asked() as heard:
        again = client.get(where, headers={"If-None-Match": first.headers["ETag"]})

    sent = [sql for sql in heard if "SAVEPOINT" not in sql]
    assert (again.status_code, again.data, len(sent)) == (304, b"", 1)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert not first.headers["ETag"].startswith("W/")
    assert client.get(where).data == first.data


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_compressed_feed_is_found_unchanged_too(
    client: FlaskClient, member: Member, encoding: str
) -> None:
    enter(member)
    first = client.get(address(member), headers={"Accept-Encoding": encoding})
    known = {"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]}

    assert first.headers["Content-Encoding"] == encoding
    assert client.get(address(member), headers=known).status_code == 304


def test_every_change_changes_the_tag(client: FlaskClient, member: Member) -> None:
    tags = [client.get(address(member)).headers["ETag"]]
    starts_at = clock.now() + timedelta(days=7)
    for change in (
        lambda: enter(member, 1, starts_at),
        lambda: enter(member, 2, starts_at),
        lambda: enter(member, 1, starts_at + timedelta(hours=1)),
        lambda: services.cancel(member.id, "performance:2", clock.now()),
    ):
        change()
        tags.append(client.get(address(member)).headers["ETag"])

    assert len(set(tags)) == 5


def test_a_feed_reaches_thirty_days_back_and_four_hundred_ahead(
    client: FlaskClient, member: Member
) -> None:
    now = clock.now()
    for number, days in enumerate((-31, -29, 399, 401), 1):
        enter(member, number, now + timedelta(days=days))

    assert titles(client.get(address(member)).data) == ["第2场", "第3场"]


def test_a_cancelled_entry_stays_until_its_date_has_passed(
    client: FlaskClient, member: Member, make: Factory
) -> None:
    starts_at = clock.now() + timedelta(days=1)
    services.cancel(member.id, enter(member, 1, starts_at), clock.now())

    assert titles(client.get(address(member)).data) == ["【取消】第1场"]
    make.set_clock(starts_at + timedelta(hours=2))
    assert titles(client.get(address(member)).data) == []


def test_a_renewed_secret_opens_the_feed_and_the_old_one_is_dead(
    client: FlaskClient, member: Member
) -> None:
    old = address(member)

    renew_calendar(member)

    assert member.calendar_generation == 2
    assert client.get(old).status_code == 404
    assert client.get(address(member)).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        lambda secret: secret[:-1] + ("a" if secret[-1] != "a" else "b"),
        lambda secret: ("a" if secret[0] != "a" else "b") + secret[1:],
        lambda secret: secret[:10] + ("a" if secret[10] != "a" else "b") + secret[11:],
        lambda secret: secret[:-8],
        lambda _: "票",
        lambda _: "1",
        lambda _: "a" * 4000,
        lambda _: "7" * 48,
    ],
)
def test_a_wrong_secret_is_not_found(client: FlaskClient, member: Member, wrong: object) -> None:
    assert callable(wrong)

    assert client.get(f"/calendars/{wrong(queries.feed_secret(member))}.ics").status_code == 404


def test_the_secret_carries_128_bits_and_no_sign_in_is_needed(
    client: FlaskClient, member: Member
) -> None:
    secret = queries.feed_secret(member)

    assert re.fullmatch(r"[a-z2-7]{48}", secret)
    assert secrets.MAC_BYTES * 8 >= 128


def test_the_secret_is_in_no_log_line(
    app: Flask, client: FlaskClient, member: Member, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = queries.feed_secret(member)

    client.get(f"/calendars/{secret}.ics")
    client.get(f"/calendars/{secret[:-1]}.ics")

    lines = [
        JsonLines().format(record) for record in caplog.records if record.name.startswith("palace")
    ]
    assert any("calendars.feed" in line for line in lines)
    assert not any(secret[:-1] in line for line in lines)
