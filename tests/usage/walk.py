"""Every answer about the week of a house and the use of its rooms, given once for real."""

from __future__ import annotations

from typing import Any

from palace.members.rules import Role
from tests.factory import Factory
from tests.lending import Lending


def look_at_use(walk: Any, make: Factory) -> None:
    """Read a week in which a room is lent, how rooms were used, and the list of all dates."""
    lending = Lending(make)
    one = lending.occurrence(lending.room(), troupe=lending.troupe())
    make.sign_in(walk.browser, make.staff(Role.PROGRAMME))
    walk.ask("GET", f"/staff/week?day={one.day}")
    walk.ask("GET", f"/staff/usage?first={one.day}&last={one.day}")
    walk.ask("GET", "/staff/usage/dates")
    walk.ask("POST", "/staff/sign-out")
