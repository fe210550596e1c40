"""Answers about rooms' doors: screens, dates at them, what hangs there."""

from __future__ import annotations

from palace.arrivals.rules import Stage
from tests.architecture.shapes.kinds import (
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    each,
    exactly,
    known,
    maybe,
    one_of,
)

SHOWN = exactly(name=TEXT, starts_at=INSTANT, ends_at=INSTANT, waits_until=maybe(INSTANT))
DOORS: dict[str, Shape] = {
    "DoorScreen": exactly(
        space=NUMBER,
        held=YES_NO,
        running=maybe(SHOWN),
        coming=each(SHOWN),
        here=maybe(TEXT),
        seconds={"type": "number", "minimum": 0},
    ),
    "DateAtDoor": exactly(
        date=NUMBER,
        space=NUMBER,
        starts_at=INSTANT,
        ends_at=INSTANT,
        opens_at=INSTANT,
        waits_until=maybe(INSTANT),
        stage=one_of(Stage),
        arrived_at=maybe(INSTANT),
        left_at=maybe(INSTANT),
        kept=YES_NO,
        leads=YES_NO,
    ),
    "HereAtDoor": exactly(space=NUMBER, code=TEXT, dates=each(known("DateAtDoor"))),
    "DatesToday": exactly(dates=each(known("DateAtDoor"))),
    "DoorsOfRooms": exactly(
        sites=each(exactly(site=NUMBER, networks=each(TEXT))),
        doors=each(exactly(space=NUMBER, screen=TEXT, printed=TEXT)),
    ),
}
