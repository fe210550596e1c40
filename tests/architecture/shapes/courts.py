"""Answers about courts by the hour, and about who waits for a room."""

from __future__ import annotations

from palace.rooms.states import WaitState
from tests.architecture.shapes.kinds import (
    CODE,
    DAY,
    INSTANT,
    NUMBER,
    TEXT,
    Shape,
    each,
    exactly,
    maybe,
    one_of,
)

COURTS: dict[str, Shape] = {
    "Courts": exactly(
        now=INSTANT,
        day=DAY,
        days=each(DAY),
        site=maybe(TEXT),
        kind=maybe(TEXT),
        kinds=each(exactly(site=TEXT, kind=TEXT, courts=NUMBER)),
        opens_at=maybe(INSTANT),
        minutes_left=maybe(NUMBER),
        unit_left=maybe(NUMBER),
        why=each(TEXT),
        hours=each(exactly(starts_at=INSTANT, ends_at=INSTANT, free=NUMBER, mine=maybe(CODE))),
    ),
    "CourtTaken": exactly(
        reservation=CODE, space=NUMBER, court=TEXT, starts_at=INSTANT, ends_at=INSTANT
    ),
    "RoomWait": exactly(
        space=NUMBER,
        any_of=maybe(TEXT),
        starts_at=INSTANT,
        ends_at=INSTANT,
        code=maybe(CODE),
        state=maybe(one_of(WaitState)),
        place=maybe(NUMBER),
        lapses_at=maybe(INSTANT),
        reservation=maybe(CODE),
    ),
}
