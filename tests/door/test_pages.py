"""The door's pages as a browser without scripts gets them, and what the member sees afterwards."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.members.rules import Role
from palace.members.services import hash_password
from palace.programme.models import Performance
from palace.programme.rules import LateEntry, Seating
from palace.tickets import services
from palace.tickets.tokens import ticket_token
from tests.door.conftest import Book
from tests.factory import Factory

JSON = {"Accept": "application/json"}


@pytest.fixture
def steward(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return a steward's browser."""
    make.sign_in(client, make.staff(Role.DOOR))
    return client


def noon() -> datetime:
    """Return the middle of the palace's day."""
    return clock.at(clock.palace_day(clock.now()), time(12))


def test_a_verdict_is_a_page_too(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    ticket.tier.proof_zh = "工会会员二维码或工会卡"
    make.add(ticket.tier)
    fields = {"code": ticket_token(ticket), "gate": "main"}

    first = steward.post(f"/door/{tonight.id}/admit", data=fields).text
    second = steward.post(f"/door/{tonight.id}/admit", data=fields).text

    assert 'class="verdict admitted"' in first
    for told in ("请进", "张*华", "免费票", "工会会员二维码或工会卡", "池座1排"):
        assert told in first
    assert "张建华" not in first
    assert 'class="verdict already"' in second
    assert "已从正门入场" in second


def test_eight_digits_stay_on_the_page_for_the_other_four(
    steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket, other = book(tonight), book(tonight)
    code, address = ticket.collection_code, f"/door/{tonight.id}/admit"
    page = steward.post(address, data={"code": code}).text

    assert f'value="{code}"' in page
    assert 'class="verdict asked"' in page
    assert "请接着输入手机后4位。" in page
    next_one = steward.post(address, data={"code": [code, ticket_token(other)]}).text
    assert 'class="verdict admitted"' in next_one
    rest = steward.post(address, data={"code": [code, (ticket.member.phone or "")[-4:]]}).text
    assert 'class="verdict admitted"' in rest


def test_heads_and_the_last_ones_are_counted_live(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    tickets = [book(tonight) for _ in range(4)]
    services.give_back(tickets[3].member, tickets[3].code)
    address = f"/door/{tonight.id}"
    for ticket in tickets[:2]:
        steward.post(f"{address}/admit", data={"code": ticket_token(ticket)})

    told = steward.get(address, headers=JSON).get_json()
    page = steward.get(address).text

    assert (told["admitted"], told["sold"]) == (2, 3)
    seats = [ticket.seat.label_zh for ticket in tickets if ticket.seat]
    assert page.index(seats[1]) < page.index(seats[0])
    assert seats[2] not in page


def test_todays_doors_are_listed_by_start(make: Factory, steward: FlaskClient) -> None:
    make.site()
    make.set_clock(noon())
    later = make.performance(starts_at=noon() + timedelta(hours=7))
    now = make.performance(starts_at=noon() - timedelta(minutes=119))
    make.performance(starts_at=noon() - timedelta(minutes=120))
    make.performance(starts_at=noon() + timedelta(hours=12, minutes=30))
    make.performance(starts_at=noon() + timedelta(hours=6), seating=Seating.OPEN)
    make.performance(starts_at=noon() + timedelta(hours=6), published=False)
    midnight = make.performance(starts_at=noon() + timedelta(hours=12, minutes=29))

    told = steward.get("/door", headers=JSON).get_json()["performances"]
    page = steward.get("/door").text

    assert [one["performance"] for one in told] == [now.id, later.id, midnight.id]
    assert (told[0]["admitted"], told[0]["sold"]) == (0, 0)
    assert f'href="/door/{later.id}"' in page
    assert page.count("已入场 0 / 0") == 3
    assert page.count("正在入场") == 1


def test_a_day_without_doors_is_a_page_too(make: Factory, steward: FlaskClient) -> None:
    make.site()
    assert "今天没有要检票的场次" in steward.get("/door").text


@pytest.mark.parametrize(
    ("role", "onward"),
    [
        (Role.DOOR, "/door"),
        (Role.COUNTER, "/staff"),
        (Role.TEACHER, "/teaching"),
        (Role.ADMIN, "/staff/sign-in/enrol"),
    ],
)
def test_stewards_land_at_the_door(
    make: Factory, client: FlaskClient, role: Role, onward: str
) -> None:
    make.site()
    staff = make.staff(role)
    staff.password_hash = hash_password("gate-1958")
    make.add(staff)

    entered = client.post("/staff/sign-in", data={"login": staff.login, "password": "gate-1958"})
    assert entered.headers["Location"] == onward


def test_who_must_sign_in_first_comes_back_to_the_door(
    client: FlaskClient, tonight: Performance
) -> None:
    asked = client.get(f"/door/{tonight.id}")
    assert asked.headers["Location"] == f"/staff/sign-in?next=/door/{tonight.id}"


def test_the_staffs_page_leads_to_the_door(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.sign_in(client, make.staff(Role.COUNTER))
    assert 'href="/door"' in client.get("/staff").text


def test_the_member_sees_the_entry_and_cannot_return_the_ticket(
    make: Factory, client: FlaskClient, tonight: Performance, book: Book
) -> None:
    ticket = book(tonight)
    steward, phone = client.application.test_client(), client
    make.sign_in(steward, make.staff(Role.DOOR))
    make.sign_in(phone, ticket.member)
    address = f"/tickets/{ticket.code}"
    assert f"{address}/return" in phone.get(address).text

    verdict = steward.post(
        f"/door/{tonight.id}/admit", json={"code": ticket_token(ticket)}, headers=JSON
    ).get_json()
    page = phone.get(address).text
    refused = phone.post(f"{address}/return", headers=JSON)

    assert f"已入场（{verdict['first_at'][11:16]}）" in page
    assert f"{address}/return" not in page
    assert phone.get(address, headers=JSON).get_json()["admitted_at"] == verdict["first_at"]
    assert (refused.status_code, refused.get_json()["code"]) == (409, "already_admitted")
    assert "不能再退" in refused.get_json()["title"]


def test_who_comes_late_reads_when_the_interval_lets_them_in(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    make.set_clock(noon())
    tonight.starts_at = tonight.sale_closes_at = noon() + timedelta(hours=7, minutes=30)
    tonight.doors_at, tonight.ends_at = (
        tonight.starts_at - timedelta(hours=12),
        tonight.starts_at + timedelta(hours=2),
    )
    tonight.production.late_entry, tonight.production.late_minute = LateEntry.INTERVAL, 25
    make.add(tonight, tonight.production)
    early, late, later, latest = (ticket_token(book(tonight)) for _ in range(4))
    address = f"/door/{tonight.id}/admit"
    make.set_clock(tonight.starts_at - timedelta(seconds=1))
    assert "请等到中场休息" not in steward.post(address, data={"code": early}).text

    make.set_clock(tonight.starts_at)
    page = steward.post(address, data={"code": late}).text
    told = steward.post(address, data={"code": later}, headers=JSON).get_json()

    assert 'class="verdict admitted"' in page
    assert "已经开演，请等到中场休息，约19:55入场。" in page
    assert told["told"]["words"] == "已经开演，请等到中场休息，约19:55入场。"
    assert told["late_until"].endswith("T19:55:00+08:00")
    make.set_clock(tonight.starts_at + timedelta(minutes=25))
    assert (
        steward.post(address, data={"code": latest}, headers=JSON).get_json()["late_until"] is None
    )


def test_who_comes_late_is_refused_where_nobody_is_let_in_after_the_start(
    make: Factory, steward: FlaskClient, tonight: Performance, book: Book
) -> None:
    tonight.doors_at = clock.now() - timedelta(minutes=1)
    tonight.production.late_entry = LateEntry.NONE
    make.add(tonight, tonight.production)
    punctual, late = (ticket_token(book(tonight)) for _ in range(2))
    make.set_clock(tonight.starts_at - timedelta(seconds=1))
    address = f"/door/{tonight.id}/admit"

    def told(code: str) -> tuple[str, str | None]:
        answer = steward.post(address, data={"code": code}, headers=JSON).get_json()
        return answer["verdict"], answer["reason"]

    assert told(punctual) == ("admitted", None)
    make.set_clock(tonight.starts_at)
    assert told(late) == ("refused", "too_late")
    assert told(punctual) == ("already", None)
