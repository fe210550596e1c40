"""What the screen at a door shows: who is in, and who comes today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import aliased

from palace import clock
from palace.db import db
from palace.hours.models import Closure
from palace.programme.models import Performance, Production
from palace.rooms.models import Occurrence, Room
from palace.rooms.states import OccurrenceState
from palace.troupes.models import Troupe
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use

MOST_COMING = 3
OF_HALL = aliased(Space)
IS_PUBLIC = Performance.published_at.is_not(None)
"""A show that is not public yet is only said to be on."""
SHOWN = (
    Occupancy.during,
    Occupancy.use,
    Occupancy.lapses_at,
    Occurrence.state,
    Occurrence.arrived_at,
    func.coalesce(
        Occurrence.starts_at,
        case((IS_PUBLIC, Performance.starts_at)),
        func.lower(Occupancy.during),
    ).label("starts_at"),
    func.coalesce(Occurrence.left_at, Occurrence.ends_at, func.upper(Occupancy.during)).label(
        "ends_at"
    ),
    *(
        func.coalesce(
            getattr(Troupe, f"name_{tongue}"),
            case((IS_PUBLIC, getattr(Production, f"title_{tongue}"))),
            getattr(Closure, f"reason_{tongue}"),
        ).label(f"name_{tongue}")
        for tongue in ("zh", "en")
    ),
)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A use of a room as anybody may read it: never a member's name; without a name, the hours only.

    It holds the room from `held_from`, while things are brought in before `starts_at`. `waits_until`:
    nobody has signed in yet, and then it is free.
    """

    starts_at: datetime
    ends_at: datetime
    held_from: datetime
    use: Use
    is_lent: bool
    name_zh: str = ""
    name_en: str = ""
    waits_until: datetime | None = None


@dataclass(frozen=True)
class Screen:
    """What is on in a room, and what comes today, next first; `held`: it is not free, in use or not."""

    running: Shown | None
    coming: list[Shown]
    held: bool


def screen(room: Room, now: datetime) -> Screen:
    """Return what a door's screen shows at an instant."""
    shown = [_shown(row) for row in db.session.execute(_uses(room, now))]
    left = [one for one in shown if one.ends_at > now]
    running = next((one for one in left if one.starts_at <= now), None)
    coming = [one for one in left if one.starts_at > now]
    return Screen(running, coming[:MOST_COMING], held=any(one.held_from <= now for one in shown))


def _uses(room: Room, now: datetime) -> Select[Any]:
    """Select what holds the room, or a hall it shares a part with, from now until midnight."""
    _, midnight = clock.day_span(clock.palace_day(now))
    wanted = (
        select(*SHOWN)
        .join_from(Occupancy, OF_HALL, OF_HALL.id == Occupancy.space_id)
        .outerjoin(Occurrence, Occurrence.occupancy_id == Occupancy.id)
        .outerjoin(Troupe, Troupe.id == Occurrence.troupe_id)
        .outerjoin(Closure, Closure.occupancy_id == Occupancy.id)
        .outerjoin(Performance, Performance.occupancy_id == Occupancy.id)
        .outerjoin(Production, Production.id == Performance.production_id)
        .where(
            OF_HALL.atoms.op("&&")(room.space.atoms),
            Occupancy.during.op("&&")(func.tstzrange(now, midnight)),
            or_(Occupancy.lapses_at.is_(None), Occupancy.lapses_at > now),
        )
        .order_by(func.lower(Occupancy.during))
    )
    return cast("Select[Any]", wanted)


def _shown(row: Any) -> Shown:
    waited = row.state is OccurrenceState.CONFIRMED and row.arrived_at is None
    return Shown(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        held_from=row.during.lower,
        use=row.use,
        is_lent=row.state is not None,
        name_zh=row.name_zh or "",
        name_en=row.name_en or "",
        waits_until=row.lapses_at if waited else None,
    )
