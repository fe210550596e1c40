"""The statements that take spaces for a time; the database refuses two at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, DateTime, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as put

from palace.db import db, table_of
from palace.statements import execute
from palace.venues.errors import UseTooLong
from palace.venues.models import Occupancy, Space
from palace.venues.rules import LONGEST_USE, Use

Stretch = tuple[datetime, datetime]
USES, SPACES = table_of(Occupancy), table_of(Space)
INSTANT = DateTime(timezone=True)
WISHED = (
    func.unnest(
        bindparam("starts", type_=ARRAY(INSTANT)),
        bindparam("ends", type_=ARRAY(INSTANT)),
    )
    .table_valued("starts_at", "ends_at")
    .render_derived("wished")
)
DURING = func.tstzrange(WISHED.c.starts_at, WISHED.c.ends_at)
TAKE = (
    put(USES)
    .from_select(
        ["space_id", "atoms", "during", "use"],
        select(SPACES.c.id, SPACES.c.atoms, DURING, bindparam("use", type_=Text)).select_from(
            SPACES.join(WISHED, SPACES.c.id == bindparam("space_id", type_=BigInteger))
        ),
    )
    .on_conflict_do_nothing()
    .returning(USES.c.id, func.lower(USES.c.during).label("starts_at"))
)


WANTED = SPACES.alias("wanted")
LAPSED = (
    select(USES.c.id)
    .where(
        WANTED.c.id == bindparam("space_id", type_=BigInteger),
        USES.c.atoms.op("&&")(WANTED.c.atoms),
        select(WISHED.c.starts_at).where(USES.c.during.op("&&")(DURING)).exists(),
        USES.c.lapses_at <= func.palace_clock(),
        func.upper(USES.c.during) > USES.c.lapses_at,
    )
    .order_by(USES.c.id)
    .with_for_update(key_share=True, of=USES)
)


def occupy(
    space: Space, during: Range[datetime], use: Use, lapses_at: datetime | None = None
) -> Occupancy | None:
    """Take a space with all its parts, or return None: something else has part of it then.

    Inserts with ON CONFLICT DO NOTHING, because a plain insert deadlocks under an exclusion constraint.

    Raises:
        UseTooLong: with what goes before and after it, it is longer than a day.
    """
    if during.lower and during.upper and during.upper - during.lower > LONGEST_USE:
        raise UseTooLong
    _end_lapsed(space.id, [_stretch(during)])
    new = put(Occupancy).values(
        space_id=space.id, atoms=space.atoms, during=during, use=use, lapses_at=lapses_at
    )
    return db.session.scalars(new.on_conflict_do_nothing().returning(Occupancy)).one_or_none()


def occupy_all(space_id: int, stretches: Sequence[Stretch], use: Use) -> list[int | None]:
    """Take a space for many stretches in one statement; return each one's occupancy, None where lost."""
    _end_lapsed(space_id, stretches)
    values = {
        "space_id": space_id,
        "starts": [begins for begins, _ in stretches],
        "ends": [ends for _, ends in stretches],
        "use": use.value,
    }
    won = {row.starts_at: row.id for row in execute(TAKE, values)}
    return [won.get(begins) for begins, _ in stretches]


def _end_lapsed(space_id: int, stretches: Sequence[Stretch]) -> None:
    """End overlapping occupancies that lapsed (a room nobody signed in to), locked in id order.

    One that lapsed after it began keeps the time until then; one that never began is removed.
    """
    values = {
        "space_id": space_id,
        "starts": [begins for begins, _ in stretches],
        "ends": [ends for _, ends in stretches],
    }
    for row in execute(LAPSED, values):
        _end(db.session.get_one(Occupancy, row.id, populate_existing=True))


def _stretch(during: Range[datetime]) -> Stretch:
    if during.lower is None or during.upper is None:
        raise ValueError("a use begins and ends")
    return during.lower, during.upper


def _end(occupancy: Occupancy) -> None:
    begins, lapses_at = occupancy.during.lower, occupancy.lapses_at
    if begins is None or lapses_at is None or lapses_at <= begins:
        db.session.delete(occupancy)
    else:
        occupancy.during = Range(begins, lapses_at)
    db.session.flush()
