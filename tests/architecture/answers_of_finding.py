"""Which address that finds a room answers with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "rooms.free": {"GET": "FreeRooms"},
    "rooms.day": {"GET": "DayOfRooms"},
    "rooms.space": {"GET": "WeekOfRoom"},
    "rooms.take": {"GET": "RoomToTake"},
}
