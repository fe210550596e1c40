"""A member's own page: everything they have, and nothing of anybody else."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.agenda import queries as agenda
from palace.db import db
from palace.members.models import Member
from palace.tickets import services
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from tests.factory import Factory

KEYS = itertools.count(1)
JSON = {"Accept": "application/json"}
Book = Callable[[Member], Ticket]


@pytest.fixture
def book(make: Factory) -> Book:
    """Return a function that books one free ticket."""

    def booked(member: Member) -> Ticket:
        performance = make.performance(seats=2, starts_at=clock.now() + timedelta(hours=3))
        order = services.hold(member, performance.id, Wish(count=1), key=f"mine-key-{next(KEYS)}")
        services.confirm(member, order.code)
        return make.tickets(performance)[0]

    return booked


@pytest.fixture
def member(make: Factory, client: FlaskClient) -> Member:
    """Return a member who is signed in on `client`."""
    make.site()
    member = make.member("张建华")
    make.sign_in(client, member)
    return member


def test_mine_shows_what_is_coming_with_its_tickets_and_the_allowance(
    client: FlaskClient, member: Member, make: Factory, book: Book
) -> None:
    ticket = book(member)
    others = book(make.member("李丽"))

    page = client.get("/mine").get_data(as_text=True)

    assert "晋剧《打金枝》" in page
    assert f"/tickets/{ticket.code}" in page
    assert others.code not in page
    assert agenda.feed_secret(member) in page
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="qr"' in page
    assert "style=" not in page
    assert "这就是工会会员二维码" in page
    assert "它不是票，入场请扫电子票上的二维码。" in page


def test_whose_membership_is_not_sure_has_a_code_that_proves_none(
    client: FlaskClient, make: Factory
) -> None:
    make.site()
    make.sign_in(client, make.member("李丽", valid=False))

    page = client.get("/mine").text

    assert "它不是票，入场请扫电子票上的二维码。" in page
    assert "工会会员二维码" not in page


def test_mine_as_json_counts_the_months_free_tickets(
    client: FlaskClient, member: Member, make: Factory, book: Book
) -> None:
    make.set_clock(clock.now().replace(day=3, hour=2))
    make.sign_in(client, member)
    before = client.get("/mine", headers=JSON).get_json()

    ticket = book(member)

    after = client.get("/mine", headers=JSON).get_json()
    assert (before["free_left"], after["free_left"]) == (4, 3)
    assert after["standing"] == "valid"
    assert [entry["tickets"] for entry in after["entries"]] == [[ticket.code]]


def test_an_order_that_waits_is_shown(client: FlaskClient, member: Member, make: Factory) -> None:
    performance = make.performance(seats=2)
    order = services.hold(member, performance.id, Wish(count=1), key="waiting-key")

    assert f"/orders/{order.code}" in client.get("/mine").get_data(as_text=True)


def test_history_shows_what_is_over(
    client: FlaskClient, member: Member, make: Factory, book: Book
) -> None:
    ticket = book(member)
    assert "晋剧" not in client.get("/mine/history").get_data(as_text=True)

    make.set_clock(ticket.performance.ends_at + timedelta(minutes=1))

    assert "晋剧" in client.get("/mine/history").get_data(as_text=True)
    assert client.get("/mine", headers=JSON).get_json()["entries"] == []


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "99999999999999999999", "2"])
def test_any_page_of_history_is_a_page(client: FlaskClient, member: Member, page: str) -> None:
    assert client.get(f"/mine/history?page={page}").status_code == 200


def test_the_personal_qr_changes_every_minute_and_is_kept_by_nobody(
    client: FlaskClient, member: Member, make: Factory
) -> None:
    now = clock.now().replace(second=1)
    pictures = []
    for seconds in (0, 30, 60):
        make.set_clock(now + timedelta(seconds=seconds))
        pictures.append(client.get("/mine/qr.svg"))

    first, same, later = (picture.data for picture in pictures)
    assert first == same != later
    assert pictures[0].mimetype == "image/svg+xml"
    assert "no-store" in pictures[0].headers["Cache-Control"]


def test_a_renewed_calendar_has_another_address(client: FlaskClient, member: Member) -> None:
    old = agenda.feed_secret(member)

    answer = client.post("/mine/calendar")

    db.session.refresh(member)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mine")
    assert client.get(f"/calendars/{old}.ics").status_code == 404
    assert client.get(f"/calendars/{agenda.feed_secret(member)}.ics").status_code == 200


def test_a_program_is_told_what_holds_after_its_change(client: FlaskClient, member: Member) -> None:
    told = client.post("/mine/calendar", headers={"Accept": "application/json"}).get_json()

    db.session.refresh(member)
    assert told["feed"].endswith(f"/calendars/{agenda.feed_secret(member)}.ics")


def test_wheelchair_places_are_opened_and_closed_by_the_member(
    client: FlaskClient, member: Member
) -> None:
    def is_open() -> bool:
        return "已打开" in client.get("/mine").get_data(as_text=True)

    assert not is_open()
    client.post("/mine/access", data={"wanted": "1"})
    assert is_open()
    client.post("/mine/access", data={"wanted": ""})
    assert not is_open()


def test_a_name_is_corrected(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.sign_in(client, make.member(valid=False))
    assert client.post("/mine/name", data={"name": "张㛃䶮"}).status_code == 303

    assert "张㛃䶮" in client.get("/mine").get_data(as_text=True)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "<script>", "\0", "张1"])
def test_what_is_no_name_is_refused_with_a_sentence(
    make: Factory, client: FlaskClient, name: str
) -> None:
    member = make.member(valid=False)
    make.sign_in(client, member)
    answer = client.post("/mine/name", data={"name": name}, headers=JSON)

    assert answer.status_code == 422
    assert answer.get_json()["title"]
    db.session.refresh(member)
    assert member.name == "张建华"


@pytest.mark.parametrize("path", ["/mine", "/mine/history", "/mine/qr.svg"])
def test_strangers_are_asked_to_sign_in_and_staff_have_no_such_page(
    client: FlaskClient, make: Factory, path: str
) -> None:
    assert client.get(path).headers["Location"].startswith("/sign-in")
    make.sign_in(client, make.staff())
    assert client.get(path).status_code == 403


def test_a_refused_name_stays_in_its_field(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.sign_in(client, make.member(valid=False))

    refused = client.post("/mine/name", data={"name": 'Ann "<3'})
    assert refused.status_code == 422
    assert 'value="Ann &#34;&lt;3"' in refused.text
    assert '<details id="my-name" open>' in refused.text
    assert "真实姓名" in refused.text


def test_who_stands_on_a_roster_is_told_whose_the_name_is(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    make.sign_in(client, make.member())

    refused = client.post("/mine/name", data={"name": "李小明"})
    assert refused.status_code == 409
    assert "以单位工会的名册为准" in refused.text
