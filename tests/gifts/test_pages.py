"""The pages of a gift: what both sides see, and what nobody learns."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.gifts import services
from palace.gifts.models import Gift
from palace.members.models import Member
from palace.members.rules import Role
from palace.tickets import services as tickets
from palace.tickets.models import Ticket
from tests.factory import Factory
from tests.gifts.conftest import offered


def test_nobody_learns_whether_a_number_is_known(
    client: FlaskClient, make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    make.sign_in(client, giver)
    make.set_clock(clock.now())
    path = f"/tickets/{ticket.code}/gift"
    pages = []
    for number, name in (
        (receiver.phone, receiver.name),
        (receiver.phone, "王不是"),
        ("13900009999", "王没有"),
    ):
        assert client.post(path, data={"number": number, "name": name}).status_code == 303
        text = client.get(path).text
        pages.append(text.replace(str(number)[-4:], "----"))
        client.post(f"{path}/back")
    whole = [page[page.index('<div class="narrow">') : page.index("</main")] for page in pages]
    told = [re.sub(r'name="csrf_token" value="[^"]*"', "", page) for page in whole]
    assert told[0] == told[1] == told[2]


def test_nobody_learns_it_by_sending_the_offer_again_in_another_name(
    client: FlaskClient, make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    make.sign_in(client, giver)
    path, names = f"/tickets/{ticket.code}/gift", ("王不是", receiver.name)
    for first in names:
        for second in names:
            for name in (first, second):
                sent = {"number": receiver.phone, "name": name}
                assert client.post(path, data=sent).status_code == 303
            client.post(f"{path}/back")


def test_who_opens_the_gift_of_a_returned_ticket_is_not_asked_to_take_it(
    client: FlaskClient, make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    gift = offered(ticket, receiver)
    make.sign_in(client, receiver)
    assert f"/gifts/{gift.code}/accept" in client.get(f"/gifts/{gift.code}").text
    tickets.give_back(giver, ticket.code)
    page = client.get(f"/gifts/{gift.code}").text
    assert f"/gifts/{gift.code}/accept" not in page
    assert "这张票已经不能收了" in page


def test_a_gift_for_somebody_else_is_not_found(
    client: FlaskClient, make: Factory, ticket: Ticket, receiver: Member
) -> None:
    gift = offered(ticket, receiver)
    with pytest.raises(NotFound):
        services.accept(make.member(), gift.code)
    make.sign_in(client, make.member())
    assert client.get(f"/gifts/{gift.code}").status_code == 404
    assert client.post(f"/gifts/{gift.code}/accept").status_code == 404
    assert client.get(f"/tickets/{ticket.code}/gift").status_code == 404


def test_mine_shows_what_waits_on_both_sides(
    client: FlaskClient, make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    gift = offered(ticket, receiver)
    make.sign_in(client, receiver)
    page = client.get("/mine").text
    assert f"/gifts/{gift.code}" in page
    assert "张*华送您一张票" in page
    assert "张建华" not in client.get(f"/gifts/{gift.code}").text
    make.sign_in(client, giver)
    assert "您送出的票" in client.get("/mine").text
    assert "已送出，等对方接收" in client.get(f"/tickets/{ticket.code}").text


def test_the_pages_of_a_gift_from_one_end_to_the_other(
    client: FlaskClient, make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    make.sign_in(client, giver)
    path = f"/tickets/{ticket.code}/gift"
    missing = client.post(path, data={"number": "12", "name": "李桂兰"})
    assert (missing.status_code, "号码要写全" in missing.text, "李桂兰" in missing.text) == (
        422,
        True,
        True,
    )
    assert client.post(path, data={"number": giver.phone, "name": giver.name}).status_code == 422
    client.post(path, data={"number": receiver.phone, "name": receiver.name})
    gift = db.session.scalars(select(Gift)).one()
    make.sign_in(client, receiver)
    done = client.post(f"/gifts/{gift.code}/accept")
    assert done.headers["Location"].endswith(f"/tickets/{ticket.code}")
    assert client.get(done.headers["Location"]).status_code == 200
    assert "看票" in client.get(f"/gifts/{gift.code}").text
    make.sign_in(client, giver)
    assert client.get(f"/tickets/{ticket.code}").status_code == 404


def test_a_refused_gift_is_told_on_its_page(
    client: FlaskClient, make: Factory, ticket: Ticket, giver: Member, receiver: Member
) -> None:
    gift = offered(ticket, receiver)
    services.take_back(giver, ticket.code)
    make.sign_in(client, receiver)
    refused = client.post(f"/gifts/{gift.code}/accept")
    assert (refused.status_code, "已经不能收了" in refused.text) == (409, True)


def test_staff_take_for_who_stands_before_them(
    client: FlaskClient, make: Factory, ticket: Ticket, receiver: Member
) -> None:
    gift = offered(ticket, receiver)
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=receiver)
    assert "有人送您票" in client.get("/mine").text
    assert client.post(f"/gifts/{gift.code}/accept").status_code == 303
    db.session.refresh(ticket)
    assert ticket.member_id == receiver.id
