"""A season of reservations: weekly rehearsals, single ones, courts; some decided, given back or missed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from palace.clock import SHANGHAI, at, palace_day
from palace.db import db
from palace.demo.people import PERSONAS
from palace.errors import PalaceError
from palace.members.models import Member, Post, RosterEntry, Staff
from palace.members.rules import Role
from palace.rooms import services
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.queries.facts import figures_of, occurrences_of
from palace.rooms.queries.facts import room as room_of
from palace.rooms.rules import sign_in_by
from palace.rooms.services import Wish, tell_taken
from palace.rooms.services.taking import span_of
from palace.rooms.services.telling import titles
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import Span, Takers
from palace.security import public_code
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from palace.troupes.models import Certification, Season, Troupe
from palace.troupes.rules import CertificationState
from palace.venues import claims
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use

DAY, WEEK = timedelta(days=1), timedelta(days=7)
WEEKS_BEFORE, WEEKS_AHEAD = 4, 26
HOURS = (time(19), time(14, 30), time(9, 30))
MINUTES = 120
FIRST_AHEAD = 4
"""Days: every policy's lead is over by then."""
STILL_WAITING = 2
PLAYERS, STRIDE = 14, 5
SHORT_MINUTES, COURT_MINUTES = 90, 60
AWAY_EVERY = 5
LATELY = range(2, 6)
EXTRA_HOURS = (time(14, 30), time(16, 30), time(10))


@dataclass(frozen=True)
class Led:
    """A certified troupe, who leads it, and the last day it is certified for."""

    troupe: Troupe
    leader: Member
    until: date


def bring_in(now: datetime) -> None:
    """Have every certified troupe rehearse each week, members play on courts, and one miss its date."""
    rooms = _rooms(Takers.TROUPE)
    decider = db.session.scalars(select(Staff).order_by(Staff.id)).first()
    for number, led in enumerate(_led()):
        series = _weekly(led, number, rooms, now)
        if series is None:
            continue
        _decide(series, f"staff:{decider.id if decider else 0}", now)
        _before(led, series, now)
        if number % AWAY_EVERY == 1:
            dates = occurrences_of(series.id)
            services.cancel(series, [dates[1].id], by=f"member:{led.leader.id}")
    _miss(now)
    _play(now)


def _led() -> Iterator[Led]:
    certified = (
        select(Troupe, Member, func.max(Season.ends_on))
        .join(Post, Post.troupe_id == Troupe.id)
        .join(Member, Member.id == Post.member_id)
        .join(Certification, Certification.troupe_id == Troupe.id)
        .join(Season, Season.id == Certification.season_id)
        .where(
            Post.role == Role.LEADER,
            Post.ended_at.is_(None),
            Troupe.ended_at.is_(None),
            Certification.state == CertificationState.CERTIFIED,
        )
        .group_by(Troupe.id, Member.id)
        .order_by(Troupe.id)
    )
    for troupe, leader, until in db.session.execute(certified):
        yield Led(troupe, leader, until)


def _rooms(takers: Takers) -> list[Room]:
    """Return the rooms for these takers, the smallest first."""
    wanted = (
        select(Room)
        .join(Space, Space.id == Room.space_id)
        .join(Policy, Policy.id == Room.policy_id)
    )
    return list(
        db.session.scalars(wanted.where(Policy.takers == takers).order_by(Space.capacity, Space.id))
    )


def _weekly(led: Led, number: int, rooms: Sequence[Room], now: datetime) -> Reservation | None:
    """Have a troupe take the first room that fits it, on a weekday of its own, for the whole season."""
    kind, size = led.troupe.kind.value, led.troupe.size
    fitting = [
        room
        for room in rooms
        if kind in room.purposes and room.min_people <= size <= room.space.capacity
    ]
    first = palace_day(now) + DAY * FIRST_AHEAD
    days = [first + DAY * ((number + by) % 7) for by in range(7)]
    for begins, day, room in itertools.product(HOURS, days, fitting):
        spans = tuple(_spans(day, begins, led.until, room))
        taken = spans and _reserved(led, room, spans, kind)
        if taken:
            return taken
    return None


def _spans(first: date, begins: time, until: date, room: Room) -> Iterable[Span]:
    """Return a time of every week, as far as the season and the room's policy go."""
    weeks = min(WEEKS_AHEAD, room.policy.series_weeks)
    days = (first + WEEK * week for week in range(weeks))
    return [_span(day, begins, MINUTES) for day in days if day <= until]


def _span(day: date, begins: time, minutes: int) -> Span:
    starts_at = at(day, begins)
    return Span(day=day, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))


def _reserved(led: Led, room: Room, spans: tuple[Span, ...], purpose: str) -> Reservation | None:
    """Return what a troupe reserved; None where a rule or somebody else stands against it."""
    wish = Wish(
        space_id=room.space_id,
        spans=spans,
        purpose=purpose,
        people=led.troupe.size,
        troupe_id=led.troupe.id,
        member=led.leader,
    )
    return _tried(wish)


