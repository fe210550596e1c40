"""Things of a house that are carried to rooms: what is left at some times, and who has which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, bindparam, exists, func, select

from palace.db import db, table_of
from palace.rooms import claims
from palace.rooms.claims import Taking
from palace.rooms.errors import EquipmentShort
from palace.rooms.models import Equipment, Occurrence, OccurrenceEquipment, RoomEquipment
from palace.rooms.queries.free import holds
from palace.rooms.rules import most_at_once
from palace.rooms.wishes import Span
from palace.statements import execute, execute_all
from palace.venues.models import Occupancy

DATES, THINGS = map(table_of, (Occurrence, OccurrenceEquipment))
IDS = bindparam("ids", type_=ARRAY(BigInteger))


@dataclass(frozen=True, kw_only=True)
class Stock:
    """A kind of equipment of a house; `left` of its `stock` are there all the time somebody wants it.

    `stands`: some room has it for good.
    """

    id: int
    code: str
    name_zh: str
    name_en: str
    stands: bool
    stock: int
    left: int


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A kind of equipment, and how many of it are carried to somebody's room."""

    id: int
    name_zh: str
    name_en: str
    count: int


def stock_at(site_id: int, spans: Sequence[Span]) -> list[Stock]:
    """Return a house's equipment with what of its stock is there at every one of some times."""
    days = sorted({span.day for span in spans})
    things, away = execute_all(
        (STOCK, {"site_id": site_id}), (AWAY_OF_HOUSE, {"site_id": site_id, "days": days})
    )
    return [
        Stock(
            **row._asdict(),
            left=min(_left(row.id, row.stock, away, spans).values(), default=row.stock),
        )
        for row in things
    ]


def _left(thing: int, stock: int, away: Iterable[Any], spans: Sequence[Span]) -> dict[Span, int]:
    """Return how many of a thing are left at each time."""
    counted = [(row.starts_at, row.ends_at, row.count) for row in away if row.thing == thing]
    return {span: max(0, stock - most_at_once(counted, span)) for span in spans}


def check_equipment(wanted: Mapping[int, int], takings: Sequence[Taking]) -> None:
    """Refuse more of a thing than the house of the rooms has left at that time; locks the things.

    Raises:
        EquipmentShort: with what is left and the days.
    """
    wanted = {thing: count for thing, count in wanted.items() if count}
    if not wanted:
        return
    stock = claims.lock_equipment(wanted, {taking.room.space_id for taking in takings})
    spans = [taking.span for taking in takings]
    days = sorted({span.day for span in spans})
    away = execute(AWAY, {"ids": sorted(wanted), "days": days})
    for thing, count in sorted(wanted.items()):
        left = _left(thing, stock.get(thing, 0), away, spans)
        short = [span for span, rest in left.items() if rest < count]
        if short:
            raise EquipmentShort(
                thing=db.session.get(Equipment, thing) or "",
                left=min(left[span] for span in short),
                days=[span.day for span in short],
            )


def wanted_for(occurrence_ids: Iterable[int]) -> defaultdict[int, dict[int, int]]:
    """Return by date which things are to be carried there, and how many."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for row in execute(WANTED, {"ids": sorted(occurrence_ids)}):
        found[row.occurrence_id][row.equipment_id] = row.count
    return found


def carried_to(reservation_id: int) -> list[Carried]:
    """Return what is carried to the dates of a reservation."""
    rows = execute(CARRIED, {"reservation_id": reservation_id})
    return [Carried(**row._asdict()) for row in rows]


AWAY = (
    select(
        THINGS.c.equipment_id.label("thing"),
        THINGS.c.count,
        DATES.c.starts_at,
        func.coalesce(DATES.c.left_at, DATES.c.ends_at).label("ends_at"),
    )
    .join_from(THINGS, DATES, DATES.c.id == THINGS.c.occurrence_id)
    .join(Occupancy, Occupancy.id == DATES.c.occupancy_id)
    .where(DATES.c.day == func.any(bindparam("days", type_=ARRAY(Date))), holds())
)
AWAY_OF_HOUSE = AWAY.join(Equipment, Equipment.id == THINGS.c.equipment_id).where(
    Equipment.site_id == bindparam("site_id")
)
AWAY = AWAY.where(THINGS.c.equipment_id == func.any(IDS))
STOCK = (
    select(
        Equipment.id,
        Equipment.code,
        Equipment.name_zh,
        Equipment.name_en,
        Equipment.stock,
        exists().where(RoomEquipment.equipment_id == Equipment.id).label("stands"),
    )
    .where(Equipment.site_id == bindparam("site_id"))
    .order_by(Equipment.id)
)
WANTED = (
    select(THINGS.c.occurrence_id, THINGS.c.equipment_id, THINGS.c.count)
    .where(THINGS.c.occurrence_id == func.any(IDS))
    .order_by(THINGS.c.occurrence_id, THINGS.c.equipment_id)
)
CARRIED = (
    select(
        Equipment.id,
        Equipment.name_zh,
        Equipment.name_en,
        func.max(OccurrenceEquipment.count).label("count"),
    )
    .join_from(OccurrenceEquipment, Equipment, Equipment.id == OccurrenceEquipment.equipment_id)
    .join(Occurrence, Occurrence.id == OccurrenceEquipment.occurrence_id)
    .where(Occurrence.reservation_id == bindparam("reservation_id", type_=BigInteger))
    .group_by(Equipment.id)
    .order_by(Equipment.id)
)
