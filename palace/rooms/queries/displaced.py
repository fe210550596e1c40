"""What of lent rooms the palace's own work would take a space from, and what could be had instead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace.db import db
from palace.rooms.models import Occurrence, Room
from palace.rooms.queries.facts import figures_of, room
from palace.rooms.queries.free import Search, find_free, holds
from palace.rooms.states import HOLDING
from palace.rooms.wishes import Span
from palace.troupes.models import Troupe
from palace.venues.models import Occupancy, Space

PLACES, FARTHEST = 2, timedelta(hours=4)
"""How many places are offered for one date, and how far from its time they may be."""


@dataclass(frozen=True)
class InTheWay:
    """A date somebody has in a space that the palace wants, with the troupe whose it is."""

    occurrence: Occurrence
    room: Room
    troupe: Troupe | None


@dataclass(frozen=True)
class Elsewhere:
    """A room, and a time there, that could be had instead."""

    space_id: int
    span: Span


def in_the_way(space: Space, during: Range[datetime], now: datetime) -> list[InTheWay]:
    """Return what people have in a space in a span and what has not begun, by its beginning."""
    wanted = (
        select(Occurrence, Room, Troupe)
        .join(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .join(Room, Room.space_id == Occurrence.space_id)
        .outerjoin(Troupe, Troupe.id == Occurrence.troupe_id)
        .where(
            Occupancy.atoms.op("&&")(space.atoms),
            Occupancy.during.op("&&")(during),
            Occurrence.state.in_(HOLDING),
            Occurrence.starts_at > now,
            holds(),
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    return [InTheWay(*row) for row in db.session.execute(wanted).unique()]


def elsewhere(one: Occurrence, clear_of: Collection[Space], now: datetime) -> list[Elsewhere]:
    """Return where a date could go: other rooms at its time, or else the nearest time of its day.

    Args:
        clear_of: the spaces that the palace wants; places share no part with them.
    """
    figures = figures_of(room(one.space_id).policy)
    step = timedelta(minutes=figures.step_minutes)
    offsets = sorted(
        (step * by for by in range(-(FARTHEST // step), FARTHEST // step + 1)),
        key=lambda by: (abs(by), by < timedelta()),
    )
    for by in offsets:
        span = Span(day=one.day, starts_at=one.starts_at + by, ends_at=one.ends_at + by)
        if span.starts_at <= now:
            continue
        found = _free(one, clear_of, span)
        if found:
            return found[:PLACES]
    return []


def _free(one: Occurrence, clear_of: Collection[Space], span: Span) -> list[Elsewhere]:
    of = one.reservation
    own = room(one.space_id)
    search = Search(
        spans=[span], site_ids=[own.space.site_id], people=of.people, purpose=of.purpose
    )
    wanted = {space.id for space in clear_of}
    return [
        Elsewhere(found.room.space_id, span)
        for found in find_free(search)
        if found.free
        and found.room.figures.takers is own.policy.takers
        and wanted.isdisjoint(found.room.shares)
    ]
