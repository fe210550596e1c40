"""What the troupes somebody leads used last, so that nothing has to be typed twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Integer,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from palace.clock import palace_day
from palace.members.models import Post
from palace.members.rules import Role
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.states import HOLDING
from palace.statements import execute
from palace.troupes.models import Troupe

WEEK = timedelta(days=7)
NEXT = aliased(Occurrence)
DAYS = 7
TROUPE = ("id", "site_id", "name_zh", "name_en", "size")
SINCE, UNTIL = (bindparam(name, type_=DateTime(timezone=True)) for name in ("since", "until"))
FIRST_DAY, LAST_DAY = (bindparam(name, type_=Date) for name in ("first_day", "last_day"))


def _is_held(one: Any) -> ColumnElement[bool]:
    return or_(*[one.state == state for state in HOLDING])


LAST = (
    select(Occurrence.space_id, Occurrence.starts_at, Occurrence.ends_at, Occurrence.reservation_id)
    .where(
        Occurrence.troupe_id == Troupe.id,
        Occurrence.day <= LAST_DAY,
        Occurrence.starts_at <= UNTIL,
        _is_held(Occurrence),
    )
    .order_by(Occurrence.day.desc(), Occurrence.starts_at.desc())  # found by the index of days
    .limit(1)
    .correlate(Troupe)
    .lateral("last")
)
LED = (
    select(
        *(getattr(Troupe, name) for name in TROUPE),
        LAST.c.space_id,
        LAST.c.starts_at,
        LAST.c.ends_at,
        Reservation.purpose,
        Reservation.people,
    )
    .select_from(Troupe)
    .outerjoin(LAST, true())
    .outerjoin(Reservation, Reservation.id == LAST.c.reservation_id)
    .where(
        Troupe.ended_at.is_(None),
        exists().where(
            Post.troupe_id == Troupe.id,
            Post.member_id == bindparam("member_id"),
            or_(Post.role == Role.LEADER, Post.role == Role.DEPUTY),
            Post.ended_at.is_(None),
        ),
    )
    .order_by(Troupe.id)
)
HAS_NEXT = exists().where(
    NEXT.troupe_id == Occurrence.troupe_id,
    NEXT.day == Occurrence.day + literal(DAYS),
    NEXT.starts_at == Occurrence.starts_at + WEEK,
    or_(_is_held(NEXT), NEXT.reservation_id == Occurrence.reservation_id),
)
LEAD = func.make_interval(0, 0, 0, 0, 0, cast(Policy.lead_minutes, Integer))
AGAIN = (
    select(
        Occurrence.space_id,
        Occurrence.starts_at,
        Occurrence.ends_at,
        Reservation.purpose,
        Reservation.people,
    )
    .join(Reservation, Reservation.id == Occurrence.reservation_id)
    .join(Room, Room.space_id == Occurrence.space_id)
    .join(Policy, Policy.id == Room.policy_id)
    .where(
        Occurrence.troupe_id == bindparam("troupe_id"),
        Occurrence.day.between(FIRST_DAY, LAST_DAY),
        Occurrence.starts_at > SINCE + LEAD,
        Occurrence.starts_at <= UNTIL,
        _is_held(Occurrence),
        ~HAS_NEXT,
    )
    .order_by(Occurrence.starts_at)
    .limit(1)
)


@dataclass(frozen=True, kw_only=True)
class Use:
    """A date a troupe had: where, when, what for."""

    space_id: int
    starts_at: datetime
    ends_at: datetime
    purpose: str
    people: int


@dataclass(frozen=True, kw_only=True)
class Led:
    """A troupe somebody leads, and its last use."""

    id: int
    site_id: int
    name_zh: str
    name_en: str
    size: int
    last: Use | None


def troupes_of(member_id: int, now: datetime) -> list[Led]:
    """Return the troupes a member leads, with what they used last or have within a week."""
    asked = {"member_id": member_id, "until": now + WEEK, "last_day": palace_day(now + WEEK)}
    return [
        Led(**{name: getattr(row, name) for name in TROUPE}, last=_use(row))
        for row in execute(LED, asked)
    ]


def unfollowed(troupe_id: int, now: datetime) -> Use | None:
    """Return a date of a troupe's last week or next that nothing follows a week on, while that is in time."""
    since, until = now - WEEK, now + WEEK
    days = {"first_day": palace_day(since), "last_day": palace_day(until)}
    rows = execute(AGAIN, {"troupe_id": troupe_id, "since": since, "until": until} | days)
    return _use(rows[0]) if rows else None


def _use(row: Any) -> Use | None:
    if row.space_id is None:
        return None
    return Use(**{name: getattr(row, name) for name in Use.__annotations__})
