"""Which rooms are free when: one statement by the palace day, however many weeks."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_

from palace.venues.models import Occupancy


def holds() -> ColumnElement[bool]:
    """Return the condition that an occupancy holds at the database's clock."""
    return or_(Occupancy.lapses_at.is_(None), Occupancy.lapses_at > func.palace_clock())
