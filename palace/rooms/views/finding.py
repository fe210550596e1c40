"""Finding a room: what is free at a time, a day of all rooms, a week of one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.rooms.models import Room
from palace.rooms.queries import grid, habits
from palace.rooms.queries.finding import find, find_weekly
from palace.rooms.queries.places import House, find_place, lent, places_at
from palace.rooms.timetable import Lane, hours_shown, side_by_side
from palace.rooms.views.asked import DayForm, FindForm
from palace.rooms.views.base import bp
from palace.rooms.views.cells import cells, joined, on_day, row
from palace.rooms.views.told import day_json, found_json, week_json, weekly_json
from palace.rooms.views.wanting import (
    DAY,
    Who,
    asked_well,
    coming,
    site_of,
    usual,
    wanted_of,
    who_looks,
)
from palace.rooms.ways import Wanted
from palace.rooms.wishes import Takers
from palace.web import answer, public, reads
from palace.words import named

WEEK_DAYS = 7


@bp.get("/spaces/free")
@public
@reads(FindForm)
def free() -> ResponseReturnValue:
    """Show which rooms are free at a time or every week at it, or what could be had instead."""
    form, now, sites = FindForm(request.args), clock.now(), lent().houses
    refused = asked_well(form)
    site, who = site_of(form.site.data if not refused else None, sites), who_looks(form.troupe.data)
    norm = usual(who.troupe, now)
    wanted = norm if refused else wanted_of(form, norm)
    weeks = 1 if refused else form.weeks.data or 1
    if weeks > 1:
        return _weekly(site, wanted, weeks, who)
    found = find(site.id, wanted, who.seen, now)
    lately = habits.unfollowed(who.troupe.id, now) if who.troupe else None
    return answer(
        "rooms/find.html",
        lambda: found_json(site, found),
        status=refused.status if refused else 200,
        form=form,
        house=site,
        sites=sites,
        who=who,
        found=found,
        again=find_place(lately.space_id) if lately else None,
        next=coming(lately, now) if lately else None,
        purposes=lent().purposes,
        today=clock.palace_day(now),
    )


def _weekly(site: House, wanted: Wanted, weeks: int, who: Who) -> ResponseReturnValue:
    """Show on how many dates of a series each room is free; a leader goes on to take it."""
    rooms = lent().places
    found = [(rooms[one.space_id], one) for one in find_weekly(site.id, wanted, weeks, clock.now())]
    return answer(
        "rooms/weekly.html",
        lambda: weekly_json(site, wanted, weeks, found),
        house=site,
        wanted=wanted,
        weeks=weeks,
        who=who,
        found=found,
        until=wanted.day + DAY * WEEK_DAYS * (weeks - 1),
    )


@bp.get("/spaces/day")
@public
@reads(DayForm)
def day() -> ResponseReturnValue:
    """Show a day of all rooms of a house."""
    form, now, sites = DayForm(request.args), clock.now(), lent().houses
    refused = asked_well(form)
    site, who = site_of(form.site.data if not refused else None, sites), who_looks()
    shown = form.day.data or clock.palace_day(now)
    lanes = grid.lanes(places_at(site.id, Takers.TROUPE), [shown], now, who.seen)
    first, last = hours_shown(lanes)
    early = [lane.opens_at for lane in lanes if lane.opens_at]
    return answer(
        "rooms/day.html",
        lambda: day_json(site, shown, lanes),
        status=refused.status if refused else 200,
        form=form,
        house=site,
        sites=sites,
        shown=shown,
        before=shown - DAY,
        after=shown + DAY,
        early=min(early) if early and len(early) == len(lanes) else None,
        hours=range(first // 60, last // 60),
        begins=usual(who.troupe, now).starts.partition("T")[2],
        rows=_across(lanes, first, last),
    )


@bp.get("/spaces/<id:space_id>")
@public
@reads(DayForm)
def space(space_id: int) -> ResponseReturnValue:
    """Show a week of one room, what is in it, and how it is lent."""
    form, now, place = DayForm(request.args), clock.now(), find_place(space_id)
    if place is None:
        raise NotFound
    refused, who = asked_well(form), who_looks()
    today = clock.palace_day(now)
    first = form.day.data or today
    days = [first + DAY * number for number in range(WEEK_DAYS)]
    lanes = grid.lanes([place], days, now, who.seen)
    return answer(
        "rooms/week.html",
        lambda: week_json(lanes),
        status=refused.status if refused else 200,
        form=form,
        place=place,
        room=db.session.get_one(Room, space_id),
        purposes=[one for one in lent().purposes if one.code in place.purposes],
        before=first - DAY * WEEK_DAYS,
        after=first + DAY * WEEK_DAYS,
        today=today,
        lanes=lanes,
        rows=_down(lanes),
    )


def _across(lanes: Sequence[Lane], first: int, last: int) -> list[Markup]:
    """Return each room's day as a row."""
    across = cells("colspan")
    return [row(across, lane, first, last) for lane in lanes]


def _down(lanes: Sequence[Lane]) -> list[tuple[int, Markup]]:
    """Return a room's days side by side."""
    down = cells("rowspan")
    columns = [
        down.of(lane.place, lane.day, f"{named(lane.place)} {on_day(lane.day)}") for lane in lanes
    ]
    return [
        (at, joined(write(cell) for write, cell in zip(columns, beside, strict=True) if cell))
        for at, beside in side_by_side(lanes)
    ]
