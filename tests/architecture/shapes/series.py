"""Answers about weekly series of rooms, and about changing their dates."""

from __future__ import annotations

from palace.rooms.states import OccurrenceState
from tests.architecture.shapes.kinds import (
    CODE,
    DAY,
    INSTANT,
    NUMBER,
    TEXT,
    YES_NO,
    Shape,
    each,
    exactly,
    maybe,
    one_of,
)

BY_DAY: Shape = {"type": "object", "additionalProperties": each(NUMBER)}
AT = exactly(starts_at=INSTANT, ends_at=INSTANT, space=NUMBER)
SERIES: dict[str, Shape] = {
    "Series": exactly(
        since=DAY,
        until=DAY,
        minutes=NUMBER,
        people=NUMBER,
        purpose=TEXT,
        begins=each(TEXT),
        days=each(DAY),
        proposals=each(exactly(space=NUMBER, free=NUMBER, swaps=BY_DAY)),
        space=maybe(NUMBER),
        dates=each(
            exactly(day=DAY, date=maybe(TEXT), free=YES_NO, why=maybe(TEXT), others=each(NUMBER))
        ),
        failed=each(exactly(code=TEXT, day=maybe(DAY))),
        to_decide=NUMBER,
    ),
    "SeriesTaken": exactly(
        reservation=CODE,
        dates=each(
            exactly(occurrence=NUMBER, day=DAY, space=NUMBER, state=one_of(OccurrenceState))
        ),
    ),
    "Changes": exactly(
        dates=each(
            exactly(
                occurrence=NUMBER,
                state=one_of(OccurrenceState),
                old=AT,
                new=AT,
                wrong=each(TEXT),
            )
        )
    ),
    "DatesChanged": exactly(reservation=CODE),
    "AddedBack": exactly(reservation=CODE, occurrence=NUMBER, state=one_of(OccurrenceState)),
}
