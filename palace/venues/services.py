"""Taking a space for a time, and bringing in a seating plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, inspect, select
from sqlalchemy.dialects.postgresql import Range

from palace.config import Settings, UnsafeSettings
from palace.db import db
from palace.venues import claims, queries, seatplan
from palace.venues.errors import SpaceOccupied
from palace.venues.models import Demonstration, Occupancy, Seat, SeatingPlan, Space
from palace.venues.rules import Use


def occupy(
    space: Space, during: Range[datetime], use: Use, lapses_at: datetime | None = None
) -> Occupancy:
    """Take a space for a half-open span of time.

    Raises:
        SpaceOccupied: something else has part of the space then.
        UseTooLong: it is longer than a day.
    """
    occupancy = claims.occupy(space, during, use, lapses_at)
    if occupancy is None:
        raise SpaceOccupied(space=space, starts_at=during.lower, ends_at=during.upper)
    return occupancy


def release(occupancy_id: int) -> None:
    """Give a use's hours back; nothing may refer to it any more."""
    db.session.execute(delete(Occupancy).where(Occupancy.id == occupancy_id))


def import_plan(space: Space, document: dict[str, Any]) -> SeatingPlan:
    """Store a seatplan/1 document as a new version of the space's plan of that name.

    Raises:
        PlanUnreadable, PlanCodeUnknown, PlanSeatRepeated, PlanMiscounted: nothing is stored then.
    """
    read = seatplan.read(document)
    same = (SeatingPlan.space_id == space.id, SeatingPlan.code == read.code)
    newest = db.session.scalar(select(func.max(SeatingPlan.version)).where(*same)) or 0
    plan = SeatingPlan(space_id=space.id, code=read.code, version=newest + 1, drawing=read.drawing)
    db.session.add(plan)
    db.session.flush()
    db.session.add_all(Seat(plan_id=plan.id, **seat) for seat in read.seats)
    db.session.flush()
    return plan


def check_database(settings: Settings) -> None:
    """Refuse a demonstration's database for a real palace, and a real one for a demonstration.

    A database without tables passes: nothing is in it yet.

    Raises:
        UnsafeSettings: with the sentence for the person who runs the palace.
    """
    if not inspect(db.session.connection()).has_table(Demonstration.__tablename__):
        return
    if queries.is_demonstration():
        if not settings.demo:
            raise UnsafeSettings(
                "This database holds a demonstration palace and can never become a real one: "
                "name an empty database in DATABASE_URL, or use another PALACE_STATE folder."
            )
    elif settings.demo and queries.has_palace():
        raise UnsafeSettings(
            "This database holds a real palace: demonstration mode would publish its sign-in codes. "
            "Start without PALACE_DEMO=1."
        )
