"""Taking a court: one of a kind that is free at an hour, whichever; never two for one wish."""

from __future__ import annotations

import random
from datetime import date, datetime, time

from palace import clock
from palace.courts import queries
from palace.courts.errors import CourtsFull, NoSuchCourts
from palace.courts.queries import Kind
from palace.courts.rules import Hour
from palace.db import db
from palace.members import queries as members
from palace.members.rules import Known
from palace.rooms.errors import NoiseBeside, Taken
from palace.rooms.models import Reservation, Room
from palace.rooms.queries.facts import reservation_for
from palace.rooms.services import reserve
from palace.rooms.wishes import Span


def take(member: Known, kind: Kind, day: date, begins: time, *, by: str) -> Reservation:
    """Take a free court of a kind for an hour; who has one then gets that one told again.

    Any of the free ones, by chance: people who tap in the same second do not all want the first. One
    that somebody else took meanwhile costs one try of few statements, and what is free is read anew.

    Raises:
        NoSuchCourts: the courts have no such hour.
        RulesFailed: with every rule that failed.
        CourtsFull: others have all of them.
    """
    members.lock(member.id)
    starts_at, tried = clock.at(day, begins), set[int]()
    while True:
        hour = _hour(member, kind, day, starts_at)
        if hour.mine:
            return reservation_for(member, hour.mine)
        left = [court for court in kind.courts if court.space_id in set(hour.free) - tried]
        court = random.choice(left) if left else None  # noqa: S311 - nobody's secret, only spread
        made = _tried(member, kind, court, hour, by=by) if court else None
        if made:
            return made
        if court is None:
            raise CourtsFull(starts_at=starts_at)
        tried.add(court.space_id)


def _hour(member: Known, kind: Kind, day: date, starts_at: datetime) -> Hour:
    now = clock.now()
    mine = {one.starts_at: one.code for one in queries.coming(member.id, [kind], now)}
    found = queries.hours(kind, day, now, mine)
    hour = next((hour for hour in found if hour.starts_at == starts_at), None)
    if hour is None:
        raise NoSuchCourts
    return hour


def _tried(member: Known, kind: Kind, court: Room, hour: Hour, *, by: str) -> Reservation | None:
    """Take one court; None: somebody else was first, and nothing is locked of it any more."""
    span = Span(
        day=clock.palace_day(hour.starts_at), starts_at=hour.starts_at, ends_at=hour.ends_at
    )
    try:
        with db.session.begin_nested():
            return reserve(kind.wish(court, span, member), by=by)
    except (Taken, NoiseBeside):
        return None
