"""Answers to who looks for a room: what is free, a day of all rooms, a week of one."""

from __future__ import annotations

from palace.rooms.timetable import CellKind
from palace.venues.rules import Use
from tests.architecture.shapes.kinds import (
    DAY,
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    each,
    exactly,
    known,
    one_of,
)

WHOLE: Shape = {"type": "integer"}
SPAN = {"starts_at": INSTANT, "ends_at": INSTANT}
THING = {"code": TEXT, "count": NUMBER, "name_zh": TEXT, "name_en": TEXT}
PLACE = {
    "space": NUMBER,
    "name_zh": TEXT,
    "name_en": TEXT,
    "floor": WHOLE,
    "capacity": NUMBER,
    "min_people": NUMBER,
    "approval": YES_NO,
    "purposes": each(TEXT),
    "equipment": each(exactly(**THING)),
}
LANE = {
    "space": NUMBER,
    "day": DAY,
    "open": each(exactly(**SPAN)),
    "taken": each(known("UseOfRoom")),
}

FINDING: dict[str, Shape] = {
    "Room": exactly(**PLACE),
    "UseOfRoom": exactly(
        **SPAN, use=one_of(Use), name_zh=TEXT, name_en=TEXT, pending=YES_NO, yours=YES_NO
    ),
    "FreeRooms": exactly(
        site=TEXT,
        **SPAN,
        free=each(known("Room")),
        others=each(exactly(space=NUMBER, stands=one_of(CellKind))),
        instead=each(exactly(kind=one_of(("room", "time", "shorter")), space=NUMBER, **SPAN)),
        stock={"type": "object", "additionalProperties": WHOLE},
    ),
    "DayOfRooms": exactly(site=TEXT, day=DAY, rooms=each(exactly(**PLACE | LANE))),
    "WeekOfRoom": exactly(**PLACE, days=each(exactly(**LANE))),
    "RoomToTake": exactly(
        **PLACE,
        **SPAN,
        free=YES_NO,
        lengths=each(NUMBER),
        decided_by_a_person=YES_NO,
        failures=each(TEXT),
    ),
}
