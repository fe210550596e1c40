"""Opening a closed space early: who waits for it is told."""

from __future__ import annotations

from datetime import datetime

from palace.clock import palace_day
from palace.hours.models import Closure
from palace.hours.queries.weeks import Sites
from palace.hours.services.closing import end
from palace.rooms.services import on_room_freed
from palace.rooms.wishes import Span


def open_early(code: str, sites: Sites, now: datetime) -> list[Closure]:
    """End a closure now; what it held or was to hold is free for whoever waits for it.

    Raises:
        NotFound: there is no such closure at these houses.
        ClosureEnded: nothing of it holds any more.
    """
    ended = end(code, sites, now)
    for row in ended:
        starts_at = max(row.starts_at, now)
        span = Span(day=palace_day(starts_at), starts_at=starts_at, ends_at=row.ends_at)
        for freed in on_room_freed.values():
            freed(row.space_id, span)
    return ended
