"""The statements that take a room up at its door, and give back what is left of its hours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import Range

from palace.db import db
from palace.venues.models import Occupancy, Space

NOW = func.palace_clock()


def lock_space(space_id: int) -> None:
    """Lock a space until the transaction ends: who takes any part of it locks it too."""
    wanted = select(Space.id).where(Space.id == space_id)
    db.session.execute(wanted.with_for_update(key_share=True))


def take_up(occupancy_id: int) -> bool:
    """Hold a room to its end that still waits for somebody; return whether it still did.

    One statement, so that at the very end of that time either this or who takes the hours has them.
    """
    waits = or_(Occupancy.lapses_at.is_(None), Occupancy.lapses_at > NOW)
    held = update(Occupancy).where(Occupancy.id == occupancy_id, waits).values(lapses_at=None)
    return db.session.scalar(held.returning(Occupancy.id)) is not None


def wait_until(occupancy_id: int, until: datetime) -> bool:
    """Have a room wait until another instant; return whether it still waits for somebody."""
    waits = update(Occupancy).where(Occupancy.id == occupancy_id, Occupancy.lapses_at > NOW)
    return db.session.scalar(waits.values(lapses_at=until).returning(Occupancy.id)) is not None


def give_back(occupancy_id: int, since: datetime) -> Range[datetime] | None:
    """Free what an occupancy holds from an instant on; return the hours that came free, None: no more."""
    wanted = select(Occupancy).where(Occupancy.id == occupancy_id)
    locked = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    held = db.session.scalars(locked).one()
    begins, ends = held.during.lower, held.during.upper
    if begins is None or ends is None or ends <= since:
        return None
    if since <= begins:
        db.session.execute(delete(Occupancy).where(Occupancy.id == occupancy_id))
        return Range(begins, ends)
    held.during = Range(begins, since)
    db.session.flush()
    return Range(since, ends)
