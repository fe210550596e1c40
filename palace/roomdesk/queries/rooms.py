"""Rooms with what stands in them, spaces that are not lent, the house's equipment, noise pairs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from palace.db import db
from palace.errors import NotFound
from palace.hours.queries.weeks import Sites
from palace.rooms.models import Equipment, NoisePair, Room, RoomEquipment
from palace.rooms.policies import Policy
from palace.venues.models import Space

FACTS: dict[str, Any] = {
    "policy_id": None,
    "floor": 1,
    "area_m2": None,
    "setup_minutes": 0,
    "teardown_minutes": 0,
    "min_people": 0,
    "approval": False,
    "bookable": True,
    "purposes": [],
}
"""What is written of a room, and what a space begins with that is not lent yet."""


def rooms(sites: Sites) -> Sequence[Room]:
    """Return every room of houses, lent at present or not, by house, floor and code."""
    wanted = select(Room).join(Space, Space.id == Room.space_id)
    if sites is not None:
        wanted = wanted.where(Space.site_id.in_(sites))
    return db.session.scalars(wanted.order_by(Space.site_id, Room.floor, Space.id)).all()


def not_lent(sites: Sites) -> Sequence[Space]:
    """Return the spaces of houses that are no rooms to lend."""
    wanted = select(Space).where(~select(Room).where(Room.space_id == Space.id).exists())
    if sites is not None:
        wanted = wanted.where(Space.site_id.in_(sites))
    return db.session.scalars(wanted.order_by(Space.site_id, Space.id)).unique().all()


def find_room(space_id: int) -> Room | None:
    """Return the room a space is lent as, as it stands now."""
    wanted = select(Room).where(Room.space_id == space_id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def equipment(site_id: int) -> Sequence[Equipment]:
    """Return what a house has for its rooms, in the order it was listed."""
    wanted = select(Equipment).where(Equipment.site_id == site_id)
    return db.session.scalars(wanted.order_by(Equipment.id)).all()


def get_equipment(equipment_id: int, sites: Sites) -> Equipment:
    """Return a kind of thing of these houses.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Equipment, equipment_id)
    if found is None or (sites is not None and found.site_id not in sites):
        raise NotFound
    return found


def stands_in(space_id: int) -> dict[int, int]:
    """Return what stands in a room for good, and how many."""
    wanted = select(RoomEquipment)
    of_room = wanted.where(RoomEquipment.space_id == space_id)
    return {row.equipment_id: row.count for row in db.session.scalars(of_room)}


def facts_of(space: Space) -> dict[str, Any]:
    """Return the facts of a room as a form has them; of a space that is not lent yet, what it begins with."""
    room = find_room(space.id)
    facts = {name: getattr(room, name) for name in FACTS} if room else dict(FACTS)
    return facts | {"capacity": space.capacity, "equipment": stands_in(space.id)}


def seen_as(facts: dict[str, Any]) -> str:
    """Return what a form carries of a room, to tell whether somebody changed it since."""
    told = repr(sorted((name, _told(value)) for name, value in facts.items()))
    return hashlib.blake2s(told.encode(), digest_size=8).hexdigest()


def _told(value: Any) -> str:
    return repr(sorted(value.items()) if isinstance(value, dict) else value)


def policies_at(site_id: int) -> Sequence[Policy]:
    """Return the policies a room of a house may be lent by."""
    wanted = select(Policy).where(Policy.site_id == site_id)
    return db.session.scalars(wanted.order_by(Policy.id)).all()


def noise_pairs(sites: Sites) -> list[tuple[Space, Space]]:
    """Return the pairs of rooms of houses through whose wall one hears."""
    first, other = aliased(Space), aliased(Space)
    wanted = (
        select(first, other)
        .join(NoisePair, NoisePair.space_id == first.id)
        .join(other, other.id == NoisePair.other_id)
        .order_by(first.id, other.id)
    )
    if sites is not None:
        wanted = wanted.where(first.site_id.in_(sites))
    return [(one, beside) for one, beside in db.session.execute(wanted).unique()]
