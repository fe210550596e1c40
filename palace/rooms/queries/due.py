"""Where something may be passed on to who waits, though nobody passed it on yet; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from palace.db import db, literally, table_of
from palace.rooms.models import Room, RoomWait
from palace.rooms.queries import waits
from palace.rooms.queries.free import holds
from palace.rooms.states import WaitState
from palace.rooms.wishes import Span
from palace.venues.models import Occupancy, Space

WANTED = table_of(Space).alias("wanted")


def due(now: datetime) -> list[tuple[int, Span]]:
    """Return where something may be passed on: rooms and times that somebody waits for, each once."""
    wanted = (
        _passable(now)
        .with_only_columns(WANTED.c.id.label("space_id"), RoomWait.starts_at, RoomWait.ends_at)
        .distinct()
        .order_by(WANTED.c.id, RoomWait.starts_at)
    )
    return [
        (row.space_id, waits.span_at(row.starts_at, row.ends_at))
        for row in db.session.execute(wanted)
    ]


def due_among(space_ids: Sequence[int], span: Span, now: datetime) -> list[int]:
    """Return the rooms, of some and those that share a part, that may be passed on around a time."""
    wanted = _passable(now).where(
        WANTED.c.id.in_(waits.sharing(space_ids)), waits.at(span.starts_at, span.ends_at)
    )
    return list(db.session.scalars(wanted.order_by(WANTED.c.id).distinct()))


def _passable(now: datetime) -> Select[int]:
    """Return the rooms that somebody waits for whose time has come, or that nobody has then."""
    room = aliased(Room)
    its_own = WANTED.c.id == RoomWait.space_id
    of_its_kind = and_(
        RoomWait.state == literally(WaitState.WAITING), room.policy_id == RoomWait.kind_id
    )
    return (
        select(WANTED.c.id)
        .select_from(RoomWait)
        .join(room, or_(room.space_id == RoomWait.space_id, of_its_kind))
        .join(WANTED, WANTED.c.id == room.space_id)
        .where(
            RoomWait.state.in_(literally(waits.LIVE)),
            or_(and_(its_own, _is_over(now)), ~_is_taken()),
        )
    )


def _is_over(now: datetime) -> ColumnElement[bool]:
    return RoomWait.starts_at <= now


def _is_taken() -> ColumnElement[bool]:
    """Return the condition that something holds a part of the room within the time somebody waits for."""
    return (
        select(Occupancy.id)
        .where(
            Occupancy.atoms.op("&&")(WANTED.c.atoms),
            Occupancy.during.op("&&")(func.tstzrange(RoomWait.starts_at, RoomWait.ends_at)),
            holds(),
        )
        .correlate(RoomWait, WANTED)
        .exists()
    )
