"""When houses and spaces are open; never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, and_, any_, bindparam, or_, select

from palace.clock import at
from palace.hours.models import OpeningHours, SpecialDay
from palace.hours.rules import Part, part, parts_of
from palace.once import change_with, read_lately
from palace.statements import Question, execute_all
from palace.venues.models import Space

Weeks = dict[tuple[int, int | None], dict[int, list[Part]]]
Opened = tuple[tuple[datetime, datetime], ...]
HOURS_FRESH = 2.0  # seconds
HOURS_NAME = "hours"
SPACES = any_(bindparam("space_ids", type_=ARRAY(BigInteger)))
SITES = any_(bindparam("site_ids", type_=ARRAY(BigInteger)))
THEIR_SITES = select(Space.site_id).where(Space.id == SPACES)
ALL_HOURS = select(
    OpeningHours.site_id,
    OpeningHours.space_id,
    OpeningHours.weekday,
    OpeningHours.opens,
    OpeningHours.closes,
)
ALL_SPECIAL = select(SpecialDay.site_id, SpecialDay.day, SpecialDay.counts_as)
HOURS = ALL_HOURS.where(
    or_(
        OpeningHours.space_id == SPACES,
        and_(
            OpeningHours.space_id.is_(None),
            or_(OpeningHours.site_id == SITES, OpeningHours.site_id.in_(THEIR_SITES)),
        ),
    )
)
SPECIAL = ALL_SPECIAL.where(
    SpecialDay.day == any_(bindparam("days", type_=ARRAY(Date))),
    or_(
        SpecialDay.site_id.is_(None),
        SpecialDay.site_id == SITES,
        SpecialDay.site_id.in_(THEIR_SITES),
    ),
)


change_with(HOURS_NAME, OpeningHours, SpecialDay)


@dataclass(frozen=True)
class Hours:
    """The hours of all houses and of spaces that have their own, and all special days."""

    weeks: Weeks
    special: Mapping[int | None, Mapping[date, int]]
    known: dict[tuple[int, int | None, date], tuple[Part, ...]] = field(default_factory=dict)

    def whose(self, site_id: int, space_id: int | None) -> tuple[int, int | None]:
        """Return whose hours a space keeps: its own where it has any, else its house's."""
        return site_id, space_id if (site_id, space_id) in self.weeks else None

    def parts(self, site_id: int, space_id: int | None, day: date) -> tuple[Part, ...]:
        """Return when a space is open on a day, in minutes from its midnight; nothing where it is closed."""
        whose = self.whose(site_id, space_id)
        if (*whose, day) not in self.known:
            counts = {**self.special.get(None, {}), **self.special.get(site_id, {})}
            self.known[*whose, day] = parts_of(day, self.weeks.get(whose, {}), counts)
        return self.known[*whose, day]


def hours_lately() -> Hours:
    """Return when everything is open, as it was two seconds ago at most: for who looks, not who takes."""
    return read_lately(HOURS_NAME, HOURS_FRESH, _read_all)


def _read_all() -> Hours:
    hours, days = execute_all((ALL_HOURS, {}), (ALL_SPECIAL, {}))
    special: dict[int | None, dict[date, int]] = defaultdict(dict)
    for row in days:
        special[row.site_id][row.day] = row.counts_as
    return Hours(weeks=dict(_weeks(hours)), special=dict(special))


def open_spans(spaces: Mapping[int, int], days: Collection[date]) -> dict[tuple[int, date], Opened]:
    """Return when each space is open on each day; nothing where it is closed all day.

    Closures are no hours: they occupy the space.

    Args:
        spaces: the house of each space, by their ids.
        days: palace days.
    """
    return opened(spaces, days, *execute_all(*asking_hours(spaces, days)))


def asking_hours(space_ids: Collection[int], days: Collection[date]) -> tuple[Question, Question]:
    """Return the statements of `open_spans`, for `opened` to read."""
    return _asking(space_ids, (), days)


def opened(
    spaces: Mapping[int, int], days: Collection[date], hours: Sequence[Any], counts: Sequence[Any]
) -> dict[tuple[int, date], Opened]:
    """Return what `open_spans` does from what `asking_hours` was answered."""
    weeks, special = _weeks(hours), {of: _special_at(of, counts) for of in set(spaces.values())}
    named = {
        space_id: (site_id, space_id if weeks.get((site_id, space_id)) else None)
        for space_id, site_id in spaces.items()
    }
    known = {  # once for all spaces that keep their house's hours
        (whose, day): _instants(day, parts_of(day, weeks.get(whose, {}), special[whose[0]]))
        for whose in set(named.values())
        for day in days
    }
    return {(space_id, day): known[whose, day] for space_id, whose in named.items() for day in days}


def house_spans(
    site_ids: Collection[int], days: Collection[date]
) -> dict[tuple[int, date], Opened]:
    """Return when each house is open on each day; nothing where it is closed all day."""
    hours, counts = execute_all(*_asking((), site_ids, days))
    weeks, special = _weeks(hours), {of: _special_at(of, counts) for of in site_ids}
    return {
        (site_id, day): _instants(
            day, parts_of(day, weeks.get((site_id, None), {}), special[site_id])
        )
        for site_id in site_ids
        for day in days
    }


def _asking(
    space_ids: Collection[int], site_ids: Collection[int], days: Collection[date]
) -> tuple[Question, Question]:
    """Return the statements about hours and about special days, of some houses and those of spaces."""
    whose = {"space_ids": list(space_ids), "site_ids": list(site_ids)}
    return (HOURS, whose), (SPECIAL, whose | {"days": list(days)})


def _weeks(rows: Iterable[Any]) -> Weeks:
    """Return the hours of the week of each house, and of each space that has its own."""
    weeks: Weeks = defaultdict(lambda: defaultdict(list))
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
