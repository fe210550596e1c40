"""Where and when a session could be made up for: free rooms at free times of its teacher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from palace.clock import SHANGHAI, palace_day
from palace.coursedesk.queries.rooms import (
    COURSE,
    Around,
    around_of,
    in_the_way,
    rooms_at,
    span_of,
    taught_by,
)
from palace.coursedesk.queries.terms import special_days
from palace.courses.models import ClassSession
from palace.courses.queries.facts import sessions_of
from palace.courses.services.places import Place
from palace.courses.states import SessionState
from palace.hours.queries import open_spans
from palace.teachers.queries import asked_of, times_of
from palace.teachers.rules import Span, is_free
from palace.venues.models import Space

DAY, WEEK = timedelta(days=1), timedelta(days=7)
DAYS, ROOMS, PROPOSED = 21, 6, 3
SHIFTS = (0, -60, 60, -120, 120)
"""Minutes: how far from its own time a session is made up for, the nearest first."""


@dataclass(frozen=True)
class Proposal:
    """A free room at a free time."""

    place: Place
    space: Space

    @property
    def value(self) -> str:
        """Return how a form names it."""
        return value_of(self.place)


def value_of(place: Place) -> str:
    """Return how a form names a place: its space and when it begins, in seconds."""
    return f"{place.space_id}.{int(place.span.starts_at.timestamp())}"


def proposals(one: ClassSession, now: datetime) -> list[Proposal]:
    """Return up to three places for a session: behind the class's last one, then on the next days.

    Each is on a day of its own, in its own room where that is free, at its own time or the nearest.
    """
    days = _days(one, now)
    spans = [span for day in days for span in _spans(one, day) if span.starts_at > now]
    rooms = _rooms(one)
    free = _free(one, spans, rooms)
    found: dict[date, Proposal] = {}
    for span in spans:
        for space, around in rooms:
            if span.day not in found and (space.id, span) in free:
                place = Place(
                    span=span, space_id=space.id, before=around.before, after=around.after
                )
                found[span.day] = Proposal(place, space)
    return [found[day] for day in days if day in found][:PROPOSED]


def _days(one: ClassSession, now: datetime) -> list[date]:
    """Return the days that are looked at, in their order: not where the class meets anyway, no holidays."""
    of = one.offering
    met = {each.day for each in sessions_of(of.id) if each.state is SessionState.PLANNED}
    last = max(met, default=one.day)
    first = max(palace_day(now), one.day) + DAY
    tried = [last + WEEK, *(first + by * DAY for by in range(DAYS))]
    special = special_days(of.term.site_id, first, max(tried))
    return [
        day
        for day in dict.fromkeys(tried)
        if day not in met
        and day != one.day
        and day <= of.term.last_on
        and not (day in special and special[day].is_holiday)
    ]


def _spans(one: ClassSession, day: date) -> Iterator[Span]:
    begins = one.starts_at.astimezone(SHANGHAI)
    own, minutes = (
        begins.hour * 60 + begins.minute,
        Span(one.day, one.starts_at, one.ends_at).minutes,
    )
    for shift in SHIFTS:
        if own + shift >= 0 and own + shift + minutes <= 24 * 60:
            yield span_of(day, time(*divmod(own + shift, 60)), minutes)


def _rooms(one: ClassSession) -> list[tuple[Space, Around]]:
    """Return its own room, then those of the house for courses that are large enough, the smallest first."""
    there = rooms_at(one.offering.term.site_id)
    others = [
        (space, room)
        for space, room in there
        if room is not None
        and COURSE in room.purposes
        and space.capacity >= one.offering.places
        and space.id != one.space_id
    ]
    own = [(space, room) for space, room in there if space.id == one.space_id]
    nearest = sorted(others, key=lambda found: (found[0].capacity, found[0].id))
    return [(space, around_of(room)) for space, room in [*own, *nearest[:ROOMS]]]


def _free(
    one: ClassSession, spans: Sequence[Span], rooms: Sequence[tuple[Space, Around]]
) -> set[tuple[int, Span]]:
    """Return which rooms are free and open at which of these times, where its teacher is free too."""
    taught = taught_by(one.teacher_id, {span.day for span in spans})
    times = times_of([one.teacher_id or 0]).get(one.teacher_id or 0, [])
    taught_free = [
        span
        for span in spans
        if is_free(times, [asked_of(span)]) and not any(span.meets(other) for other in taught)
    ]
    held = {around.held(space.id, span): span for span in taught_free for space, around in rooms}
    taken = {way.held for way in in_the_way(held)}
    opened = open_spans(
        {space.id: space.site_id for space, _ in rooms}, {span.day for span in taught_free}
    )
    return {
        (of.space_id, span)
        for of, span in held.items()
        if of not in taken
        and any(
            opens <= span.starts_at and span.ends_at <= closes
            for opens, closes in opened[of.space_id, span.day]
        )
    }
