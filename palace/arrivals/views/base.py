"""What the pages of doors share: the blueprint, and a date as programs read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, url_for

from palace import clock
from palace.arrivals import rules, tokens
from palace.arrivals.queries import DoorDate
from palace.rooms.models import Room
from palace.text import N_

bp = Blueprint("arrivals", __name__)
LEFT = N_("谢谢，剩下的时间可以给别人用了。")


def address(endpoint: str, **values: Any) -> str:
    """Return a whole address: phones and tablets come from elsewhere."""
    return str(current_app.extensions["palace"].public_url) + url_for(endpoint, **values)


def here_address(room: Room, code: str) -> str:
    """Return what a QR at a door says."""
    return address("arrivals.here", space_id=room.space_id, code=code)


def screen_address(room: Room) -> str:
    """Return what a tablet at a door opens."""
    return address("arrivals.screen", space_id=room.space_id, secret=tokens.screen_secret(room))


def door_of(subject: str, starts_at: datetime) -> str | None:
    """Return where a date of today is signed in, kept and left; None: it is no room's, or another day's."""
    kind, _, number = subject.partition(":")
    today = clock.palace_day(clock.now())
    if kind != "occurrence" or clock.palace_day(starts_at) != today:
        return None
    return url_for("arrivals.date", occurrence_id=int(number))


def date_json(date: DoorDate, now: datetime) -> dict[str, Any]:
    """Return a date as programs read it."""
    one, due = date.occurrence, date.due
    return {
        "date": one.id,
        "space": one.space_id,
        "starts_at": clock.iso(one.starts_at),
        "ends_at": clock.iso(one.ends_at),
        "opens_at": clock.iso(due.opens_at),
        "waits_until": _iso(due.lapses_at),
        "stage": rules.stage(due, now),
        "arrived_at": _iso(one.arrived_at),
        "left_at": _iso(one.left_at),
        "kept": one.kept_at is not None,
        "leads": date.leads,
    }


def _iso(instant: datetime | None) -> str | None:
    return clock.iso(instant) if instant else None
