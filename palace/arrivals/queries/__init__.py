"""Which dates there are at a door, whose they are, and what its screen shows; never writes."""

from palace.arrivals.queries.dates import (
    DoorDate,
    again,
    at_door,
    get_at,
    get_own,
    get_room,
    missed,
    of_day,
    rooms,
)
from palace.arrivals.queries.screens import Screen, Shown, screen

__all__ = [
    "DoorDate",
    "Screen",
    "Shown",
    "again",
    "at_door",
    "get_at",
    "get_own",
    "get_room",
    "missed",
    "of_day",
    "rooms",
    "screen",
]
