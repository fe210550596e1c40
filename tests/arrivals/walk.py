"""The way of a program past the doors, for the walk past every answer."""

from __future__ import annotations

from typing import Any, Protocol

from flask.testing import FlaskClient

from palace import clock
from palace.arrivals import tokens
from palace.db import db
from palace.members.rules import Role
from tests.factory import Factory
from tests.lending import Lending


class Walk(Protocol):
    """What asks an address and checks the shape of the answer."""

    browser: FlaskClient

    def ask(self, method: str, path: str, /, **fields: object) -> Any:
        """Ask for an address; return the answer's body."""


def stand_at_doors(walk: Walk, make: Factory) -> None:
    """Set a door up; sign in at it by a scan and by a clerk, keep and leave; the clock runs on behind."""
    lending = Lending(make)
    today = lending.day(1)
    lending.clock_at(today, "09:00")
    room, troupe = lending.room(), lending.troupe()
    leader = lending.leader(troupe)
    first = lending.occurrence(room, today, "19:00", 60, troupe=troupe, member=leader)
    second = lending.occurrence(lending.court(), today, "19:00", 60)
    make.set_clock(first.starts_at)

    make.sign_in(walk.browser, make.staff(Role.ADMIN))
    walk.ask("GET", "/staff/doors")
    walk.ask("POST", f"/staff/doors/{room.space_id}/renew")
    networks = f"/staff/doors/networks/{room.space.site_id}"
    walk.ask("POST", networks, networks="192.168.1.0/24")
    db.session.refresh(room)
    walk.ask("GET", f"/doors/{room.space_id}/screen?secret={tokens.screen_secret(room)}")

    make.sign_in(walk.browser, leader)
    page = f"/arrivals/{first.id}"
    walk.ask("GET", page)
    walk.ask("POST", f"{page}/keep")
    here = f"/doors/{room.space_id}/here"
    code = walk.ask("GET", f"{here}?code={tokens.screen_code(room, clock.now())}")["code"]
    walk.ask("POST", here, code=code)
    walk.ask("POST", f"{page}/leave")

    make.sign_in(walk.browser, make.staff(Role.COUNTER))
    walk.ask("GET", "/staff/arrivals")
    walk.ask("POST", f"/staff/arrivals/{second.id}/arrive")
    walk.ask("POST", f"/staff/arrivals/{second.id}/leave")
    make.set_clock(None)
