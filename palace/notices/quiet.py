"""The hours at which people sleep: plain clock times in, a decision out."""

from __future__ import annotations

from datetime import datetime, time, timedelta


def is_quiet(at: time, quiet_from: time, quiet_until: time) -> bool:
    """Return whether people sleep at a clock time; equal ends: nobody ever does."""
    if quiet_from <= quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


def awake_until(
    now: datetime, span: timedelta, latest: datetime, *, quiet_from: time, quiet_until: time
) -> datetime:
    """Return when so much time has passed in which people are awake, at `latest` the latest.

    `now` is told in the palace's own time.
    """
    left, instant = span, now
    while left and instant < latest:
        if is_quiet(instant.time(), quiet_from, quiet_until):
            instant = next_at(instant, quiet_until)
            continue
        night = next_at(instant, quiet_from)
        awake = left if quiet_from == quiet_until else min(left, night - instant)
        left, instant = left - awake, instant + awake
    return min(instant, latest)


def next_at(instant: datetime, at: time) -> datetime:
    """Return the next instant at this clock time, after `instant`."""
    today = datetime.combine(instant.date(), at, instant.tzinfo)
    return today if today > instant else today + timedelta(days=1)