def _tried(wish: Wish) -> Reservation | None:
    try:
        with db.session.begin_nested():
            return services.reserve(wish, by=f"member:{wish.member.id}")
    except PalaceError:
        return None


def _decide(series: Reservation, by: str, now: datetime) -> None:
    """Pass what somebody has to decide about, but for the last dates, which still wait."""
    figures = figures_of(room_of(series.space_id).policy)
    waiting = [one for one in occurrences_of(series.id) if one.state is OccurrenceState.PENDING]
    for one in waiting[:-STILL_WAITING]:
        one.state, one.decided_by, one.decided_at = OccurrenceState.CONFIRMED, by, now
        held = db.session.get_one(Occupancy, one.occupancy_id)
        held.lapses_at = sign_in_by(span_of(one), figures)
    db.session.flush()
    tell_taken(series, waiting[:-STILL_WAITING], now=now)


def _before(led: Led, series: Reservation, now: datetime) -> None:
    """Write what the troupe had in the weeks before, and one more rehearsal of the last week."""
    first = series.first_on - WEEK * (WEEKS_BEFORE + 1)
    for week in range(WEEKS_BEFORE + 1):
        _past(led, series, _span(first + WEEK * week, series.begins, series.minutes), now)
    for days, begins in itertools.product(LATELY, EXTRA_HOURS):
        if _past(led, series, _span(palace_day(now) - DAY * days, begins, SHORT_MINUTES), now):
            break


def _past(led: Led, like: Reservation, span: Span, now: datetime) -> bool:
    """Write a rehearsal that took place, if the room was free and the time is over."""
    room = room_of(like.space_id)
    begins = span.starts_at - timedelta(minutes=room.setup_minutes)
    ends = span.ends_at + timedelta(minutes=room.teardown_minutes)
    if ends > now:
        return False
    held = claims.occupy(room.space, Range(begins, ends), Use.REHEARSAL)
    if held is None:
        return False
    reservation = Reservation(
        code=public_code(),
        space_id=room.space_id,
        troupe_id=led.troupe.id,
        member_id=led.leader.id,
        unit_id=led.leader.unit_id,
        purpose=like.purpose,
        people=led.troupe.size,
        first_on=span.day,
        begins=span.starts_at.astimezone(SHANGHAI).time(),
        minutes=span.minutes,
        created_at=begins - WEEK,
    )
    db.session.add(reservation)
    db.session.flush()
    db.session.add(
        Occurrence(
            reservation_id=reservation.id,
            space_id=room.space_id,
            troupe_id=led.troupe.id,
            member_id=led.leader.id,
            unit_id=led.leader.unit_id,
            day=span.day,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            state=OccurrenceState.CONFIRMED,
            occupancy_id=held.id,
            arrived_at=span.starts_at,
            arrived_by=f"member:{led.leader.id}",
            left_at=span.ends_at,
        )
    )
    db.session.flush()
    return True


def _miss(now: datetime) -> None:
    """Have the last troupe not come to its rehearsal of the last week."""
    wanted = select(Occurrence).where(Occurrence.ends_at < now).order_by(Occurrence.id.desc())
    missed = db.session.scalars(wanted.limit(1)).one_or_none()
    if missed is None:
        return
    missed.state, missed.arrived_at, missed.arrived_by = OccurrenceState.MISSED, None, None
    missed.left_at = None
    zh, en = titles(missed.reservation)
    db.session.add(
        Strike(
            member_id=missed.member_id,
            troupe_id=missed.troupe_id,
            kind=StrikeKind.ROOM,
            subject=f"occurrence:{missed.id}",
            title_zh=zh,
            title_en=en,
            happened_at=missed.starts_at,
            written_at=missed.ends_at,
            written_by="system",
        )
    )
    db.session.flush()


def _play(now: datetime) -> None:
    """Have members of several unions take courts: for tomorrow once it is open, else for today."""
    courts = _rooms(Takers.MEMBER)
    today = palace_day(now)
    free = itertools.product((today + DAY, today), range(9, 21), courts)
    for member in _players(today):
        wishes = (
            Wish(
                space_id=court.space_id,
                spans=(_span(day, time(hour), COURT_MINUTES),),
                purpose="sport",
                people=2,
                troupe_id=None,
                member=member,
            )
            for day, hour, court in itertools.islice(free, 0, None, STRIDE)
        )
        next((made for wish in wishes if (made := _tried(wish))), None)


def _players(today: date) -> Iterator[Member]:
    """Yield people of the rosters who play, with an account made for who has none; nobody one signs in as."""
    visitors = {persona.phone for persona in PERSONAS}
    entries = (
        select(RosterEntry)
        .where(RosterEntry.valid_until >= today, RosterEntry.phone.not_in(visitors))
        .order_by(RosterEntry.card_number.desc())
        .limit(PLAYERS)
    )
    for entry in db.session.scalars(entries).all():
        known = select(Member).where(Member.roster_entry_id == entry.id)
        member = db.session.scalars(known).first()
        if member is None:
            member = Member(phone=entry.phone, name=entry.name, roster_entry=entry)
            db.session.add(member)
            db.session.flush()
        yield member
