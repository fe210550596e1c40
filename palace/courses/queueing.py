"""How long a queue for a class lasts, and an offer made to who is first: plain values in, instants out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from palace.notices.quiet import awake_until

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class OfferTimes:
    """The figures of offers: their hours, those within the day before a session, the hours people sleep."""

    hours: int
    last_hours: int
    quiet_from: time
    quiet_until: time


def queue_ends(
    starts: Sequence[datetime], *, sessions: int, term_ends: datetime
) -> datetime | None:
    """Return when a queue is over: as the session after so many begins; None: nothing is planned.

    With fewer sessions it is as the last begins; never after the term.
    """
    if not starts:
        return None
    in_order = sorted(starts)
    return min(in_order[min(sessions, len(in_order) - 1)], term_ends)


def offer_ends(
    starts: Sequence[datetime], times: OfferTimes, now: datetime, *, queue_ends: datetime
) -> datetime:
    """Return until when an offer may be taken; `now` is told in the palace's own time.

    That is its hours, or, within the day before a session, fewer, which do not run at night; then never
    beyond that session's start.
    """
    coming = min((start for start in starts if start > now), default=queue_ends)
    if coming - now > DAY:
        return min(now + timedelta(hours=times.hours), queue_ends)
    return awake_until(
        now,
        timedelta(hours=times.last_hours),
        min(coming, queue_ends),
        quiet_from=times.quiet_from,
        quiet_until=times.quiet_until,
    )
