"""Rooms that are lent, the houses that lend them and what for: read once in two seconds, for who looks.

Who takes a room reads it behind its locks (`terms`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import JSON, func, select
from sqlalchemy.orm import aliased

from palace.once import change_with, read_lately
from palace.rooms.models import Equipment, Purpose, Room, RoomEquipment
from palace.rooms.policies import Policy
from palace.rooms.queries.facts import FIGURES
from palace.rooms.timetable import Place, Thing
from palace.rooms.wishes import Figures, Takers
from palace.statements import execute_all
from palace.venues.models import Site, Space
from palace.venues.queries import HEAD

FRESH = 2.0  # seconds
NAME = "places"
OTHER = aliased(Space)
SHARES = select(func.array_agg(OTHER.id)).where(OTHER.atoms.op("&&")(Space.atoms)).scalar_subquery()
THINGS = (
    select(
        func.json_agg(
            func.json_build_array(
                Equipment.code, RoomEquipment.count, Equipment.name_zh, Equipment.name_en
            ),
            type_=JSON,
        )
    )
    .select_from(RoomEquipment)
    .join(Equipment, Equipment.id == RoomEquipment.equipment_id)
    .where(RoomEquipment.space_id == Room.space_id)
    .scalar_subquery()
)
PLACES = (
    select(
        Room.space_id,
        Space.site_id,
        Space.name_zh,
        Space.name_en,
        Room.floor,
        Space.capacity,
        Room.min_people,
        Room.setup_minutes,
        Room.teardown_minutes,
        Room.approval,
        Room.purposes,
        *[getattr(Policy, name).label(f"of_policy_{name}") for name in FIGURES],
        SHARES.label("shares"),
        THINGS.label("things"),
    )
    .join_from(Room, Space, Space.id == Room.space_id)
    .join(Policy, Policy.id == Room.policy_id)
    .where(Room.bookable)
    .order_by(Room.floor, func.length(Space.code), Space.code, Space.id)
)
HOUSES = select(Site.id, Site.code, Site.name_zh, Site.name_en).order_by(Site.kind != HEAD, Site.id)
PURPOSES = select(Purpose.code, Purpose.name_zh, Purpose.name_en).order_by(Purpose.position)
change_with(NAME, Room, RoomEquipment, Equipment, Policy, Space, Site, Purpose)


class House(NamedTuple):
    """A house that lends a room."""

    id: int
    code: str
    name_zh: str
    name_en: str


class ForWhat(NamedTuple):
    """What a room is used for."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Lent:
    """All that is lent, by floor; the houses that lend, the head first; what for, in order."""

    places: Mapping[int, Place]
    houses: Sequence[House]
    purposes: Sequence[ForWhat]


def lent() -> Lent:
    """Return what is lent, as it was two seconds ago at most."""
    return read_lately(NAME, FRESH, _read)


def places_at(site_id: int, takers: Takers) -> list[Place]:
    """Return the rooms of a house that are lent to these takers, by floor."""
    return [
        place
        for place in lent().places.values()
        if place.site_id == site_id and place.figures.takers is takers
    ]


def find_place(space_id: int) -> Place | None:
    """Return a room that is lent."""
    return lent().places.get(space_id)


def _read() -> Lent:
    rows, houses, purposes = execute_all((PLACES, {}), (HOUSES, {}), (PURPOSES, {}))
    places = {row.space_id: _place(row) for row in rows}
    lending = {place.site_id for place in places.values()}
    return Lent(
        places=places,
        houses=[House(*row) for row in houses if row.id in lending],
        purposes=[ForWhat(*row) for row in purposes],
    )


def _place(row: Any) -> Place:
    told = row._asdict()
    figures = Figures(**{name: told.pop(f"of_policy_{name}") for name in FIGURES})
    things = tuple(Thing(*thing) for thing in told.pop("things") or ())
    purposes, shares = (tuple(told.pop(name)) for name in ("purposes", "shares"))
    return Place(**told, figures=figures, things=things, purposes=purposes, shares=shares)
