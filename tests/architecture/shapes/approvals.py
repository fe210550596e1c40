"""Answers about reservations that a person decides about."""

from __future__ import annotations

from palace.rooms.states import OccurrenceState
from tests.architecture.shapes.kinds import (
    CODE,
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

APPROVALS: dict[str, Shape] = {
    "ReservationsToDecide": exactly(
        reservations=each(
            exactly(
                reservation=CODE,
                troupe=maybe(TEXT),
                space=NUMBER,
                dates=NUMBER,
                first_at=INSTANT,
                decide_by=INSTANT,
            )
        )
    ),
    "TroupesOfShow": exactly(
        performance=NUMBER, troupes=each(exactly(troupe=NUMBER, name=TEXT, plays=YES_NO))
    ),
    "ReservationToDecide": exactly(
        reservation=CODE,
        people=NUMBER,
        purpose=TEXT,
        dates=each(
            exactly(
                occurrence=NUMBER,
                space=NUMBER,
                starts_at=INSTANT,
                ends_at=INSTANT,
                state=one_of(OccurrenceState),
                waits=YES_NO,
            )
        ),
    ),
}
