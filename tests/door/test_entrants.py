"""A door where the show asked who comes: the masked name and the last four, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient

from palace import clock
from palace.identities.rules import Declared
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.security import PURPOSES, Key, keys
from palace.tickets import services
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from palace.tickets.tokens import ticket_token
from tests.door.conftest import open_now, ring
from tests.factory import Factory
from tests.tickets.test_entrants import adult


def test_the_steward_compares_name_and_last_four(
    make: Factory, client: FlaskClient, tonight: Performance
) -> None:
    tonight.identity_policy = IdentityPolicy.EVERY_ENTRANT
    make.add(tonight)
    member, guest = make.member(), adult("009", "李志强")
    order = services.hold(member, tonight.id, Wish(count=1), key="door-entrant")
    services.confirm(member, order.code, [guest])
    make.sign_in(client, make.staff(Role.DOOR))

    answered = client.post(
        f"/door/{tonight.id}/admit",
        json={"code": ticket_token(order.tickets[0])},
        headers={"Accept": "application/json"},
    )

    told = answered.get_json()["told"]
    assert told["name"] == "李*强"
    assert f"身份证尾号{guest.number[-4:]}" in told["proof"]
    assert "李志强" not in answered.text
    assert guest.number not in answered.text


def named_for(
    make: Factory, at: Performance, count: int, policy: IdentityPolicy
) -> tuple[Declared, list[Ticket]]:
    """Return somebody who comes in by so many tickets of a performance that asks for names."""
    at.identity_policy, at.seats_per_member = policy, 4
    make.add(at)
    guest = adult("009", "李志强")
    member = make.member()
    order = services.hold(member, at.id, Wish(count=count), key=f"door-named-{policy}")
    services.confirm(member, order.code, [guest])
    return guest, list(order.tickets)


def read(client: FlaskClient, at: Performance, number: str) -> dict[str, Any]:
    """Put an identity card on a door's reader."""
    told = client.post(
        f"/door/{at.id}/admit", json={"code": number}, headers={"Accept": "application/json"}
    )
    assert number not in told.text
    found: dict[str, Any] = told.get_json()
    return found


def test_an_identity_card_lets_its_holder_in_once(
    make: Factory, client: FlaskClient, tonight: Performance
) -> None:
    guest, [ticket] = named_for(make, tonight, 1, IdentityPolicy.EVERY_ENTRANT)
    make.sign_in(client, make.staff(Role.DOOR))
    first = read(client, tonight, f"{guest.number[:6]} {guest.number[6:].lower()}")
    assert (first["verdict"], first["seat"]) == ("admitted", ticket.seat and ticket.seat.code)
    assert read(client, tonight, guest.number)["verdict"] == "already"


def test_a_buyer_s_card_lets_in_one_ticket_at_each_reading(
    make: Factory, client: FlaskClient, tonight: Performance
) -> None:
    guest, tickets = named_for(make, tonight, 2, IdentityPolicy.BUYER)
    make.sign_in(client, make.staff(Role.DOOR))
    verdicts = [read(client, tonight, guest.number) for _ in range(3)]
    assert [one["verdict"] for one in verdicts] == ["admitted", "admitted", "already"]
    assert len({one["seat"] for one in verdicts}) == len(tickets) == 2


def test_another_card_another_evening_and_a_returned_ticket_stay_out(
    make: Factory, client: FlaskClient, tonight: Performance
) -> None:
    guest, [ticket] = named_for(make, tonight, 1, IdentityPolicy.EVERY_ENTRANT)
    elsewhere = open_now(make)
    make.sign_in(client, make.staff(Role.DOOR))
    for at, number in ((tonight, adult("010").number), (elsewhere, guest.number)):
        refused = read(client, at, number)
        assert (refused["verdict"], refused["reason"]) == ("refused", "not_named")
    services.give_back(ticket.member, ticket.code)
    assert read(client, tonight, guest.number)["reason"] == "not_named"


def test_a_card_is_found_whatever_was_rotated_after_the_sale_opened(
    make: Factory, client: FlaskClient, tonight: Performance
) -> None:
    guest, _ = named_for(make, tonight, 1, IdentityPolicy.EVERY_ENTRANT)
    make.sign_in(client, make.staff(Role.DOOR))
    ours = [key for purpose in PURPOSES for key in keys().all(purpose)]
    retired = [
        replace(key, retired_at=clock.now()) if key.purpose == "identity" else key for key in ours
    ]
    with ring(*retired, Key("fade", "identity", b"n" * 32)):
        assert read(client, tonight, guest.number)["verdict"] == "admitted"
