"""What goes on beside a wish: through which wall one would hear it, and which things are away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Date,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from palace.db import db, table_of
from palace.rooms import claims
from palace.rooms.claims import Taking
from palace.rooms.errors import EquipmentShort, NoiseBeside
from palace.rooms.models import (
    Equipment,
    NoisePair,
    Occurrence,
    OccurrenceEquipment,
    Purpose,
    Reservation,
)
from palace.rooms.queries.free import holds
from palace.rooms.rules import most_at_once
from palace.statements import execute
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use


def check_beside(purpose: str, takings: Sequence[Taking]) -> None:
    """Refuse a loud use beside a quiet one, and a quiet one beside a loud one.

    Raises:
        NoiseBeside: with the days.
    """
    heard = execute(
        BESIDE,
        {
            "ids": sorted({taking.room.space_id for taking in takings}),
            "days": [day.isoformat() for day in claims.days_around(takings)],
            "purpose": purpose,
        },
    )
    days = [
        taking.span.day
        for taking in takings
        if any(_meets(taking, row) for row in heard if row.beside == taking.room.space_id)
    ]
    if days:
        raise NoiseBeside(days)


def _meets(taking: Taking, row: Any) -> bool:
    return bool(row.starts_at < taking.span.ends_at and taking.span.starts_at < row.ends_at)


def check_equipment(wanted: Mapping[int, int], takings: Sequence[Taking]) -> None:
    """Refuse more of a thing than the house has left at that time; locks the things.

    Raises:
        EquipmentShort: with what is left and the days.
    """
    wanted = {thing: count for thing, count in wanted.items() if count}
    if not wanted:
        return
    stock = claims.lock_equipment(wanted)
    away = execute(
        AWAY,
        {
            "ids": sorted(wanted),
            "days": sorted({taking.span.day for taking in takings}),
        },
    )
    for thing, count in sorted(wanted.items()):
        counted = [(row.starts_at, row.ends_at, row.count) for row in away if row.thing == thing]
        left = {
            taking.span.day: stock.get(thing, 0) - most_at_once(counted, taking.span)
            for taking in takings
        }
        short = [day for day, rest in left.items() if rest < count]
        if short:
            named = db.session.get(Equipment, thing)
            raise EquipmentShort(
                thing=named or "", left=max(0, min(left[day] for day in short)), days=short
            )


PAIRS, DATES, THINGS = map(table_of, (NoisePair, Occurrence, OccurrenceEquipment))
HERE, THERE, NEAR, FAR = (table_of(Space).alias(name) for name in ("here", "there", "near", "far"))
BOTH = (
    select(PAIRS.c.space_id.label("one"), PAIRS.c.other_id.label("other"))
    .union_all(select(PAIRS.c.other_id, PAIRS.c.space_id))
    .subquery("both")
)
PAIRED = (
    select(NEAR.c.id.label("beside"), FAR.c.id.label("heard"))
    .join_from(BOTH, HERE, HERE.c.id == BOTH.c.one)
    .join(THERE, THERE.c.id == BOTH.c.other)
    .join(NEAR, NEAR.c.atoms.op("&&")(HERE.c.atoms))
    .join(FAR, FAR.c.atoms.op("&&")(THERE.c.atoms))
    .where(~NEAR.c.atoms.op("&&")(FAR.c.atoms))
    .subquery("paired")
)
"""What hears what: the two rooms of a pair, and the halls that either is a part of."""
WISHED = aliased(Purpose)
BESIDE = (
    select(
        PAIRED.c.beside,
        func.coalesce(Occurrence.starts_at, func.lower(Occupancy.during)).label("starts_at"),
        func.coalesce(Occurrence.left_at, Occurrence.ends_at, func.upper(Occupancy.during)).label(
            "ends_at"
        ),
    )
    .join_from(PAIRED, WISHED, WISHED.code == bindparam("purpose", type_=Text))
    .join(Occupancy, Occupancy.space_id == PAIRED.c.heard)
    .outerjoin(Occurrence, Occurrence.occupancy_id == Occupancy.id)
    .outerjoin(Reservation, Reservation.id == Occurrence.reservation_id)
    .outerjoin(Purpose, Purpose.code == Reservation.purpose)
    .where(
        PAIRED.c.beside == func.any(bindparam("ids", type_=ARRAY(BigInteger))),
        Occupancy.day == func.any(cast(bindparam("days", type_=ARRAY(Text)), ARRAY(Date))),
        holds(),
        or_(
            and_(WISHED.loud, or_(Purpose.quiet, Occupancy.use == Use.CLASS_SESSION)),
            and_(WISHED.quiet, Purpose.loud),
        ),
    )
)
AWAY = (
    select(
        THINGS.c.equipment_id.label("thing"),
        THINGS.c.count,
        DATES.c.starts_at,
        func.coalesce(DATES.c.left_at, DATES.c.ends_at).label("ends_at"),
    )
    .join_from(THINGS, DATES, DATES.c.id == THINGS.c.occurrence_id)
    .join(Occupancy, Occupancy.id == DATES.c.occupancy_id)
    .where(
        THINGS.c.equipment_id == func.any(bindparam("ids", type_=ARRAY(BigInteger))),
        DATES.c.day == func.any(bindparam("days", type_=ARRAY(Date))),
        holds(),
    )
)
