"""Dates that lie outside of opening hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from palace.db import db
from palace.hours.queries import open_spans
from palace.hours.queries.weeks import Sites
from palace.rooms.models import Occurrence
from palace.rooms.queries.free import holds
from palace.rooms.queries.uses import called, with_names
from palace.rooms.states import HOLDING
from palace.venues.models import Occupancy, Space

MOST_SHOWN = 500


@dataclass(frozen=True, kw_only=True)
class Outside:
    """A date that was taken and lies outside of the hours that hold by now."""

    occurrence: Occurrence
    space: Space
    words: str


def outside_hours(sites: Sites, now: datetime) -> list[Outside]:
    """Return the dates to come, the next first, that hold outside of the opening hours as they are now."""
    coming = (
        select(Occurrence, Space)
        .join(Space, Space.id == Occurrence.space_id)
        .join(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .where(Occurrence.state.in_(HOLDING), Occurrence.ends_at > now, holds())
        .order_by(Occurrence.starts_at)
    )
    if sites is not None:
        coming = coming.where(Space.site_id.in_(sites))
    rows = [(one, space) for one, space in db.session.execute(coming).unique()]
    spaces = {space.id: space.site_id for _, space in rows}
    opened = open_spans(spaces, {one.day for one, _ in rows})
    found = {
        one.id: (one, space)
        for one, space in rows
        if not any(
            opens <= one.starts_at and one.ends_at <= closes
            for opens, closes in opened[space.id, one.day]
        )
    }
    shown = list(found)[:MOST_SHOWN]
    return [
        Outside(occurrence=one, space=found[one.id][1], words=called(purpose, troupe))
        for one, purpose, troupe in with_names(Occurrence.id.in_(shown))
    ]
