"""A weekly series as its steps carry it on, and as it is sent."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask.testing import FlaskClient

from palace.rooms.models import Room
from palace.troupes.models import Troupe

ASK = {"Accept": "application/json"}
WEEKS = 4


def asked(days: list[date], **other: Any) -> dict[str, Any]:
    """Return a series as the steps carry it on."""
    said = {
        "weekday": days[0].isoweekday(),
        "begins": "19:00",
        "since": days[0].isoformat(),
        "until": days[-1].isoformat(),
    }
    return said | other


def sent(days: list[date], room: Room, **other: Any) -> dict[str, Any]:
    """Return a series as it is sent: each date in the room."""
    said = {
        "key": "series-key-1",
        "space": room.space_id,
        "minutes": 120,
        "people": 30,
        "purpose": "choir",
        "dates": [f"{day}:{room.space_id}" for day in days],
    }
    return asked(days) | said | other


def see(client: FlaskClient, troupe: Troupe, **said: Any) -> dict[str, Any]:
    """Return what a program is shown."""
    shown = client.get(f"/troupes/{troupe.id}/series", query_string=said, headers=ASK)
    assert shown.status_code == 200, shown.text
    return dict(shown.json or {})
