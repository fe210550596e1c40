"""Rooms, reservations and their dates, and what holds for a wish at one instant, read behind the locks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    or_,
    select,
)

from palace.db import db
from palace.errors import NotFound
from palace.members.models import Post
from palace.members.rules import Known, Role
from palace.rooms.models import Occurrence, Purpose, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.wishes import Figures
from palace.troupes.models import Troupe
from palace.venues.models import Space

LEADING = (Role.LEADER, Role.DEPUTY)
FIGURES = tuple(part.name for part in fields(Figures))


def room(space_id: int) -> Room:
    """Return a room.

    Raises:
        NotFound: this space is not lent.
    """
    found = db.session.get(Room, space_id)
    if found is None:
        raise NotFound
    return found


def find_room(space_id: int | None) -> Room | None:
    """Return a room, or None: there is no such one."""
    return db.session.get(Room, space_id) if space_id else None


def rooms_at(site_ids: Collection[int] | None = None) -> list[Room]:
    """Return the rooms that are lent, of some houses or (None) of all, by floor and name."""
    wanted = select(Room).join(Space, Space.id == Room.space_id).where(Room.bookable)
    if site_ids is not None:
        wanted = wanted.where(Space.site_id.in_(site_ids))
    return list(db.session.scalars(wanted.order_by(Space.site_id, Room.floor, Space.id)))


def purposes() -> list[Purpose]:
    """Return what rooms are used for, in the order of lists."""
    return list(db.session.scalars(select(Purpose).order_by(Purpose.position)))


def get_purpose(code: str) -> Purpose:
    """Return what a room is used for, that a reservation names."""
    return db.session.get_one(Purpose, code)


def find_troupe(troupe_id: int | None) -> Troupe | None:
    """Return the troupe of a reservation, or None: it is a member's."""
    return db.session.get(Troupe, troupe_id) if troupe_id else None


def led_by(member_id: int) -> list[int]:
    """Return the troupes that a member leads, or is the deputy of."""
    return list(db.session.scalars(leading(member_id)))


def leading(member_id: int) -> Any:
    """Select the troupes that a member leads, or is the deputy of."""
    return select(Post.troupe_id).where(
        Post.member_id == member_id, Post.role.in_(LEADING), Post.ended_at.is_(None)
    )


def theirs(
    who: Known, of: type[Reservation] | type[Occurrence] = Reservation
) -> ColumnElement[bool]:
    """Return the condition that a reservation, or a date of one, is a member's or their troupe's."""
    alone = and_(of.troupe_id.is_(None), of.member_id == who.id)
    return or_(alone, of.troupe_id.in_(leading(who.id)))


def reservation_for(who: Known, code: str) -> Reservation:
    """Return a reservation of a member, or of a troupe they lead.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    wanted = select(Reservation).where(Reservation.code == code, theirs(who))
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def parts_of(found: Reservation) -> list[Reservation]:
    """Return the reservation that this one follows, and those that follow it since they were changed."""
    beside = or_(Reservation.id == found.follows_id, Reservation.follows_id == found.id)
    return list(
        db.session.scalars(select(Reservation).where(beside).order_by(Reservation.first_on))
    )


def occurrence_for(who: Known, occurrence_id: int) -> Occurrence:
    """Return a date of a member's reservation, or of one of a troupe they lead.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    wanted = select(Occurrence).where(Occurrence.id == occurrence_id, theirs(who, Occurrence))
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def occurrences_of(reservation_id: int) -> list[Occurrence]:
    """Return the dates of a reservation, in their order."""
    wanted = select(Occurrence).where(Occurrence.reservation_id == reservation_id)
    return list(db.session.scalars(wanted.order_by(Occurrence.day, Occurrence.id)))


def locked_occurrences(reservation_id: int) -> list[Occurrence]:
    """Return the dates of a reservation as they stand under their locks, taken in id order."""
    return _locked(Occurrence.reservation_id == reservation_id)


def locked_occurrence(occurrence_id: int) -> Occurrence:
    """Return a date that is known to exist as it stands under its lock."""
    return _locked(Occurrence.id == occurrence_id)[0]


def _locked(those: ColumnElement[bool]) -> list[Occurrence]:
    wanted = select(Occurrence).where(those).order_by(Occurrence.id)
    locked = wanted.with_for_update(of=Occurrence, key_share=True)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def figures_of(policy: Policy) -> Figures:
    """Return the figures of a policy as the rules read them."""
    return Figures(**{name: getattr(policy, name) for name in FIGURES})
