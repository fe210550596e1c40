"""Dates at their doors: somebody's, a day's at the counter's houses, those that nobody came to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, true

from palace import clock
from palace.arrivals.rules import Due, opens_at, waits_until
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Post
from palace.members.rules import Role
from palace.rooms.models import Occurrence, Room
from palace.rooms.states import OccurrenceState
from palace.troupes.models import Troupe, TroupeMember
from palace.venues.models import Occupancy, Space

AT_DOORS = (OccurrenceState.CONFIRMED, OccurrenceState.MISSED)
LATELY = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class DoorDate:
    """One date with its room, whose it is, and until when the room waits (`lapses_at`)."""

    occurrence: Occurrence
    room: Room
    troupe: Troupe | None
    lapses_at: datetime | None
    leads: bool = False

    @property
    def due(self) -> Due:
        """Return it as the rules read it."""
        one, policy = self.occurrence, self.room.policy
        taken = one.occupancy_id is None and policy.sign_in
        keep = policy.keep_minutes if one.kept_at else 0
        waited = waits_until(one.starts_at, policy.grace_minutes + keep) if taken else None
        return Due(
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            opens_at=opens_at(one.starts_at, policy.sign_in_early_minutes),
            lapses_at=self.lapses_at or waited,
            state=one.state,
            arrived_at=one.arrived_at,
            kept_at=one.kept_at,
            left_at=one.left_at,
        )


def find_room(space_id: int) -> Room | None:
    """Return a room by its space, or None: the space is not lent."""
    return db.session.get(Room, space_id)


def get_room(space_id: int, sites: Collection[int] | None = None) -> Room:
    """Return a room, of these houses if any are given.

    Raises:
        NotFound: the space is not lent, or at another house.
    """
    room = find_room(space_id)
    if room is None or (sites is not None and room.space.site_id not in sites):
        raise NotFound
    return room


def rooms(sites: Collection[int] | None) -> list[Room]:
    """Return the rooms of these houses, or of all, by house, floor and code, number 2 before number 10."""
    wanted = select(Room).join(Space, Space.id == Room.space_id)
    if sites is not None:
        wanted = wanted.where(Space.site_id.in_(sites))
    ordered = wanted.order_by(Space.site_id, Room.floor, func.length(Space.code), Space.code)
    return list(db.session.scalars(ordered).unique())


def leads(member_id: int) -> ColumnElement[bool]:
    """Return the condition that a date is a member's own, or of a troupe they lead."""
    post = exists().where(
        Post.member_id == member_id,
        Post.role.in_((Role.LEADER, Role.DEPUTY)),
        Post.troupe_id == Occurrence.troupe_id,
        Post.ended_at.is_(None),
    )
    own = and_(Occurrence.troupe_id.is_(None), Occurrence.member_id == member_id)
    return or_(own, post)


def belongs(member_id: int) -> ColumnElement[bool]:
    """Return the condition that a member may say "we are here": a leader, or on the troupe's roster."""
    listed = exists().where(
        TroupeMember.member_id == member_id,
        TroupeMember.troupe_id == Occurrence.troupe_id,
        TroupeMember.left_on.is_(None),
    )
    return or_(leads(member_id), listed)


def at_door(room: Room, member_id: int, now: datetime) -> list[DoorDate]:
    """Return a member's dates of today at a door: of the room, or of a hall it is part of."""
    shares = Space.atoms.op("&&")(room.space.atoms)
    wanted = _dates(member_id).where(
        shares, belongs(member_id), Occurrence.day == clock.palace_day(now)
    )
    return _read(wanted.where(Occurrence.state.in_(AT_DOORS)))


def get_own(member_id: int, occurrence_id: int) -> DoorDate:
    """Return a date of a member, or of a troupe whose roster they are on.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return _one(_dates(member_id).where(Occurrence.id == occurrence_id, belongs(member_id)))


def get_at(sites: Collection[int] | None, occurrence_id: int) -> DoorDate:
    """Return a date at one of these houses, or at any.

    Raises:
        NotFound: there is none.
    """
    wanted = _dates().where(Occurrence.id == occurrence_id)
    return _one(wanted if sites is None else wanted.where(Space.site_id.in_(sites)))


def of_day(sites: Collection[int] | None, now: datetime) -> list[DoorDate]:
    """Return who comes today to the rooms of these houses, or of all, next first."""
    wanted = _dates().where(Occurrence.day == clock.palace_day(now))
    at = wanted if sites is None else wanted.where(Space.site_id.in_(sites))
    return _read(at.where(Occurrence.state.in_(AT_DOORS)))


def again(date: DoorDate) -> DoorDate:
    """Return a date as it stands now, whatever was read before."""
    wanted = _dates().where(Occurrence.id == date.occurrence.id)
    return replace(_one(wanted, populate_existing=True), leads=date.leads)


def missed(now: datetime, *, ever: bool = False) -> Sequence[int]:
    """Return the dates whose room became free because nobody signed in, and that nobody wrote down yet.

    Args:
        ever: however long ago, for a worker that stood still; it reads every date that was kept.
    """
    gone = or_(Occurrence.occupancy_id.is_(None), Occupancy.lapses_at <= now)
    wanted = (
        select(Occurrence.id)
        .outerjoin(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .where(
            Occurrence.state == OccurrenceState.CONFIRMED,
            true() if ever else Occurrence.ends_at > now - LATELY,
            Occurrence.starts_at <= now,
            Occurrence.arrived_at.is_(None),
            gone,
        )
    )
    return db.session.scalars(wanted.order_by(Occurrence.id)).all()


def _dates(member_id: int | None = None) -> Select[Any]:
    is_leader = leads(member_id).label("leads") if member_id else literal(False).label("leads")
    wanted = (
        select(Occurrence, Room, Troupe, Occupancy.lapses_at, is_leader)
        .join(Room, Room.space_id == Occurrence.space_id)
        .join(Space, Space.id == Room.space_id)
        .outerjoin(Troupe, Troupe.id == Occurrence.troupe_id)
        .outerjoin(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    return cast("Select[Any]", wanted)


def _read(wanted: Select[Any], **how: bool) -> list[DoorDate]:
    return [
        DoorDate(occurrence=one, room=room, troupe=troupe, lapses_at=lapses_at, leads=is_leader)
        for one, room, troupe, lapses_at, is_leader in db.session.execute(
            wanted, execution_options=how
        )
    ]


def _one(wanted: Select[Any], **how: bool) -> DoorDate:
    found = _read(wanted, **how)
    if not found:
        raise NotFound
    return found[0]
