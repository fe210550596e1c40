"""Every described answer about decisions, given once for real."""

from __future__ import annotations

from typing import Any

from palace.members.rules import Role
from palace.rooms.queries.facts import occurrences_of
from tests.factory import Factory
from tests.lending import Lending


def decide_about_rooms(walk: Any, make: Factory) -> None:
    """Pass one date of a series and refuse the next."""
    lending = Lending(make)
    room = lending.room(approval=True, policy=lending.policy(opens_days=60))
    asked = lending.reservation(room, lending.day(7), weeks=2)
    first, second = occurrences_of(asked.id)
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("GET", "/staff/reservations")
    path = f"/staff/reservations/{asked.code}"
    walk.ask("GET", path)
    walk.ask("POST", f"{path}/decide", dates=str(first.id), verdict="passed", why="")
    walk.ask("POST", f"{path}/decide", dates=str(second.id), verdict="refused", why="有演出")
    walk.ask("POST", "/staff/sign-out")
