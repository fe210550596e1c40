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


def take_a_room(walk: Any, make: Factory) -> None:
    """Take a room, look at what was taken, and give it back."""
    lending = Lending(make)
    room, troupe = lending.room(), lending.troupe()
    make.sign_in(walk.browser, lending.leader(troupe))
    taken = walk.ask(
        "POST",
        "/reservations",
        key="walk-room-1",
        space=room.space_id,
        troupe=troupe.id,
        starts=f"{lending.day()}T19:00",
        minutes=120,
        people=20,
        purpose="choir",
    )
    path = f"/reservations/{taken['reservation']}"
    walk.ask("GET", path)
    walk.ask("POST", f"{path}/cancel", coming=True)
