"""The one statement that takes a space for a time; the database refuses two at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range, insert

from palace.db import db
from palace.venues.errors import UseTooLong
from palace.venues.models import Occupancy, Space
from palace.venues.rules import LONGEST_USE, Use


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
    _end_lapsed(space, during)
    new = insert(Occupancy).values(
        space_id=space.id, atoms=space.atoms, during=during, use=use, lapses_at=lapses_at
    )
    return db.session.scalars(new.on_conflict_do_nothing().returning(Occupancy)).one_or_none()


def _end_lapsed(space: Space, during: Range[datetime]) -> None:
    """End overlapping occupancies that lapsed (a room nobody signed in to), locked in id order.

    One that lapsed after it began keeps the time until then; one that never began is removed.
    """
    lapsed = (
        select(Occupancy)
        .where(
            Occupancy.atoms.op("&&")(space.atoms),
            Occupancy.during.op("&&")(during),
            Occupancy.lapses_at <= func.palace_clock(),
            func.upper(Occupancy.during) > Occupancy.lapses_at,
        )
        .order_by(Occupancy.id)
        .with_for_update(key_share=True)
    )
    for occupancy in db.session.scalars(lapsed.execution_options(populate_existing=True)):
        _end(occupancy)


def _end(occupancy: Occupancy) -> None:
    begins, lapses_at = occupancy.during.lower, occupancy.lapses_at
    if begins is None or lapses_at is None or lapses_at <= begins:
        db.session.delete(occupancy)
    else:
        occupancy.during = Range(begins, lapses_at)
    db.session.flush()
