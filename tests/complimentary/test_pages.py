"""The desk's page: what it gives, keeps and refuses; who may confirm."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.complimentary.models import Complimentary
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.tickets import services as tickets
from palace.tickets.models import Ticket
from tests.complimentary.conftest import give, line_of
from tests.factory import Factory


@pytest.fixture
def clerk(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of a clerk of the box office."""
    make.sign_in(client, make.staff(Role.COUNTER))
    return client


def path_of(show: Performance) -> str:
    """Return the page of a show's complimentary tickets."""
    return f"/staff/programme/performances/{show.id}/complimentary"


def wish(*people: Member | str, **other: object) -> dict[str, object]:
    """Return a form that gives one each."""
    lines = [one if isinstance(one, str) else line_of(one) for one in people]
    return {
        "people": "\n".join(lines),
        "each": "1",
        "reason": "media",
        "why": "采访",
        "source": "",
        "seats": "",
        "key": "a-key-of-it",
    } | other


def test_a_clerk_gives_tickets_and_sees_to_whom_masked(make: Factory, clerk: FlaskClient) -> None:
    show, guest = make.performance(seats=4), make.member("李小明")
    assert f'href="{path_of(show)}"' in clerk.get("/staff/complimentary").text
    answer = clerk.post(path_of(show), data=wish(guest))
    assert answer.status_code == 303
    page = clerk.get(path_of(show)).text
    assert "还能直接送19张" in page
    assert "李*明" in page
    assert "李小明" not in page
    assert "媒体记者" in page
    assert db.session.scalars(select(Ticket.member_id)).one() == guest.id


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"people": ""}, 422, "请写手机号或会员卡号"),
        ({"people": "\n".join(["1390000000"] * 21)}, 422, "一次最多20个人"),
        ({"people": "13900000000"}, 422, "没有找到：13900000000"),
        ({"each": "0"}, 422, "请写每人几张"),
        ({"reason": ""}, 422, "请选为什么送"),
        ({"reason": "other", "why": ""}, 422, "请在说明里写为什么送"),
        ({"source": "block:1"}, 422, "请选从哪些座位里送"),
        ({"seats": "ST-99-99"}, 422, "要写1个这一场的座位号"),
        ({"source": "press"}, 409, "座位不够"),
    ],
)
def test_what_was_typed_stays_where_it_is_refused(
    make: Factory, clerk: FlaskClient, typed: dict[str, str], status: int, words: str
) -> None:
    show, guest = make.performance(seats=4), make.member()
    sent = wish(guest) | typed
    answer = clerk.post(path_of(show), data=sent)
    assert answer.status_code == status
    assert words in answer.text
    assert str(sent["people"]).splitlines()[0] in answer.text if sent["people"] else True
    assert f'value="{sent["why"]}"' in answer.text
    assert not db.session.scalars(select(Complimentary)).all()


def test_the_first_person_sees_no_button_to_confirm_and_the_second_does(
    make: Factory, clerk: FlaskClient
) -> None:
    make.site()
    make.rules().complimentary_per_show = 0
    show = make.performance(seats=4)
    assert clerk.post(path_of(show), data=wish(make.member())).status_code == 303
    proposed = db.session.scalars(select(Complimentary)).one()
    page = clerk.get(path_of(show)).text
    assert "要另一个人来确认" in page
    assert "确认送出" not in page
    confirm = f"{path_of(show)}/{proposed.id}/confirm"
    assert clerk.post(confirm).status_code == 403
    make.sign_in(clerk, make.staff(Role.PROGRAMME))
    assert "确认送出" in clerk.get(path_of(show)).text
    assert clerk.post(confirm).status_code == 303
    assert db.session.scalars(select(Ticket)).one()
    assert clerk.post(f"{path_of(show)}/{proposed.id}/withdraw").status_code == 409


def test_another_house_s_staff_find_nothing(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.rules().complimentary_per_show = 0
    show = make.performance(seats=4)
    proposed = give(show, make.member())
    make.sign_in(client, make.staff(Role.COUNTER, site=make.branch()))
    assert client.get(path_of(show)).status_code == 404
    assert client.post(path_of(show), data=wish(make.member())).status_code == 404
    for act in ("confirm", "withdraw"):
        assert client.post(f"{path_of(show)}/{proposed.id}/{act}").status_code == 404
    assert path_of(show) not in client.get("/staff/complimentary").text


def test_what_was_given_back_and_what_waits_for_names_is_told(
    make: Factory, clerk: FlaskClient
) -> None:
    show, guest = make.performance(seats=4), make.member()
    give(show, guest)
    ticket = db.session.scalars(select(Ticket)).one()
    assert "（退了）" not in clerk.get(path_of(show)).text
    tickets.give_back(guest, ticket.code)
    assert "（退了）" in clerk.get(path_of(show)).text
    named = make.performance(seats=4)
    named.identity_policy = IdentityPolicy.EVERY_ENTRANT
    give(named, guest)
    assert "（等本人填入场人）" in clerk.get(path_of(named)).text


def test_too_many_seats_are_told_as_seats(make: Factory, clerk: FlaskClient) -> None:
    show, guest = make.performance(seats=4), make.member()
    seats = " ".join(f"ST-01-{number:02}" for number in range(1, 62))
    page = clerk.post(path_of(show), data=wish(guest, seats=seats)).text
    assert "要写1个这一场的座位号" in page
    assert "一次最多20个人" not in page
    assert seats in page
