"""What a class would take before anybody plans it: every date, what is in its way, and what else is free."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from palace.coursedesk.queries.rooms import (
    COURSE,
    Around,
    Way,
    around_of,
    in_the_way,
    rooms_at,
    span_of,
    taught_by,
)
from palace.coursedesk.queries.terms import special_days
from palace.coursedesk.rules import seen_as
from palace.courses.queries.teaching import Choice, choices
from palace.courses.series import FARTHEST, Days, Series, Special, days_of
from palace.hours.queries import open_spans
from palace.rooms.models import Room
from palace.teachers.rules import Span
from palace.venues.models import Space
from palace.venues.rules import Use

STEP, STEPS, MOST_OTHERS = 30, 8, 3
"""Other times are looked for in steps of so many minutes, so many before and after; so many are shown."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A class that somebody would plan: where, by whom, on which days, from when to when."""

    site_id: int
    subject: str | None
    level: int
    places: int
    space_id: int | None
    teacher_id: int | None
    series: Series
    begins: time
    minutes: int


@dataclass(frozen=True, kw_only=True)
class RoomChoice:
    """A room a class could be in: whether it is large enough, and on which days something is in its way."""

    space: Space
    fits: bool
    for_courses: bool
    taken: Sequence[date]


@dataclass(frozen=True, kw_only=True)
class DateShown:
    """A session that would be planned, with everything that stands against it, and what day it is."""

    span: Span
    special: Special | None
    ways: Sequence[Way]
    teacher_busy: bool
    outside: bool

    @property
    def clashes(self) -> bool:
        """Return whether it could not be planned."""
        return bool(self.ways) or self.teacher_busy


@dataclass(frozen=True, kw_only=True)
class Looked:
    """The dates of a class as they would be planned, what was left out, and what there is to choose."""

    dates: Sequence[DateShown]
    skipped: Sequence[tuple[date, Special | None]]
    rooms: Sequence[RoomChoice]
    teachers: Sequence[Choice]
    others: Sequence[time]

    @property
    def spans(self) -> list[Span]:
        """Return when the sessions would be."""
        return [one.span for one in self.dates]

    @property
    def seen(self) -> str:
        """Return what the form carries of what it shows."""
        return seen_as(
            (
                one.span.starts_at,
                one.span.ends_at,
                [way.occupancy_id for way in one.ways],
                one.teacher_busy,
            )
            for one in self.dates
        )

    @property
    def displaceable(self) -> bool:
        """Return whether lent rooms alone are in the way: they can be asked to give way."""
        ways = [way for one in self.dates for way in one.ways]
        of_rooms = all(way.use is Use.REHEARSAL for way in ways)
        return bool(ways) and of_rooms and not any(one.teacher_busy for one in self.dates)


def look(wanted: Wanted) -> Looked:
    """Return every date of a class with what stands against it; reads only."""
    days, special = _days(wanted)
    spans = [span_of(day, wanted.begins, wanted.minutes) for day in days.planned]
    rooms = rooms_at(wanted.site_id)
    around = {space.id: around_of(room) for space, room in rooms}
    ways = in_the_way(around[space.id].held(space.id, span) for space, _ in rooms for span in spans)
    teachers = choices(wanted.subject, wanted.level, wanted.site_id, spans)
    busy = _busy(teachers, wanted.teacher_id)
    own = [way for way in ways if way.held.space_id == wanted.space_id]
    outside = _outside(wanted, spans)
    dates = [
        DateShown(
            span=span,
            special=special.get(span.day),
            ways=[way for way in own if way.held.day == span.day],
            teacher_busy=span.day in busy,
            outside=span.day in outside,
        )
        for span in spans
    ]
    clashes = any(one.clashes for one in dates)
    return Looked(
        dates=dates,
        skipped=[(day, special.get(day)) for day in days.skipped],
        rooms=_choices(rooms, ways, wanted.places),
        teachers=teachers,
        others=_others(wanted, days.planned, around) if clashes else [],
    )


def _days(wanted: Wanted) -> tuple[Days, Mapping[date, Special]]:
    series = wanted.series
    first = min([series.first, *series.picked])
    last = max([series.first + FARTHEST, *series.picked])
    special = special_days(wanted.site_id, first, last)
    return days_of(series, special), special


def _busy(teachers: Sequence[Choice], teacher_id: int | None) -> Collection[date]:
    return next((one.busy for one in teachers if one.teacher.id == teacher_id), ())


def _outside(wanted: Wanted, spans: Sequence[Span]) -> set[date]:
    """Return the days on which the house is not open for all of a session."""
    if wanted.space_id is None:
        return set()
    opened = open_spans({wanted.space_id: wanted.site_id}, {span.day for span in spans})
    return {
        span.day
        for span in spans
        if not any(
            opens <= span.starts_at and span.ends_at <= closes
            for opens, closes in opened[wanted.space_id, span.day]
        )
    }


def _choices(
    rooms: Sequence[tuple[Space, Room | None]], ways: Sequence[Way], places: int
) -> list[RoomChoice]:
    """Return the rooms a class could be in: those free on all days first, the smallest that fits first."""
    found = [
        RoomChoice(
            space=space,
            fits=space.capacity >= places,
            for_courses=room is not None and COURSE in room.purposes,
            taken=sorted({way.held.day for way in ways if way.held.space_id == space.id}),
        )
        for space, room in rooms
    ]
    return sorted(
        found,
        key=lambda one: (
            not one.fits,
            len(one.taken),
            not one.for_courses,
            one.space.capacity,
            one.space.id,
        ),
    )


def _others(wanted: Wanted, days: Sequence[date], around: Mapping[int, Around]) -> list[time]:
    """Return the nearest other beginnings at which the same room and teacher are free on all days."""
    space_id = wanted.space_id
    if space_id is None or space_id not in around:
        return []
    by_time = {
        begins: [span_of(day, begins, wanted.minutes) for day in days]
        for begins in _beginnings(wanted.begins, wanted.minutes)
    }
    room = around[space_id]
    every = [span for spans in by_time.values() for span in spans]
    taken = {way.held.starts_at for way in in_the_way(room.held(space_id, span) for span in every)}
    taught = taught_by(wanted.teacher_id, days)
    free = [
        begins
        for begins, spans in by_time.items()
        if not any(room.held(space_id, span).starts_at in taken for span in spans)
        and not any(span.meets(other) for span in spans for other in taught)
    ]
    return sorted(free[:MOST_OTHERS])


def _beginnings(begins: time, minutes: int) -> list[time]:
    """Return other beginnings of the same day, the nearest first."""
    own = begins.hour * 60 + begins.minute
    near = sorted(range(-STEPS, STEPS + 1), key=abs)
    tried = [own + by * STEP for by in near if by]
    return [time(*divmod(one, 60)) for one in tried if one >= 0 and one + minutes <= 24 * 60]
