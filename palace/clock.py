"""The clock: the database tells the instant, Asia/Shanghai tells people the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from palace.db import db

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the database's instant (UTC), read anew at every call, also inside a transaction."""
    instant: datetime = db.session.scalars(select(func.palace_clock())).one()
    return instant.astimezone(UTC)


def palace_day(instant: datetime) -> date:
    """Return the day people at the palace call `instant`."""
    return instant.astimezone(SHANGHAI).date()


def day_span(day: date) -> tuple[datetime, datetime]:
    """Return the half-open span of a palace day as instants."""
    return at(day, time()), at(day + timedelta(days=1), time())


def month_span(instant: datetime) -> tuple[datetime, datetime]:
    """Return the half-open span of the Shanghai month that `instant` lies in."""
    first = palace_day(instant).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return at(first, time()), at(following, time())


def at(day: date, clock_time: time) -> datetime:
    """Return the instant of a clock time at the palace (UTC)."""
    return datetime.combine(day, clock_time, SHANGHAI).astimezone(UTC)
