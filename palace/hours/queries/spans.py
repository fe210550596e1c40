"""When houses and spaces are open; never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, and_, any_, bindparam, or_, select

from palace.clock import at
from palace.hours.models import OpeningHours, SpecialDay
from palace.hours.rules import Part, part, parts_of
from palace.statements import execute_all

Week = dict[int, list[Part]]
Opened = tuple[tuple[datetime, datetime], ...]
SITES = any_(bindparam("site_ids", type_=ARRAY(BigInteger)))
HOURS = select(
    OpeningHours.site_id,
    OpeningHours.space_id,
    OpeningHours.weekday,
    OpeningHours.opens,
    OpeningHours.closes,
).where(
    or_(
        OpeningHours.space_id == any_(bindparam("space_ids", type_=ARRAY(BigInteger))),
        and_(OpeningHours.space_id.is_(None), OpeningHours.site_id == SITES),
    )
)
SPECIAL = select(SpecialDay.site_id, SpecialDay.day, SpecialDay.counts_as).where(
    SpecialDay.day == any_(bindparam("days", type_=ARRAY(Date))),
    or_(SpecialDay.site_id.is_(None), SpecialDay.site_id == SITES),
)


def open_spans(spaces: Mapping[int, int], days: Collection[date]) -> dict[tuple[int, date], Opened]:
    """Return when each space is open on each day; nothing where it is closed all day.

    Closures are no hours: they occupy the space.

    Args:
        spaces: the house of each space, by their ids.
        days: palace days.
    """
    sites = set(spaces.values())
    hours, special = execute_all(
        (HOURS, {"space_ids": list(spaces), "site_ids": list(sites)}),
        (SPECIAL, {"days": list(days), "site_ids": list(sites)}),
    )
    weeks, named = _weeks(hours), {site_id: _special_at(site_id, special) for site_id in sites}
    return {
        (space_id, day): _instants(day, parts_of(day, week, named[site_id]))
        for space_id, site_id in spaces.items()
        for week in [weeks.get((site_id, space_id)) or weeks.get((site_id, None), {})]
        for day in days
    }


def _weeks(rows: Iterable[Any]) -> dict[tuple[int, int | None], Week]:
    """Return the hours of the week of each house, and of each space that has its own."""
    weeks: dict[tuple[int, int | None], Week] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        weeks[row.site_id, row.space_id][row.weekday].append(part(row.opens, row.closes))
    return weeks


def _special_at(site_id: int, rows: Iterable[Any]) -> dict[date, int]:
    """Return what days count as at a house: its own row before the palace's."""
    ours = {row.day: row.counts_as for row in rows if row.site_id is None}
    return ours | {row.day: row.counts_as for row in rows if row.site_id == site_id}


def _instants(day: date, parts: Iterable[Part]) -> Opened:
    midnight = at(day, time())
    return tuple(
        (midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes))
        for opens, closes in parts
    )
