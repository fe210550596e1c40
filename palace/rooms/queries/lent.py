"""What the rules read of rooms: their figures, their hours on some days, their closures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    any_,
    bindparam,
    select,
)

from palace.hours.models import Closure
from palace.hours.queries import opened
from palace.rooms.models import Room
from palace.rooms.policies import Policy
from palace.rooms.queries.facts import FIGURES
from palace.rooms.wishes import Figures, RoomFacts, Shut
from palace.venues.models import Space
from palace.venues.queries import modes
from palace.venues.rules import Mode

OF_ROOM = (
    "space_id",
    "min_people",
    "setup_minutes",
    "teardown_minutes",
    "approval",
    "bookable",
    "purposes",
)
SPACE_IDS = bindparam("space_ids", type_=ARRAY(BigInteger))


def room_facts(
    rooms: Mapping[int, Any],
    closures: Sequence[Any],
    days: Sequence[date],
    hours: tuple[Sequence[Any], Sequence[Any]],
) -> dict[int, RoomFacts]:
    """Return what the rules read of each room, with its hours on some days (`asking_hours`)."""
    open_on = opened({of: row.site_id for of, row in rooms.items()}, days, *hours)
    return {
        of: _room_facts(row, closures, {day: open_on[of, day] for day in days})
        for of, row in rooms.items()
    }


def _room_facts(
    row: Any,
    closures: Iterable[Any],
    open_on: Mapping[date, Sequence[tuple[datetime, datetime]]],
) -> RoomFacts:
    stands = modes().of(row.space_id)
    return RoomFacts(
        **{name: getattr(row, name) for name in OF_ROOM},
        figures=Figures(**{name: getattr(row, f"of_policy_{name}") for name in FIGURES}),
        capacity=row.capacity,
        open=open_on,
        shut=[
            Shut(
                starts_at=shut.starts_at,
                ends_at=shut.ends_at,
                name_zh=shut.reason_zh,
                name_en=shut.reason_en,
            )
            for shut in closures
            if shut.space_id == row.space_id
        ],
        stopped=stands.reason if stands.mode is Mode.STOPPED else None,
    )


ROOMS = (
    select(
        *(getattr(Room, name) for name in OF_ROOM),
        Space.capacity,
        Space.site_id,
        *(getattr(Policy, name).label(f"of_policy_{name}") for name in FIGURES),
    )
    .select_from(Room)
    .join(Space, Space.id == Room.space_id)
    .join(Policy, Policy.id == Room.policy_id)
    .where(Room.space_id == any_(SPACE_IDS))
)
CLOSURES = select(
    Closure.space_id,
    Closure.starts_at,
    Closure.ends_at,
    Closure.reason_zh,
    Closure.reason_en,
).where(
    Closure.space_id == any_(SPACE_IDS),
    Closure.ended_at.is_(None),
    Closure.starts_at < bindparam("ends_at", type_=DateTime(timezone=True)),
    Closure.ends_at > bindparam("starts_at", type_=DateTime(timezone=True)),
)
