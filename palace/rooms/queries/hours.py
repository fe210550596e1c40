"""When a house lets people into its spaces, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select

from palace.clock import at
from palace.db import db
from palace.hours.models import OpeningHours, SpecialDay
from palace.hours.rules import CLOSED
from palace.venues.models import Space


def open_days(space: Space, days: Sequence[date]) -> dict[date, list[tuple[datetime, datetime]]]:
    """Return from when to when a space is open on each of some days; none: closed."""
    rows = db.session.scalars(
        select(OpeningHours).where(
            OpeningHours.site_id == space.site_id,
            or_(OpeningHours.space_id.is_(None), OpeningHours.space_id == space.id),
        )
    ).all()
    hours = [row for row in rows if row.space_id] or rows
    special = db.session.scalars(
        select(SpecialDay)
        .where(SpecialDay.day.in_(days))
        .where(or_(SpecialDay.site_id.is_(None), SpecialDay.site_id == space.site_id))
        .order_by(SpecialDay.site_id.nulls_first())
    )
    counts_as = {row.day: row.counts_as for row in special}
    return {
        day: [
            (at(day, row.opens), at(day + timedelta(days=row.closes == time()), row.closes))
            for row in sorted(hours, key=lambda row: row.opens)
            if row.weekday == counts_as.get(day, day.isoweekday()) != CLOSED
        ]
        for day in days
    }
