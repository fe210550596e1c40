"""Hours of the week as they stand, of a house and of its spaces."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from palace.db import db
from palace.errors import NotFound
from palace.hours.models import OpeningHours
from palace.hours.rules import Part, Week, part, week_as_said
from palace.venues.models import Site, Space
from palace.venues.queries import sites as all_sites

Sites = Collection[int] | None
"""The houses somebody may look after; None: all."""


def houses(sites: Sites) -> list[Site]:
    """Return these houses, the head first."""
    return [one for one in all_sites() if sites is None or one.id in sites]


def get_site(site_id: int, sites: Sites) -> Site:
    """Return one of these houses.

    Raises:
        NotFound: there is no such house among them.
    """
    found = next((one for one in houses(sites) if one.id == site_id), None)
    if found is None:
        raise NotFound
    return found


def get_space(space_id: int, sites: Sites) -> Space:
    """Return a space of these houses.

    Raises:
        NotFound: there is no such space among them.
    """
    found = db.session.get(Space, space_id)
    if found is None or (sites is not None and found.site_id not in sites):
        raise NotFound
    return found


def spaces_of(site_ids: Iterable[int]) -> Sequence[Space]:
    """Return the spaces of houses, in the order they were made."""
    wanted = select(Space).where(Space.site_id.in_(list(site_ids))).order_by(Space.id)
    return db.session.scalars(wanted).unique().all()


def week_of(site_id: int, space_id: int | None = None) -> Week:
    """Return the hours of a house, or those of a space of its own; nothing where it has none."""
    return weeks_of([site_id]).get((site_id, space_id), {})


def weeks_of(site_ids: Iterable[int]) -> dict[tuple[int, int | None], Week]:
    """Return the hours of houses (with None) and of their spaces that have their own."""
    wanted = select(OpeningHours).where(OpeningHours.site_id.in_(list(site_ids)))
    found: dict[tuple[int, int | None], dict[int, list[Part]]] = {}
    for row in db.session.scalars(wanted):
        week = found.setdefault((row.site_id, row.space_id), defaultdict(list))
        week[row.weekday].append(part(row.opens, row.closes))
    return dict(found)


def seen_as(week: Week) -> str:
    """Return what a form carries of a week, to tell whether somebody changed it since."""
    told = "\n".join(week_as_said(week).values())
    return hashlib.blake2s(told.encode(), digest_size=8).hexdigest()
