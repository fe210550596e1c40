"""Dates that nobody came to: the room is given back, and who took it has a strike."""

from __future__ import annotations

from palace import clock
from palace.arrivals import queries, rules
from palace.arrivals.rules import Stage
from palace.rooms.services import end, locked, write_strike
from palace.rooms.services.strikes import MISSED, SYSTEM
from palace.rooms.states import OccurrenceState


def miss(occurrence_id: int) -> bool:
    """Write down that nobody came to a date, once; return whether that was new.

    The room has been free since its `lapses_at`: this only tidies, tells, and asks who waits for it.
    """
    date = queries.get_at(None, occurrence_id)
    locked(date.occurrence.reservation)
    date, now = queries.again(date), clock.now()
    one = date.occurrence
    confirmed = one.state is OccurrenceState.CONFIRMED
    if not confirmed or rules.stage(date.due, now) is not Stage.FREE:
        return False
    end(one, OccurrenceState.MISSED, by=SYSTEM, now=now, tell=False)
    write_strike(one, MISSED, now)
    return True
