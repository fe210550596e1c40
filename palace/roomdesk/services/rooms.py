"""Changing what is written of a room, what the house has for its rooms, and which rooms hear each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.members.services import note
from palace.once import change
from palace.roomdesk.errors import EquipmentElsewhere, PairUnknown, PolicyElsewhere, RoomChanged
from palace.roomdesk.queries.rooms import (
    FACTS,
    equipment,
    facts_of,
    find_room,
    policies_at,
    seen_as,
)
from palace.rooms.models import Equipment, NoisePair, Room, RoomEquipment
from palace.rooms.queries import places
from palace.rooms.queries.facts import purposes
from palace.security import public_code
from palace.venues.models import Space


def set_room(space: Space, wanted: Mapping[str, Any], *, seen: str) -> list[str]:
    """Write what a room is; a space that was none is lent from here on. Return what is otherwise now.

    What is taken already keeps its hours, buffers and room.

    Args:
        wanted: every fact by name (`facts_of`).
        seen: the facts as whoever changes them saw them.

    Raises:
        PolicyElsewhere, EquipmentElsewhere: it names what is not the house's.
        RoomChanged: somebody changed it meanwhile; nothing is changed.
    """
    lock = select(Space).where(Space.id == space.id).with_for_update(key_share=True)
    space = db.session.scalars(lock.execution_options(populate_existing=True)).unique().one()
    before = facts_of(space)
    if seen != seen_as(before):
        raise RoomChanged
    _check(space, wanted)
    changed = [name for name in before if before[name] != wanted[name]]
    room = find_room(space.id)
    if room is None:
        room = Room(space_id=space.id)
        db.session.add(room)
    for name in FACTS:
        setattr(room, name, wanted[name])
    space.capacity = wanted["capacity"]
    db.session.flush()
    _stand(space.id, wanted["equipment"])
    if changed:
        was, now = ({name: _told(of[name]) for name in changed} for of in (before, wanted))
        note("room_set", f"space:{space.id}", before=was, after=now)
    return changed


def _check(space: Space, wanted: Mapping[str, Any]) -> None:
    if wanted["policy_id"] not in {one.id for one in policies_at(space.site_id)}:
        raise PolicyElsewhere
    if not set(wanted["equipment"]) <= {one.id for one in equipment(space.site_id)}:
        raise EquipmentElsewhere


def _stand(space_id: int, counts: Mapping[int, int]) -> None:
    change(places.NAME)
    db.session.execute(delete(RoomEquipment).where(RoomEquipment.space_id == space_id))
    db.session.add_all(
        RoomEquipment(space_id=space_id, equipment_id=equipment_id, count=count)
        for equipment_id, count in counts.items()
    )
    db.session.flush()


def _told(value: Any) -> Any:
    """Return a fact as the audit has it."""
    if isinstance(value, dict):
        return " ".join(f"{equipment_id}×{count}" for equipment_id, count in sorted(value.items()))
    if isinstance(value, list):
        return "、".join(one.name_zh for one in purposes() if one.code in value)
    return value


def add_equipment(site_id: int, name_zh: str, name_en: str, stock: int) -> Equipment:
    """Write down something a house has for its rooms."""
    thing = Equipment(
        site_id=site_id, code=public_code(), name_zh=name_zh, name_en=name_en, stock=stock
    )
    db.session.add(thing)
    db.session.flush()
    note("equipment_set", f"equipment:{thing.id}", after={"stock": stock})
    return thing


def set_equipment(thing: Equipment, name_zh: str, name_en: str, stock: int) -> bool:
    """Change what something is called, or how many are carried; return whether anything is otherwise now.

    What was promised already stays promised.
    """
    wanted = {"name_zh": name_zh, "name_en": name_en, "stock": stock}
    before = {name: getattr(thing, name) for name in wanted}
    changed = [name for name in wanted if wanted[name] != before[name]]
    for name in changed:
        setattr(thing, name, wanted[name])
    db.session.flush()
    if changed:
        was, now = ({name: of[name] for name in changed} for of in (before, wanted))
        note("equipment_set", f"equipment:{thing.id}", before=was, after=now)
    return bool(changed)


def add_pair(first: Space, other: Space) -> bool:
    """Say that one hears through the wall of two rooms; return whether that is new.

    Raises:
        PairUnknown: they are one room, of two houses, or no rooms that are lent.
    """
    if first.id == other.id or first.site_id != other.site_id:
        raise PairUnknown
    if find_room(first.id) is None or find_room(other.id) is None:
        raise PairUnknown
    low, high = sorted((first.id, other.id))
    new = insert(NoisePair).values(space_id=low, other_id=high).on_conflict_do_nothing()
    added = db.session.scalar(new.returning(NoisePair.space_id)) is not None
    if added:
        note("noise_pair_added", f"space:{low}", after={"space": high})
    return added


def remove_pair(first: Space, other: Space) -> bool:
    """Say that one hears nothing there any more; return whether they were a pair."""
    low, high = sorted((first.id, other.id))
    old = delete(NoisePair).where(NoisePair.space_id == low, NoisePair.other_id == high)
    removed = db.session.scalar(old.returning(NoisePair.space_id)) is not None
    if removed:
        note("noise_pair_removed", f"space:{low}", before={"space": high})
    return removed
