"""Which rooms are free when: one statement by the palace day, however many weeks.

Asked by `day`, never by a join over the ranges of all weeks, which the planner makes one over all rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import INTERVAL

from palace.clock import NOW, SHANGHAI, day_span
from palace.db import table_of
from palace.hours.queries import hours_lately
from palace.hours.rules import Part
from palace.rooms.queries.places import lent
from palace.rooms.timetable import Place
from palace.rooms.wishes import MINUTE, Span
from palace.statements import execute
from palace.venues.models import Occupancy, Space

DAY = timedelta(days=1)
USES, SPACES = table_of(Occupancy), table_of(Space)
PALACE: ColumnElement[str] = literal_column(
    f"'{SHANGHAI.key}'"
)  # written out: only so is the index of what reaches on found
OVER_MIDNIGHT = cast(func.timezone(PALACE, func.upper(USES.c.during)), Date) > USES.c.day


class Closed(StrEnum):
    """Why a room that nobody has is not free."""

    DAY = "closed_day"
    HOURS = "outside_hours"


@dataclass(frozen=True, kw_only=True)
class Search:
    """What somebody looks for: the dates, and what the room must be; `space_ids` None: any room."""

    spans: Sequence[Span]
    site_ids: Collection[int] | None = None
    space_ids: Collection[int] | None = None
    people: int = 0
    purpose: str = ""

    def fits(self, place: Place) -> bool:
        """Return whether a room is what somebody looks for, free or not."""
        return (
            (self.site_ids is None or place.site_id in self.site_ids)
            and (self.space_ids is None or place.space_id in self.space_ids)
            and place.holds(self.people)
            and place.serves(self.purpose)
        )


@dataclass(frozen=True, kw_only=True)
class Found:
    """A room that fits, the days on which it is free, and by day why it is not on the others."""

    room: Place
    free: Sequence[date]
    taken: Mapping[date, str]


@dataclass(frozen=True, kw_only=True)
class Use:
    """A use of a space as grids show it; `during` with what is set up and cleared."""

    id: int
    space_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    use: str
    lapses_at: datetime | None


def holds() -> ColumnElement[bool]:
    """Return the condition that an occupancy holds at the database's clock."""
    return or_(Occupancy.lapses_at.is_(None), Occupancy.lapses_at > func.palace_clock())


def find_free(search: Search) -> list[Found]:
    """Return the rooms that fit, those free on most of the days first, then the smallest."""
    places = [place for place in lent().places.values() if search.fits(place)]
    taken = {place.space_id: dict[date, str]() for place in places}
    for row in execute(TAKEN, _asked(places, search.spans)) if places else ():
        taken[row.space_id][row.wanted_on] = row.use
    for place_id, shut in _shut(places, search.spans).items():
        taken[place_id] = {**shut, **taken[place_id]}
    found = [
        Found(
            room=place,
            free=[span.day for span in search.spans if span.day not in taken[place.space_id]],
            taken=taken[place.space_id],
        )
        for place in places
    ]
    return sorted(found, key=lambda one: (len(one.taken), one.room.capacity))


def _shut(places: Collection[Place], spans: Sequence[Span]) -> dict[int, dict[date, str]]:
    """Return by space on which days it is not open for a span, and why: once for all of the same hours."""
    hours, known = hours_lately(), dict[Any, dict[date, str]]()
    for place in places:
        if (whose := hours.whose(place.site_id, place.space_id)) not in known:
            all_parts = [(span, hours.parts(*whose, span.day)) for span in spans]
            known[whose] = {
                span.day: Closed.HOURS if parts else Closed.DAY
                for span, parts in all_parts
                if not _lies_in(span, parts)
            }
    return {place.space_id: known[hours.whose(place.site_id, place.space_id)] for place in places}


def _lies_in(span: Span, parts: Sequence[Part]) -> bool:
    midnight = day_span(span.day)[0]
    begins, ends = ((each - midnight) / MINUTE for each in (span.starts_at, span.ends_at))
    return any(opens <= begins and ends <= closes for opens, closes in parts)


