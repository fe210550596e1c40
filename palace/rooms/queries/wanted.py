"""What others wait for, of what is about to be taken: one question, however many dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from palace.rooms.claims import Taking
from palace.rooms.models import Room, RoomWait
from palace.rooms.states import WaitState
from palace.statements import execute
from palace.venues.models import Space


def wanted_among(takings: Sequence[Taking]) -> list[Taking]:
    """Return those of some uses that would take what anybody waits for: one question for all dates."""
    asked = {
        "space_ids": [taking.room.space_id for taking in takings],
        "starts": [taking.starts_at.isoformat() for taking in takings],
        "ends": [taking.ends_at.isoformat() for taking in takings],
    }
    return [takings[row.place - 1] for row in execute(WANTED, asked)]


def _instants(name: str) -> Any:
    return cast(bindparam(name, type_=ARRAY(Text)), ARRAY(DateTime(timezone=True)))


def _wanted() -> Select[int]:
    """Return which of some uses, counted from 1, somebody waits for that shares a part with them."""
    uses = (
        func.unnest(
            bindparam("space_ids", type_=ARRAY(BigInteger)), _instants("starts"), _instants("ends")
        )
        .table_valued("space_id", "starts_at", "ends_at", with_ordinality="place")
        .render_derived("uses")
    )
    wanted, parts = aliased(Space), aliased(Space)
    waits = (
        select(uses.c.place)
        .join_from(uses, wanted, wanted.id == uses.c.space_id)
        .join(parts, parts.atoms.op("&&")(wanted.atoms))
    )
    meets = and_(RoomWait.starts_at < uses.c.ends_at, RoomWait.ends_at > uses.c.starts_at)
    for_it = waits.join(RoomWait, RoomWait.space_id == parts.id).where(
        or_(RoomWait.state == WaitState.WAITING, RoomWait.state == WaitState.OFFERED), meets
    )
    for_its_kind = (
        waits.join(Room, Room.space_id == parts.id)
        .join(RoomWait, RoomWait.kind_id == Room.policy_id)
        .where(RoomWait.state == WaitState.WAITING, meets)
    )
    both = for_it.union(for_its_kind).subquery()
    return select(both.c.place).order_by(both.c.place)


WANTED = _wanted()
