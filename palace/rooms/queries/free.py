"""Which rooms are free when: one statement by the palace day, however many weeks.

Asked by `day`, never by a join over the ranges of all weeks, which the planner makes one over all rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import INTERVAL

from palace.clock import day_span
from palace.db import db, table_of
from palace.hours.queries import open_spans
from palace.rooms.models import Room, RoomEquipment
from palace.rooms.wishes import Span
from palace.statements import execute
from palace.venues.models import REACHES_ON, Occupancy, Space

DAY = timedelta(days=1)
USES, SPACES, ROOMS = table_of(Occupancy), table_of(Space), table_of(Room)
OVER_MIDNIGHT = literal_column(f"({REACHES_ON})", Boolean)


class Closed(StrEnum):
    """Why a room that nobody has is not free."""

    DAY = "closed_day"
    HOURS = "outside_hours"


@dataclass(frozen=True, kw_only=True)
class Search:
    """What somebody looks for: the dates, and what the room must be and have.

    `equipment` stands in the room for good; `space_ids` None: any room.
    """

    spans: Sequence[Span]
    site_ids: Collection[int] | None = None
    space_ids: Collection[int] | None = None
    people: int = 0
    floor: int | None = None
    purpose: str | None = None
    equipment: Collection[int] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A room that fits, the days on which it is free, and by day why it is not on the others."""

    room: Room
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
    rooms = fitting(search)
    by_id = {one.space_id: one for one in rooms}
    days = [span.day for span in search.spans]
    opened = open_spans({of: one.space.site_id for of, one in by_id.items()}, days)
    taken: dict[int, dict[date, str]] = {of: {} for of in by_id}
    for row in execute(TAKEN, _asked(rooms, search.spans)) if rooms else ():
        taken[row.space_id][row.day] = row.use
    for span in search.spans:
        for of in by_id:
            why = _closed(span, opened.get((of, span.day), ()))
            if why:
                taken[of].setdefault(span.day, why)
    found = [
        Found(room=one, free=[day for day in days if day not in taken[of]], taken=taken[of])
        for of, one in by_id.items()
    ]
    return sorted(found, key=lambda one: (len(one.taken), one.room.space.capacity))


def fitting(search: Search) -> list[Room]:
    """Return the rooms that are and have what somebody looks for, whether free or not."""
    wanted = select(Room).join(Space, Space.id == Room.space_id).where(Room.bookable)
    if search.site_ids is not None:
        wanted = wanted.where(Space.site_id.in_(search.site_ids))
    if search.space_ids is not None:
        wanted = wanted.where(Room.space_id.in_(search.space_ids))
    if search.people:
        wanted = wanted.where(Space.capacity >= search.people, Room.min_people <= search.people)
    if search.floor is not None:
        wanted = wanted.where(Room.floor == search.floor)
    if search.purpose:
        wanted = wanted.where(
            or_(
                Room.purposes == literal([], ARRAY(Text)),
                literal(search.purpose) == any_(Room.purposes),
            )
        )
    if search.equipment:
        there = select(func.count()).where(
            RoomEquipment.space_id == Room.space_id,
            RoomEquipment.equipment_id.in_(search.equipment),
        )
        wanted = wanted.where(there.scalar_subquery() == len(set(search.equipment)))
    return list(db.session.scalars(wanted.order_by(Space.id)))


def _closed(span: Span, opened: Sequence[tuple[datetime, datetime]]) -> str | None:
    if not opened:
        return Closed.DAY
    inside = any(opens <= span.starts_at and span.ends_at <= closes for opens, closes in opened)
    return None if inside else Closed.HOURS


def _asked(rooms: Collection[Room], spans: Sequence[Span]) -> dict[str, Any]:
    """Return what the search for free rooms asks for.

    Of the days before it reads what goes on past midnight; the days beside as a whole only where a
    room's own setting up or clearing reaches there.
    """
    setup = timedelta(minutes=max(room.setup_minutes for room in rooms))
    teardown = timedelta(minutes=max(room.teardown_minutes for room in rooms))
    midnights = [day_span(span.day) for span in spans]
    both = list(zip(spans, midnights, strict=True))
    return {
        "ids": [room.space_id for room in rooms],
        "days": [span.day.isoformat() for span in spans],
        "starts": [span.starts_at.isoformat() for span in spans],
        "ends": [span.ends_at.isoformat() for span in spans],
        "before": [(span.day - DAY).isoformat() for span in spans],
        "earlier": [
            (span.day - DAY).isoformat()
            for span, (first, _) in both
            if span.starts_at - setup < first
        ],
        "later": [
            (span.day + DAY).isoformat()
            for span, (_, last) in both
            if span.ends_at + teardown > last
        ],
    }


def occupied(space_ids: Collection[int], days: Collection[date]) -> list[Use]:
    """Return what holds of spaces, or of parts they share with others, on palace days, in its order."""
    around = sorted({day - DAY * by for day in days for by in (0, 1)})
    asked = {"ids": sorted(space_ids), "days": [day.isoformat() for day in around]}
    return [Use(**row._asdict()) for row in execute(OCCUPIED, asked)]


def _list(name: str, kind: Any) -> Any:
    return cast(bindparam(name, type_=ARRAY(Text)), ARRAY(kind))


def _sharing() -> Any:
    """Return the pairs of a given space and each space that has a part of it."""
    wanted, parts = SPACES.alias("wanted"), SPACES.alias("parts")
    return (
        select(wanted.c.id.label("of"), parts.c.id)
        .join_from(wanted, parts, parts.c.atoms.op("&&")(wanted.c.atoms))
        .where(wanted.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
        .subquery("sharing")
    )


def _held() -> Any:
    """Return what holds on the days of a search, and from the days beside them what reaches over.

    A statement of its own, by day alone: joined to the spans at once, the planner asks the index of
    ranges for each, which costs seconds.
    """
    columns: list[Any] = [USES.c.space_id, USES.c.use]
    columns += [func.lower(USES.c.during).label("begins"), func.upper(USES.c.during).label("ends")]
    own = select(*columns, USES.c.day).where(USES.c.day == any_(_list("days", Date)), holds())
    over = select(*columns, USES.c.day + 1).where(
        USES.c.day == any_(_list("before", Date)), OVER_MIDNIGHT, holds()
    )
    earlier, later = (
        select(*columns, USES.c.day + by).where(USES.c.day == any_(_list(name, Date)), holds())
        for name, by in (("earlier", 1), ("later", -1))
    )
    return own.union_all(over, earlier, later).cte("held").prefix_with("MATERIALIZED")


def _taken() -> Select[Any]:
    """Return the days on which given rooms are taken for any of some spans, what belongs to both inside."""
    instant = DateTime(timezone=True)
    spans = (
        func.unnest(_list("days", Date), _list("starts", instant), _list("ends", instant))
        .table_valued("day", "starts_at", "ends_at")
        .render_derived("spans")
    )
    sharing, held = _sharing(), _held()
    minute = literal(timedelta(minutes=1), INTERVAL)
    return (
        select(sharing.c.of.label("space_id"), spans.c.day, func.min(held.c.use).label("use"))
        .select_from(spans)
        .join(held, held.c.day == spans.c.day)
        .join(sharing, sharing.c.id == held.c.space_id)
        .join(ROOMS, ROOMS.c.space_id == sharing.c.of)
        .where(
            held.c.begins < spans.c.ends_at + ROOMS.c.teardown_minutes * minute,
            held.c.ends > spans.c.starts_at - ROOMS.c.setup_minutes * minute,
        )
        .group_by(sharing.c.of, spans.c.day)
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
