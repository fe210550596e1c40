"""The statements that take a room up at its door, and give back what is left of its hours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import Range

from palace.db import db
from palace.venues.models import Occupancy

NOW = func.palace_clock()


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


def give_back(occupancy_id: int, since: datetime) -> bool:
    """Free what an occupancy holds from an instant on; return whether it held anything then."""
    wanted = select(Occupancy).where(Occupancy.id == occupancy_id)
    locked = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    held = db.session.scalars(locked).one()
    begins, ends = held.during.lower, held.during.upper
    if begins is None or ends is None or ends <= since:
        return False
    if since <= begins:
        db.session.execute(delete(Occupancy).where(Occupancy.id == occupancy_id))
        return True
    held.during = Range(begins, since)
    db.session.flush()
    return True
