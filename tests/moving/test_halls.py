"""Moves by their pages: whose halls a show may be moved to."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from palace.members.rules import Role
from palace.programme.models import Performance
from palace.venues.models import Space
from tests.factory import Factory
from tests.members.browser import JSON
from tests.moving.conftest import TITLE, Mover


def proposed(client: FlaskClient, show: Performance, space: Space, plan_id: int) -> Any:
    """Propose to move a show to a hall, as the page sent it."""
    page, hall = (
        f"/staff/programme/performances/{show.id}/move",
        {"kind": "move", "space": space.id},
    )
    shown = client.get(page, headers=JSON).get_json()["shown"]
    return client.post(page, data=hall | {"plan": plan_id, "title": TITLE, "shown": shown})


def test_a_show_is_moved_to_a_hall_of_one_s_own_house_alone(
    mover: Mover, make: Factory, client: FlaskClient
) -> None:
    show = mover.show()
    here, there = make.space(), make.space()
    there.site_id = make.branch().id
    make.add(there)
    plans = {one.id: make.plan(one, [6]).id for one in (here, there)}
    make.sign_in(client, make.staff(Role.PROGRAMME, site=make.site()))

    page = f"/staff/programme/performances/{show.id}/move?kind=move&space={there.id}"
    assert client.get(page, headers=JSON).get_json()["seen"] is None
    assert proposed(client, show, there, plans[there.id]).status_code == 404
    assert proposed(client, show, here, plans[here.id]).status_code == 303
