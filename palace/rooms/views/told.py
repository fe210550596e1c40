"""Rooms and their days as programs read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from palace import clock
from palace.rooms.queries.finding import Found
from palace.rooms.queries.places import House
from palace.rooms.series import Candidate
from palace.rooms.timetable import Lane, Place, Taken
from palace.rooms.ways import Wanted, Way


def instant(day: date, minute: int) -> str:
    """Return a minute of a palace day as programs read it."""
    return clock.iso(clock.at(day, time()) + timedelta(minutes=minute))


def place_json(place: Place) -> dict[str, Any]:
    """Return a room with what is in it."""
    return {
        "space": place.space_id,
        "name_zh": place.name_zh,
        "name_en": place.name_en,
        "floor": place.floor,
        "capacity": place.capacity,
        "min_people": place.min_people,
        "approval": place.approval,
        "purposes": list(place.purposes),
        "equipment": [
            {
                "code": thing.code,
                "count": thing.how_many,
                "name_zh": thing.name_zh,
                "name_en": thing.name_en,
            }
            for thing in place.things
        ],
    }


def day_json(site: House, day: date, lanes: Sequence[Lane]) -> dict[str, Any]:
    """Return a day of a house's rooms."""
    rooms = [place_json(lane.place) | lane_json(lane) for lane in lanes]
    return {"site": site.code, "day": day.isoformat(), "rooms": rooms}


def week_json(lanes: Sequence[Lane]) -> dict[str, Any]:
    """Return a week of one room."""
    return place_json(lanes[0].place) | {"days": [lane_json(lane) for lane in lanes]}


def lane_json(lane: Lane) -> dict[str, Any]:
    """Return a room on a day: when it is open, and what holds it as everybody may know."""
    return {
        "space": lane.place.space_id,
        "day": lane.day.isoformat(),
        "open": [_span(lane.day, *part) for part in lane.parts],
        "taken": [_taken_json(lane.day, one) for one in lane.taken],
    }


def _span(day: date, begins: int, ends: int) -> dict[str, str]:
    return {"starts_at": instant(day, begins), "ends_at": instant(day, ends)}


def _taken_json(day: date, one: Taken) -> dict[str, Any]:
    told = {"use": one.use, "name_zh": one.name_zh, "name_en": one.name_en}
    return _span(day, one.begins, one.ends) | told | {"pending": one.pending, "yours": one.mine}


def found_json(site: House, found: Found) -> dict[str, Any]:
    """Return which rooms are free for a wish, and three ways out where none is."""
    wanted, ways = found.wanted, found.ways
    known = {"room": ways.room, "time": ways.time, "shorter": ways.shorter}
    return {
        "site": site.code,
        **_span(wanted.day, wanted.begins, wanted.ends),
        "free": [place_json(lane.place) for lane in found.free],
        "others": [
            {"space": lane.place.space_id, "stands": how.value} for lane, how in found.others
        ],
        "instead": [_way_json(kind, way) for kind, way in known.items() if way],
        "stock": {thing.code: thing.left for thing in found.stock},
    }


def weekly_json(
    site: House, wanted: Wanted, weeks: int, found: Sequence[tuple[Place, Candidate]]
) -> dict[str, Any]:
    """Return which rooms are free on every date of some weeks, and on which dates the others are."""
    return {
        "site": site.code,
        **_span(wanted.day, wanted.begins, wanted.ends),
        "weeks": weeks,
        "free": [place_json(place) for place, one in found if not one.taken],
        "others": [
            {
                "space": one.space_id,
                "free": [day.isoformat() for day in sorted(one.free)],
                "taken": {day.isoformat(): why for day, why in sorted(one.taken.items())},
            }
            for _place, one in found
            if one.taken
        ],
    }


def _way_json(kind: str, way: Way) -> dict[str, Any]:
    span = _span(way.lane.day, way.begins, way.begins + way.minutes)
    return {"kind": kind, "space": way.lane.place.space_id} | span
