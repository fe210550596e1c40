"""Answers about a reservation of a room and its dates."""

from __future__ import annotations

from palace.rooms.states import OccurrenceState
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

RESERVING: dict[str, Shape] = {
    "Reservation": exactly(
        reservation=CODE,
        space=NUMBER,
        troupe=maybe(NUMBER),
        purpose=TEXT,
        people=NUMBER,
        minutes=NUMBER,
        weeks=NUMBER,
        note=TEXT,
        occurrences=each(
            exactly(
                occurrence=NUMBER,
                space=NUMBER,
                day=DAY,
                starts_at=INSTANT,
                ends_at=INSTANT,
                state=one_of(OccurrenceState),
                decided_by=maybe(INSTANT),
                why=maybe(TEXT),
            )
        ),
    ),
}
