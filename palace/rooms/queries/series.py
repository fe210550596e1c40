"""What a troupe is asked and shown on the way to a weekly series; never writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from palace.clock import at, palace_day
from palace.db import db
from palace.hours.models import Closure
from palace.hours.queries import hours_lately
from palace.hours.queries.special import days_of
from palace.rooms.models import Reservation
from palace.rooms.queries.free import Found, Search, find_free
from palace.rooms.queries.places import places_at
from palace.rooms.series import Candidate, Choice, raster, weekly
from palace.rooms.timetable import Place
from palace.rooms.wishes import MINUTE, Span, Takers
from palace.troupes.models import Certification, Season, Troupe
from palace.troupes.rules import CertificationState

USUAL_STEP = 30
TOO_LATE = "too_late"
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A weekly series as far as it is said: days from `since` to `until`, what each one shall be."""

    weekday: int | None = None
    begins: time | None = None
    minutes: int
    people: int
    purpose: str
    since: date
    until: date
    space_id: int | None = None
    choices: Mapping[date, Choice] = field(default_factory=dict)

    def span(self, day: date) -> Span:
        """Return the people's time on a day."""
        starts_at = at(day, self.begins or time())
        return Span(day=day, starts_at=starts_at, ends_at=starts_at + MINUTE * self.minutes)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """From when to when a troupe may have a series, how many dates, and how long before each at least."""

    since: date
    until: date
    most: int
    lead: timedelta


def lent_to(troupe: Troupe) -> dict[int, Place]:
    """Return the rooms of its house that a troupe may take, by their space."""
    return {place.space_id: place for place in places_at(troupe.site_id, Takers.TROUPE)}


def bounds(troupe: Troupe, rooms: Collection[Place], today: date) -> Bounds:
    """Return what a series may be: to the end of the season the troupe is certified for, or is in now."""
    ends_on = db.session.scalar(
        select(func.max(Season.ends_on))
        .join(Certification, Certification.season_id == Season.id)
        .where(
            Certification.troupe_id == troupe.id,
            Certification.state == CertificationState.CERTIFIED,
            Season.ends_on >= today,
        )
    )
    ahead = max((room.figures.series_days for room in rooms), default=0)
    last = today + timedelta(days=ahead)
    return Bounds(
        since=today,
        until=min(last, ends_on) if ends_on else last,
        most=max((room.figures.series_weeks for room in rooms), default=0),
        lead=min((lead_of(room) for room in rooms), default=timedelta()),
    )


def lead_of(room: Place) -> timedelta:
    """Return how long before the start a room has to be taken."""
    return MINUTE * room.figures.lead_minutes


def usual(troupe: Troupe) -> Reservation | None:
    """Return what a troupe took last: it wants the like again."""
    latest = select(Reservation).where(Reservation.troupe_id == troupe.id)
    return db.session.scalars(latest.order_by(Reservation.id.desc()).limit(1)).first()


def begins(rooms: Collection[Place], days: Sequence[date], minutes: int) -> list[time]:
    """Return when one may begin in one of the rooms so as to be done when it closes."""
    hours = hours_lately()
    spans = {
        (time(*divmod(part.opens, 60)), part.closes - part.opens - minutes)
        for room in rooms
        for day in days
        for part in hours.parts(room.site_id, room.space_id, day)
    }
    step = min((room.figures.step_minutes for room in rooms), default=USUAL_STEP)
    return sorted({one for opens, spare in spans for one in raster(opens, spare, step)})


def weekdays(asked: Asked, within: Bounds) -> tuple[date, ...]:
    """Return the days with the weekday of a series, whatever the time."""
    if asked.weekday is None:
        return ()
    since, until = max(asked.since, within.since), min(asked.until, within.until)
    return weekly(asked.weekday, since, until, within.most)


def dates(asked: Asked, within: Bounds, now: datetime) -> tuple[date, ...]:
    """Return the dates of a series: those for which it is not too late in every room."""
    if asked.begins is None:
        return ()
    since = max(within.since, palace_day(now + within.lead))
    if asked.span(since).starts_at < now + within.lead:
        since += DAY
    return weekdays(asked, replace(within, since=since))


def candidates(
    asked: Asked, rooms: Mapping[int, Place], days: Sequence[date], now: datetime
) -> list[Candidate]:
    """Return the rooms that fit, with the days on which each is free; one statement for all weeks."""
    if not days:
        return []
    spans = [asked.span(day) for day in days]
    search = Search(
        spans=spans,
        space_ids=[of for of, room in rooms.items() if _reaches(room, days, palace_day(now))],
        people=asked.people,
        purpose=asked.purpose,
    )
    return [_candidate(found, asked.purpose, spans, now) for found in find_free(search)]


def _candidate(found: Found, purpose: str, spans: Sequence[Span], now: datetime) -> Candidate:
    """Return a room as a series sees it; where it has to be taken earlier, a date is not free."""
    last = now + lead_of(found.room)
    late = {span.day for span in spans if span.starts_at < last}.intersection(found.free)
    return Candidate(
        space_id=found.room.space_id,
        floor=found.room.floor,
        capacity=found.room.capacity,
        fits=purpose in found.room.purposes,
        free=frozenset(found.free).difference(late),
        taken={**found.taken, **dict.fromkeys(late, TOO_LATE)},
    )


def _reaches(room: Place, days: Sequence[date], today: date) -> bool:
    """Return whether a room is lent for so many weeks, and so far ahead."""
    figures = room.figures
    return len(days) <= figures.series_weeks and days[-1] - today <= DAY * figures.series_days


@dataclass(frozen=True)
class Reason:
    """Why a house or a room is closed on a day, in both languages."""

    name_zh: str
    name_en: str


def reasons(room: Place, spans: Sequence[Span]) -> dict[date, Reason]:
    """Return the holidays and closures that a room has in some spans."""
    if not spans:
        return {}
    days = [span.day for span in spans]
    special = days_of(None, days) | days_of(room.site_id, days)
    named = {day: Reason(one.name_zh, one.name_en) for day, one in special.items()}
    closures = db.session.scalars(
        select(Closure).where(
            Closure.space_id == room.space_id,
            Closure.ended_at.is_(None),
            Closure.starts_at < max(span.ends_at for span in spans),
            Closure.ends_at > min(span.starts_at for span in spans),
        )
    ).all()
    shut = {
        span.day: Reason(one.reason_zh, one.reason_en)
        for span in spans
        for one in closures
        if one.starts_at < span.ends_at and span.starts_at < one.ends_at
    }
    return named | shut
