"""Rooms on days as everybody may see them: one round trip for a page, by the index of day and space."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    and_,
    any_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from palace import clock
from palace.hours.models import Closure
from palace.hours.queries import hours_lately
from palace.hours.rules import MIDNIGHT
from palace.programme.models import Performance, Production
from palace.rooms.models import Occurrence
from palace.rooms.queries.free import OVER_MIDNIGHT
from palace.rooms.rules import window
from palace.rooms.states import OccurrenceState
from palace.rooms.timetable import Lane, Place, Taken
from palace.rooms.wishes import Figures
from palace.statements import execute
from palace.troupes.models import Troupe
from palace.venues.models import Occupancy

MINUTE = 60
DAY = timedelta(days=1)
DAYS = any_(bindparam("days", type_=ARRAY(Date)))


def _minutes(instant: Any) -> ColumnElement[int]:
    """Return the whole minutes of an instant since 1970."""
    return cast(func.date_part("epoch", instant) / MINUTE, BigInteger)


BEGINS, ENDS = func.lower(Occupancy.during), func.upper(Occupancy.during)
USES = (
    select(
        Occupancy.space_id,
        Occupancy.day,
        _minutes(BEGINS).label("begins"),
        _minutes(ENDS).label("ends"),
        _minutes(func.coalesce(Occurrence.starts_at, BEGINS)).label("starts"),
        _minutes(func.coalesce(Occurrence.ends_at, ENDS)).label("finishes"),
        Occupancy.use,
        func.coalesce(Troupe.name_zh, Closure.reason_zh, Production.title_zh, "").label("name_zh"),
        func.coalesce(Troupe.name_en, Closure.reason_en, Production.title_en, "").label("name_en"),
        Occurrence.state,
        Occurrence.member_id,
        Occurrence.troupe_id,
    )
    .select_from(Occupancy)
    .outerjoin(Occurrence, Occurrence.occupancy_id == Occupancy.id)
    .outerjoin(Troupe, Troupe.id == Occurrence.troupe_id)
    .outerjoin(Closure, Closure.occupancy_id == Occupancy.id)
    .outerjoin(
        Performance,
        and_(Performance.occupancy_id == Occupancy.id, Performance.published_at.is_not(None)),
    )
    .outerjoin(Production, Production.id == Performance.production_id)
    .where(
        Occupancy.day == DAYS,
        or_(Occupancy.day >= bindparam("first", type_=Date), OVER_MIDNIGHT),
        Occupancy.space_id == any_(bindparam("space_ids", type_=ARRAY(BigInteger))),
        or_(Occupancy.lapses_at.is_(None), Occupancy.lapses_at > clock.NOW.scalar_subquery()),
    )
    .order_by(BEGINS)
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Who looks: their own uses are told to them as theirs."""

    member_id: int | None = None
    troupes: Collection[int] = ()

    def has(self, row: Any) -> bool:
        """Return whether a use is theirs."""
        return (row.troupe_id or 0) in self.troupes or (
            row.troupe_id is None and self.member_id is not None and row.member_id == self.member_id
        )


def lanes(places: Sequence[Place], days: Sequence[date], now: datetime, seen: Seen) -> list[Lane]:
    """Return rooms on days, every room's days together, with what holds them."""
    hours = hours_lately()
    used = _used(places, days, seen)
    return [
        Lane(
            place=place,
            day=day,
            parts=hours.parts(place.site_id, place.space_id, day),
            taken=tuple(one for space_id in place.shares for one in used.get((space_id, day), ())),
            earliest=_earliest(day, now, place.figures.lead_minutes),
            opens_at=_opens_at(day, now, place.figures),
        )
        for place in places
        for day in days
    ]


def _used(
    places: Sequence[Place], days: Sequence[date], seen: Seen
) -> Mapping[tuple[int, date], list[Taken]]:
    """Return the uses of spaces on days; one over midnight stands on both."""
    first = min(days)
    before = first - DAY
    midnights = {day: int(clock.at(day, time()).timestamp()) // MINUTE for day in (before, *days)}
    values = {
        "days": list(midnights),
        "first": first,
        "space_ids": sorted({space_id for place in places for space_id in place.shares}),
    }
    used: dict[tuple[int, date], list[Taken]] = defaultdict(list)
    for row in execute(USES, values):
        at = midnights[row.day]
        taken = Taken(
            begins=row.begins - at,
            ends=row.ends - at,
            starts=row.starts - at,
            finishes=row.finishes - at,
            use=row.use,
            name_zh=row.name_zh,
            name_en=row.name_en,
            pending=row.state == OccurrenceState.PENDING,
            mine=seen.has(row),
        )
        used[row.space_id, row.day].append(taken)
        if taken.ends > MIDNIGHT:
            used[row.space_id, row.day + DAY].append(taken.next_day())
    return used


def minute_of(day: date, instant: datetime) -> int:
    """Return the minutes from the midnight of a palace day until an instant, whole ones that are over."""
    return int((instant - clock.at(day, time())).total_seconds() // MINUTE)


def _earliest(day: date, now: datetime, lead_minutes: int) -> int:
    """Return the first minute of a day that a use may still begin at; 24:00 of a day that is over."""
    passed = -(-(now - clock.at(day, time())).total_seconds() // MINUTE) + lead_minutes
    return min(max(int(passed), 0), MIDNIGHT)


def _opens_at(day: date, now: datetime, figures: Figures) -> datetime | None:
    """Return from when a day may be taken, where that is still to come."""
    opens_at, _ = window(day, figures, clock.SHANGHAI)
    return opens_at if now < opens_at else None