def _asked(places: Collection[Place], spans: Sequence[Span]) -> dict[str, Any]:
    """Return what the search for free rooms asks for.

    A span is asked of its own day; of the days beside it as a whole only where a room's own setting up
    or clearing reaches there.
    """
    setup = timedelta(minutes=max(place.setup_minutes for place in places))
    teardown = timedelta(minutes=max(place.teardown_minutes for place in places))
    asked = [(span.day, span) for span in spans]
    for span in spans:
        first, last = day_span(span.day)
        if span.starts_at - setup < first:
            asked.append((span.day - DAY, span))
        if span.ends_at + teardown > last:
            asked.append((span.day + DAY, span))
    sharing = [(place, part) for place in places for part in place.shares]
    return {
        "rooms": [place.space_id for place, _ in sharing],
        "parts": [part for _, part in sharing],
        "setups": [place.setup_minutes for place, _ in sharing],
        "teardowns": [place.teardown_minutes for place, _ in sharing],
        "ons": [on.isoformat() for on, _ in asked],
        "days": [span.day.isoformat() for _, span in asked],
        "starts": [span.starts_at.isoformat() for _, span in asked],
        "ends": [span.ends_at.isoformat() for _, span in asked],
        "setup": setup,
        "teardown": teardown,
    }


def occupied(space_ids: Collection[int], days: Collection[date]) -> list[Use]:
    """Return what holds of spaces, or of parts they share with others, on palace days, in its order."""
    around = sorted({day - DAY * by for day in days for by in (0, 1)})
    asked = {"ids": sorted(space_ids), "days": [day.isoformat() for day in around]}
    return [Use(**row._asdict()) for row in execute(OCCUPIED, asked)]


def _list(name: str, kind: Any) -> Any:
    return cast(bindparam(name, type_=ARRAY(Text)), ARRAY(kind))


def _numbers(name: str) -> Any:
    return bindparam(name, type_=ARRAY(BigInteger))


def _met(by: int, *which: Any) -> Select[Any]:
    """Return the uses of the days that the spans are asked of, or of so many days off, each with its span.

    Those that meet it with the longest setting up and clearing there is: most of a day do not.
    """
    instant = DateTime(timezone=True)
    spans = (
        func.unnest(
            _list("ons", Date),
            _list("days", Date),
            _list("starts", instant),
            _list("ends", instant),
        )
        .table_valued(column("looked_on", Date), "wanted_on", "starts_at", "ends_at")
        .render_derived("spans")
    )
    return (
        select(
            USES.c.space_id,
            USES.c.use,
            func.lower(USES.c.during).label("begins"),
            func.upper(USES.c.during).label("ends"),
            spans.c.wanted_on,
            spans.c.starts_at,
            spans.c.ends_at,
        )
        .join_from(spans, USES, USES.c.day == spans.c.looked_on + by)
        .where(
            func.lower(USES.c.during) < spans.c.ends_at + bindparam("teardown", type_=INTERVAL),
            func.upper(USES.c.during) > spans.c.starts_at - bindparam("setup", type_=INTERVAL),
            or_(USES.c.lapses_at.is_(None), USES.c.lapses_at > NOW.scalar_subquery()),
            *which,
        )
    )


def _taken() -> Select[Any]:
    """Return the days on which given rooms are taken for any of some spans, what belongs to both inside.

    Its times are compared, never its ranges: the index of ranges, asked for every span, costs seconds.
    """
    sharing = (
        func.unnest(*map(_numbers, ("rooms", "parts", "setups", "teardowns")))
        .table_valued("room", "part", "setup", "teardown")
        .render_derived("sharing")
    )
    met = _met(0).union_all(_met(-1, OVER_MIDNIGHT)).subquery("met")
    minute = literal(timedelta(minutes=1), INTERVAL)
    return (
        select(
            sharing.c.room.label("space_id"),
            met.c.wanted_on,
            type_coerce(func.min(met.c.use), Text).label("use"),
        )
        .join_from(met, sharing, sharing.c.part == met.c.space_id)
        .where(
            met.c.begins < met.c.ends_at + sharing.c.teardown * minute,
            met.c.ends > met.c.starts_at - sharing.c.setup * minute,
        )
        .group_by(sharing.c.room, met.c.wanted_on)
    )


def _sharing() -> Any:
    """Return the pairs of a given space and each space that has a part of it."""
    wanted, parts = SPACES.alias("wanted"), SPACES.alias("parts")
    return (
        select(wanted.c.id.label("of"), parts.c.id)
        .join_from(wanted, parts, parts.c.atoms.op("&&")(wanted.c.atoms))
        .where(wanted.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
        .subquery("sharing")
    )


def _occupied() -> Select[Any]:
    sharing = _sharing()
    days = _list("days", Date)
    return (
        select(
            USES.c.id,
            sharing.c.of.label("space_id"),
            USES.c.day,
            func.lower(USES.c.during).label("starts_at"),
            func.upper(USES.c.during).label("ends_at"),
            USES.c.use,
            USES.c.lapses_at,
        )
        .join_from(sharing, USES, USES.c.space_id == sharing.c.id)
        .where(USES.c.day == any_(days), holds())
        .order_by(sharing.c.of, func.lower(USES.c.during))
    )


TAKEN, OCCUPIED = _taken(), _occupied()
