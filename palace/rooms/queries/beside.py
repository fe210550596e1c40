"""What goes on beside a wish: through which wall one would hear it."""

from __future__ import annotations

from collections.abc import Sequence
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

from palace.db import table_of
from palace.rooms import claims
from palace.rooms.claims import Taking
from palace.rooms.errors import NoiseBeside
from palace.rooms.models import NoisePair, Occurrence, Purpose, Reservation
from palace.rooms.queries.free import holds
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


PAIRS = table_of(NoisePair)
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
