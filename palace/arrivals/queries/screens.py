"""What the screen at a door shows: who is in, and who comes today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from palace import clock
from palace.db import db
from palace.hours.models import Closure
from palace.programme.models import Performance, Production
from palace.rooms.models import Occurrence, Room
from palace.rooms.rules import OccurrenceState
from palace.troupes.models import Troupe
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use

MOST_COMING = 3
OF_HALL = aliased(Space)


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
        select(Occupancy, Occurrence, Troupe, Closure, Performance, Production)
        .join(OF_HALL, OF_HALL.id == Occupancy.space_id)
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
    occupancy, occurrence, troupe, closure, performance, production = row
    held: dict[str, Any] = {"use": occupancy.use, "is_lent": occurrence is not None}
    held["held_from"] = occupancy.during.lower
    if occurrence:
        ends_at = occurrence.left_at or occurrence.ends_at
        span: dict[str, Any] = {"starts_at": occurrence.starts_at, "ends_at": ends_at}
        is_sure = occurrence.state is OccurrenceState.CONFIRMED
        waits = occupancy.lapses_at if is_sure and not occurrence.arrived_at else None
        return Shown(**held, **span, **_named(troupe, "name"), waits_until=waits)
    span = {"starts_at": occupancy.during.lower, "ends_at": occupancy.during.upper}
    if performance and performance.published_at:
        span["starts_at"] = performance.starts_at
        return Shown(**held, **span, **_named(production, "title"))
    return Shown(**held, **span, **_named(closure, "reason"))


def _named(thing: Any, field: str) -> dict[str, Any]:
    if thing is None:
        return {}
    return {f"name_{tongue}": getattr(thing, f"{field}_{tongue}") for tongue in ("zh", "en")}
