"""Days that are not like their weekday: holidays and swap days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import or_, select

from palace.db import db
from palace.errors import NotFound
from palace.hours.models import SpecialDay
from palace.hours.queries.weeks import Sites


def coming_days(site_ids: Collection[int], first: date, last: date) -> Sequence[SpecialDay]:
    """Return the special days of the palace and of houses from a day to another, in order."""
    wanted = select(SpecialDay).where(
        SpecialDay.day.between(first, last),
        or_(SpecialDay.site_id.is_(None), SpecialDay.site_id.in_(list(site_ids))),
    )
    in_order = wanted.order_by(SpecialDay.day, SpecialDay.site_id.nulls_first())
    return db.session.scalars(in_order).all()


def get_day(special_id: int, sites: Sites) -> SpecialDay:
    """Return a special day somebody may change: the whole palace's only who looks after all of it.

    Raises:
        NotFound: there is none of theirs.
    """
    found = db.session.get(SpecialDay, special_id)
    if found is None or (sites is not None and found.site_id not in sites):
        raise NotFound
    return found


def days_of(site_id: int | None, days: Collection[date]) -> dict[date, SpecialDay]:
    """Return which of some days are special at a house by its own row (None: the palace's)."""
    wanted = select(SpecialDay).where(
        SpecialDay.site_id.is_not_distinct_from(site_id), SpecialDay.day.in_(list(days))
    )
    fresh = wanted.execution_options(populate_existing=True)
    return {row.day: row for row in db.session.scalars(fresh)}
