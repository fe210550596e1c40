"""The clock: the database tells the instant, Asia/Shanghai tells people the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from palace.once import once, read_lately
from palace.statements import execute

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = select(func.palace_clock())
YEAR, A_MINUTE = "year", 60.0  # seconds
Instant = (
    datetime
    | ColumnElement[datetime]
    | InstrumentedAttribute[datetime]
    | InstrumentedAttribute[datetime | None]
)


def now() -> datetime:
    """Return the database's instant (UTC): inside a transaction anew at every call, for a page once."""
    return once("now", _read)


def _read() -> datetime:
    instant: datetime = execute(NOW, {})[0][0]
    return instant.astimezone(UTC)


def this_year() -> int:
    """Return the palace's year as it was a minute ago at most: it decides how days are said, nothing else."""
    return read_lately(YEAR, A_MINUTE, lambda: palace_day(_read()).year)


def palace_day(instant: datetime) -> date:
    """Return the day people at the palace call `instant`."""
    return instant.astimezone(SHANGHAI).date()


def day_span(day: date) -> tuple[datetime, datetime]:
    """Return the half-open span of a palace day as instants."""
    return at(day, time()), at(day + timedelta(days=1), time())


def month_of(instant: Instant) -> ColumnElement[datetime]:
    """Return the start of the Shanghai month that `instant` lies in, as the database tells it."""
    return func.date_trunc("month", instant, SHANGHAI.key)


def at(day: date, clock_time: time) -> datetime:
    """Return the instant of a clock time at the palace (UTC)."""
    return datetime.combine(day, clock_time, SHANGHAI).astimezone(UTC)


def iso(instant: datetime) -> str:
    """Return an instant as programs read it: ISO 8601 in Shanghai, with its offset."""
    return instant.astimezone(SHANGHAI).isoformat()
