"""What people say at a door: we are here, keep it a while, we have left and put everything back."""

from __future__ import annotations

from datetime import datetime, timedelta

from palace import clock
from palace.arrivals import claims, queries, rules
from palace.arrivals.errors import FreeAgain, LeaveAtDoor, OnlyLeaders
from palace.arrivals.queries import DoorDate
from palace.arrivals.rules import Stage
from palace.db import db
from palace.members.services import note
from palace.rooms.claims import locking_spaces
from palace.rooms.services import on_room_freed
from palace.rooms.wishes import Span
from palace.statements import execute


def arrive(date: DoorDate, actor: str) -> DoorDate:
    """Sign in at the door: the room is held to its end. Saying it again changes nothing.

    The caller has seen the proof that somebody stands there.

    Raises:
        TooEarly, FreeAgain, AlreadyOver: it is not the time; or who takes the free room was first.
    """
    date, now = _locked(date)
    if rules.stage(date.due, now) is Stage.HERE:
        return date
    rules.check_may_arrive(date.due, now)
    one = date.occurrence
    if one.occupancy_id is None or not claims.take_up(one.occupancy_id):
        raise FreeAgain(lapsed_at=date.lapses_at or now)
    one.arrived_at, one.arrived_by = now, actor
    db.session.flush()
    note("room_arrived", f"occurrence:{one.id}", after={"at": clock.iso(now)}, actor=actor)
    return queries.again(date)


def keep(date: DoorDate, actor: str) -> DoorDate:
    """Have the room wait longer for who is late, once.

    Raises:
        OnlyLeaders: it is a troupe's, and the member on its roster alone.
        TooEarly, FreeAgain, AlreadyOver, NothingToKeep, KeptBefore: as the rules say.
    """
    if not date.leads:
        raise OnlyLeaders
    date, now = _locked(date)
    rules.check_may_keep(date.due, now)
    one, lapses_at = date.occurrence, date.lapses_at or now
    until = min(lapses_at + timedelta(minutes=date.room.policy.keep_minutes), one.ends_at)
    if one.occupancy_id is None or not claims.wait_until(one.occupancy_id, until):
        raise FreeAgain(lapsed_at=lapses_at)
    one.kept_at = now
    db.session.flush()
    note("room_kept", f"occurrence:{one.id}", after={"until": clock.iso(until)}, actor=actor)
    return queries.again(date)


def leave(date: DoorDate, actor: str, *, at_door: bool) -> DoorDate:
    """Leave before the end, everything put back: the rest of the hours is free. Again changes nothing.

    The minutes after each use of the room follow it then.

    Args:
        at_door: whether somebody stands there, or is seen by a clerk; who leads says it from anywhere.

    Raises:
        LeaveAtDoor: it is a troupe's, and the member on its roster alone and somewhere else.
        NotHereYet, FreeAgain, AlreadyOver: as the rules say.
    """
    if not (at_door or date.leads):
        raise LeaveAtDoor
    date, now = _locked(date)
    if rules.stage(date.due, now) is Stage.LEFT:
        return date
    rules.check_may_leave(date.due, now)
    one = date.occurrence
    one.left_at, one.ended_by = now, actor
    db.session.flush()
    note("room_left", f"occurrence:{one.id}", after={"at": clock.iso(now)}, actor=actor)
    if one.occupancy_id is not None:
        _free(date, one.occupancy_id, now)
    return queries.again(date)


def _free(date: DoorDate, occupancy_id: int, now: datetime) -> None:
    """Give back what is left of the hours of a room, and tell who waits for it."""
    one = date.occurrence
    since = max(now, one.starts_at)
    if not claims.give_back(occupancy_id, now + timedelta(minutes=date.room.teardown_minutes)):
        return
    rest = Span(day=one.day, starts_at=since, ends_at=one.ends_at)
    for freed in on_room_freed.values():
        freed(one.space_id, rest)


def _locked(date: DoorDate) -> tuple[DoorDate, datetime]:
    """Return a date as it stands under its room's lock, and the instant that was read after it."""
    execute(*locking_spaces([date.occurrence.space_id]))
    return queries.again(date), clock.now()
