"""A class's own feed: moved sessions with the next SEQUENCE, cancelled ones so; a secret to renew."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar, Event

from palace import clock
from palace.agenda.secrets import FeedOf, secret_of
from palace.courses.models import Offering
from palace.courses.queries.facts import sessions_of
from palace.courses.services import announcing
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from tests.factory import Factory
from tests.teaching import Teaching


@pytest.fixture
def teacher(make: Factory) -> Member:
    """Return who teaches."""
    make.site()
    return make.member("王老师")


@pytest.fixture
def of(teaching: Teaching, teacher: Member) -> Offering:
    """Return a class whose sessions are in its agenda."""
    offering = teaching.offering(teacher=teaching.teacher(teacher))
    announcing.enter(sessions_of(offering.id), clock.now())
    return offering


def address(of: Offering) -> str:
    secret = secret_of(FeedOf.CLASS, of.id, of.calendar_generation)
    return f"/calendars/classes/{secret}.ics"


def events(client: FlaskClient, path: str) -> list[Event]:
    answer = client.get(path)
    assert answer.mimetype == "text/calendar"
    found = Calendar.from_ical(answer.data).walk("VEVENT")
    return [one for one in found if isinstance(one, Event)]


def test_it_has_each_session_and_an_unchanged_one_has_no_body(
    client: FlaskClient, of: Offering
) -> None:
    there = events(client, address(of))
    assert [str(one["SUMMARY"]) for one in there] == ["书法基础"] * 3
    tag = client.get(address(of)).headers["ETag"]
    again = client.get(address(of), headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_moved_session_has_the_next_sequence_and_a_cancelled_one_says_so(
    client: FlaskClient, of: Offering
) -> None:
    first, second, _ = sessions_of(of.id)
    before = {str(one["UID"]) for one in events(client, address(of))}
    first.starts_at += timedelta(hours=1)
    first.ends_at += timedelta(hours=1)
    db.session.flush()
    announcing.enter([first], clock.now())
    announcing.leave([second], clock.now())

    moved, cancelled, _ = events(client, address(of))

    assert {str(one["UID"]) for one in events(client, address(of))} == before
    assert (moved["SEQUENCE"], str(moved["STATUS"])) == (1, "CONFIRMED")
    assert moved.start == first.starts_at
    assert (cancelled["SEQUENCE"], str(cancelled["STATUS"])) == (1, "CANCELLED")
    assert str(cancelled["SUMMARY"]) == "【取消】书法基础"


def test_who_is_in_a_class_has_its_address_and_its_dates_in_their_own_feed(
    make: Factory, client: FlaskClient, teaching: Teaching, of: Offering
) -> None:
    member = make.member()
    make.sign_in(client, member)
    assert address(of) not in client.get("/mine/calendars").text
    teaching.enrolment(of, member)

    page = client.get("/mine/calendars").text

    assert address(of) in page
    assert f"/calendars/classes/{of.id}/renew" not in page
    mine = client.get("/mine/calendars", headers={"Accept": "application/json"}).json
    assert mine is not None
    assert len(events(client, urlsplit(mine["own"]).path)) == 3


def test_its_teacher_renews_the_secret_and_the_old_one_is_dead(
    make: Factory, client: FlaskClient, of: Offering, teacher: Member
) -> None:
    old = address(of)
    make.sign_in(client, teacher)
    assert f"/calendars/classes/{of.id}/renew" in client.get("/mine/calendars").text
    assert client.post(f"/calendars/classes/{of.id}/renew").status_code == 303

    assert client.get(old).status_code == 404
    db.session.refresh(of)
    assert client.get(address(of)).status_code == 200


def test_its_office_renews_it_and_another_teacher_does_not(
    app: Flask, make: Factory, teaching: Teaching, of: Offering
) -> None:
    other = make.member()
    teaching.teacher(other)
    for who, status in ((other, 404), (make.staff(Role.PROGRAMME), 303)):
        browser = app.test_client()
        make.sign_in(browser, who)
        assert browser.post(f"/calendars/classes/{of.id}/renew").status_code == status


def test_the_secret_of_a_troupe_or_a_member_opens_no_class(
    client: FlaskClient, of: Offering
) -> None:
    for kind in (FeedOf.TROUPE, FeedOf.MEMBER):
        secret = secret_of(kind, of.id, of.calendar_generation)
        assert client.get(f"/calendars/classes/{secret}.ics").status_code == 404
