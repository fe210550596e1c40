"""Moves by their pages: whose halls a show may be moved to."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from palace import upkeep
from palace.clock import at
from palace.db import db
from palace.members.rules import Role
from palace.moving.rules import MoveState
from palace.programme.models import Performance
from palace.rooms.models import Room
from palace.rooms.services.waiting import join
from palace.rooms.states import WaitState
from palace.venues.models import Space
from tests.factory import Factory
from tests.lending import Lending
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


@pytest.mark.parametrize("called_off", [True, False])
def test_a_hall_that_a_show_leaves_is_offered_with_the_first_message(
    mover: Mover, make: Factory, lending: Lending, called_off: bool
) -> None:
    show = mover.show(starts_at=at(lending.day(7), time(19)))
    lending.hours()
    policy = lending.policy()
    hall = Room(space_id=show.space_id, policy_id=policy.id, floor=1)
    make.add(hall)
    troupe = lending.troupe()
    wish = lending.wish(hall, lending.day(7), "19:00", 60, troupe=troupe, people=5)
    wait = join(wish, by="member:1")

    move = mover.cancel(show) if called_off else mover.move(show)
    assert wait.state is WaitState.WAITING
    make.commit()
    upkeep.tell_all()
    db.session.expire_all()
    assert (wait.state, move.state) == (WaitState.OFFERED, MoveState.DONE)


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
