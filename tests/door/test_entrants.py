"""A door where the show asked who comes: the masked name and the last four, and nothing more."""

from __future__ import annotations

from flask.testing import FlaskClient

from palace.members.rules import Role
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.tickets import services
from palace.tickets.rules import Wish
from palace.tickets.tokens import ticket_token
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
