"""Every answer of finding a room, given once."""

from __future__ import annotations

from typing import Any

from palace.members.models import Member
from tests.factory import Factory
from tests.lending import Lending


def find_a_room(walk: Any, make: Factory, member: Member) -> None:
    """Look for a room at a time that is taken, at a day of all, a week of one, and at taking it."""
    lending = Lending(make)
    room = lending.room(purposes=["choir"])
    lending.room()
    lending.reservation(room, begins="20:30", minutes=60)
    make.sign_in(walk.browser, member)
    walk.ask("GET", f"/spaces/free?day={lending.day()}&time=19:00&space={room.space_id}")
    walk.ask("GET", f"/spaces/day?day={lending.day()}")
    walk.ask("GET", f"/spaces/{room.space_id}?day={lending.day()}")
    walk.ask("GET", f"/spaces/{room.space_id}/take?starts={lending.day()}T19:00")
