"""Which rooms of a house are free at a time and have what is wanted, or what could be had instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from palace import clock
from palace.rooms.queries import grid
from palace.rooms.queries.grid import Seen
from palace.rooms.queries.places import places_at
from palace.rooms.queries.series import Asked, candidates
from palace.rooms.queries.things import Stock, stock_at
from palace.rooms.series import Candidate
from palace.rooms.timetable import CellKind, Lane, Place
from palace.rooms.ways import Wanted, Ways, instead
from palace.rooms.wishes import Span, Takers

DAY, WEEK = timedelta(days=1), timedelta(days=7)
LOOKED_AROUND = 3
"""Days before and after in which the nearest free time is looked for."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The rooms that have what is wanted, free and not, and three ways out where none is."""

    wanted: Wanted
    places: Sequence[Place]
    stock: Sequence[Stock]
    free: Sequence[Lane]
    others: Sequence[tuple[Lane, CellKind]]
    ways: Ways


def span_of(wanted: Wanted) -> Span:
    """Return the time that is wanted."""
    midnight = clock.at(wanted.day, time())
    return Span(
        day=wanted.day,
        starts_at=midnight + timedelta(minutes=wanted.begins),
        ends_at=midnight + timedelta(minutes=wanted.ends),
    )


def find(site_id: int, wanted: Wanted, seen: Seen, now: datetime) -> Found:
    """Return what a house has for a wish: free rooms first, the wanted one, then the smallest that fits."""
    stock = stock_at(site_id, [span_of(wanted)])
    places = places_at(site_id, Takers.TROUPE)
    left = {thing.code: thing.left for thing in stock}
    fit = grid.lanes(
        [place for place in places if wanted.fits(place, left)], [wanted.day], now, seen
    )
    stands = [(lane, lane.stands(wanted.begins, wanted.ends)) for lane in fit]
    free = [lane for lane, how in stands if how is CellKind.FREE]
    missed = wanted.space_id not in (None, *(lane.place.space_id for lane in free))
    return Found(
        wanted=wanted,
        places=places,
        stock=stock,
        free=sorted(free, key=lambda lane: _order(lane, wanted)),
        others=[(lane, how) for lane, how in stands if how is not CellKind.FREE],
        ways=ways_around(places, wanted, left, now, seen) if missed or not free else Ways(),
    )


def find_weekly(site_id: int, wanted: Wanted, weeks: int, now: datetime) -> list[Candidate]:
    """Return the rooms of a house for a wish on one date of so many weeks: free on most dates first."""
    days = [wanted.day + WEEK * number for number in range(weeks)]
    asked = Asked(
        begins=time(*divmod(wanted.begins, 60)),
        minutes=wanted.minutes,
        people=wanted.people,
        purpose=wanted.purpose,
        since=days[0],
        until=days[-1],
    )
    places = {
        place.space_id: place
        for place in places_at(site_id, Takers.TROUPE)
        if wanted.fits(place, {})
    }
    found = candidates(asked, places, days, now)
    return sorted(found, key=lambda one: (-len(one.free), one.capacity))


def _order(lane: Lane, wanted: Wanted) -> tuple[bool, int]:
    return lane.place.space_id != wanted.space_id, lane.place.capacity


def ways_around(
    places: Sequence[Place], wanted: Wanted, stock: Mapping[str, int], now: datetime, seen: Seen
) -> Ways:
    """Return three ways out on the wanted day and those around it; none on days that are over."""
    fitting = {place.space_id for place in places if wanted.fits(place, stock)}
    days = [wanted.day + DAY * by for by in range(-LOOKED_AROUND, LOOKED_AROUND + 1)]
    ahead = [day for day in days if day >= clock.palace_day(now)]
    return instead(grid.lanes(places, ahead, now, seen), fitting, wanted) if ahead else Ways()
