"""Rooms a class could be in, and what is in the way of it there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, DateTime, Select, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import Range

from palace.clock import at
from palace.courses.models import ClassSession
from palace.courses.states import SessionState
from palace.db import db, table_of
from palace.rooms.models import Room
from palace.rooms.wishes import Takers
from palace.statements import execute
from palace.teachers.rules import MINUTE, Span
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use

COURSE = "course"
SPACES, USES = table_of(Space), table_of(Occupancy)
INSTANTS = ARRAY(DateTime(timezone=True))


class Held(NamedTuple):
    """A space, and the time it would be held for a session, with what is set up before and cleared after."""

    space_id: int
    day: date
    starts_at: datetime
    ends_at: datetime


class Around(NamedTuple):
    """How many minutes belong to every use of a room, before and after."""

    before: int = 0
    after: int = 0

    def held(self, space_id: int, span: Span) -> Held:
        """Return how long the room is needed for a session."""
        return Held(
            space_id,
            span.day,
            span.starts_at - self.before * MINUTE,
            span.ends_at + self.after * MINUTE,
        )


class Way(NamedTuple):
    """A use that is in the way of what would be held."""

    held: Held
    occupancy_id: int
    use: Use


def span_of(day: date, begins: time, minutes: int) -> Span:
    """Return a time of a palace day."""
    starts_at = at(day, begins)
    return Span(day, starts_at, starts_at + minutes * MINUTE)


def rooms_at(site_id: int) -> list[tuple[Space, Room | None]]:
    """Return the spaces of a house a class could be in, with what is written of them as rooms; no courts."""
    spaces = select(Space).where(Space.site_id == site_id).order_by(Space.id)
    there = db.session.scalars(spaces).unique().all()
    lent = select(Room).where(Room.space_id.in_([space.id for space in there]))
    rooms = {room.space_id: room for room in db.session.scalars(lent).unique()}
    found = [(space, rooms.get(space.id)) for space in there]
    return [(space, room) for space, room in found if not _is_court(room)]


def _is_court(room: Room | None) -> bool:
    return room is not None and room.policy.takers is Takers.MEMBER


def around_of(room: Room | None) -> Around:
    """Return what belongs to every use of a room."""
    return Around(room.setup_minutes, room.teardown_minutes) if room else Around()


def around_at(space_id: int) -> Around:
    """Return what belongs to every use of a space."""
    return around_of(db.session.get(Room, space_id))


def in_the_way(wanted: Iterable[Held]) -> list[Way]:
    """Return every use that holds a part of these spaces at these times, by its time."""
    held = {(one.space_id, one.starts_at): one for one in wanted}
    if not held:
        return []
    values = {
        "space_ids": [one.space_id for one in held.values()],
        "starts": [one.starts_at for one in held.values()],
        "ends": [one.ends_at for one in held.values()],
    }
    return [
        Way(held[row.space_id, row.starts_at], row.id, Use(row.use))
        for row in execute(IN_THE_WAY, values)
    ]


def _in_the_way() -> Select[int]:
    """Return the statement that finds what is in the way of many stretches of many spaces."""
    wished = (
        func.unnest(
            bindparam("space_ids", type_=ARRAY(BigInteger)),
            bindparam("starts", type_=INSTANTS),
            bindparam("ends", type_=INSTANTS),
        )
        .table_valued("space_id", "starts_at", "ends_at")
        .render_derived("wished")
    )
    during = func.tstzrange(wished.c.starts_at, wished.c.ends_at)
    meets = and_(USES.c.atoms.op("&&")(SPACES.c.atoms), USES.c.during.op("&&")(during))
    return (
        select(wished.c.space_id, wished.c.starts_at, USES.c.id, USES.c.use)
        .select_from(wished.join(SPACES, SPACES.c.id == wished.c.space_id).join(USES, meets))
        .where(or_(USES.c.lapses_at.is_(None), USES.c.lapses_at > func.palace_clock()))
        .order_by(wished.c.starts_at, wished.c.space_id, USES.c.id)
    )


IN_THE_WAY = _in_the_way()


def taught_by(teacher_id: int | None, days: Collection[date]) -> list[Span]:
    """Return what a teacher teaches on some days."""
    if teacher_id is None:
        return []
    wanted = select(ClassSession.day, ClassSession.starts_at, ClassSession.ends_at).where(
        ClassSession.teacher_id == teacher_id,
        ClassSession.day.in_(days),
        ClassSession.state == SessionState.PLANNED,
    )
    return [Span(*row) for row in db.session.execute(wanted)]


def during(held: Held) -> Range[datetime]:
    """Return the stretch a space would be held for."""
    return Range(held.starts_at, held.ends_at)
