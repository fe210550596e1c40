"""Which address of a room's door answers with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "arrivals.screen": {"GET": "DoorScreen"},
    "arrivals.here": {"GET": "HereAtDoor"},
    "arrivals.arrive": {"POST": "DateAtDoor"},
    "arrivals.date": {"GET": "DateAtDoor"},
    "arrivals.keep": {"POST": "DateAtDoor"},
    "arrivals.leave": {"POST": "DateAtDoor"},
    "arrivals.today": {"GET": "DatesToday"},
    "arrivals.sign_in": {"POST": "DatesToday"},
    "arrivals.sign_out": {"POST": "DatesToday"},
    "arrivals.doors": {"GET": "DoorsOfRooms"},
    "arrivals.renew": {"POST": "DoorsOfRooms"},
    "arrivals.set_networks": {"POST": "DoorsOfRooms"},
}
FILES = {"arrivals.printed": "application/pdf"}
REDIRECTS = {"arrivals.here"}
