"""What the troupes somebody leads used last, so that nothing has to be typed twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Select, bindparam, cast, exists, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from palace.db import db
from palace.members.models import Post
from palace.members.rules import Role
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.states import HOLDING
from palace.troupes.models import Troupe
from palace.venues.models import Space

WEEK = timedelta(days=7)
NEXT = aliased(Occurrence)
DAYS = 7


def _uses(*which: Any) -> Select[*tuple[Any, ...]]:
    """Return a troupe's dates that were not given up, with what was wished for."""
    return (
        select(
            Occurrence.space_id,
            Space.name_zh,
            Space.name_en,
            Occurrence.starts_at,
            Occurrence.ends_at,
            Reservation.purpose,
            Reservation.people,
        )
        .join(Reservation, Reservation.id == Occurrence.reservation_id)
        .join(Space, Space.id == Occurrence.space_id)
        .join(Room, Room.space_id == Occurrence.space_id)
        .join(Policy, Policy.id == Room.policy_id)
        .where(
            Occurrence.troupe_id == Troupe.id,
            Occurrence.state.in_(HOLDING),
            *which,
        )
        .limit(1)
        .correlate(Troupe)
    )


HAS_NEXT = exists().where(
    NEXT.troupe_id == Occurrence.troupe_id,
    NEXT.day == Occurrence.day + literal(DAYS),
    NEXT.starts_at == Occurrence.starts_at + WEEK,
    or_(NEXT.state.in_(HOLDING), NEXT.reservation_id == Occurrence.reservation_id),
)
NOW = func.palace_clock()
LAST = (
    _uses(Occurrence.starts_at <= NOW + WEEK).order_by(Occurrence.starts_at.desc()).lateral("last")
)
LEAD = func.make_interval(0, 0, 0, 0, 0, cast(Policy.lead_minutes, Integer))
AGAIN = (
    _uses(Occurrence.starts_at > NOW - WEEK + LEAD, Occurrence.starts_at <= NOW + WEEK, ~HAS_NEXT)
    .order_by(Occurrence.starts_at)
    .lateral("again")
)
LED = (
    select(
        Troupe.id,
        Troupe.site_id,
        Troupe.name_zh,
        Troupe.name_en,
        Troupe.size,
        *[column.label(f"last_{column.name}") for column in LAST.c],
        *[column.label(f"again_{column.name}") for column in AGAIN.c],
    )
    .select_from(Troupe)
    .outerjoin(LAST, true())
    .outerjoin(AGAIN, true())
    .where(
        Troupe.ended_at.is_(None),
        exists().where(
            Post.troupe_id == Troupe.id,
            Post.member_id == bindparam("member_id"),
            Post.role.in_((Role.LEADER, Role.DEPUTY)),
            Post.ended_at.is_(None),
        ),
    )
    .order_by(Troupe.id)
)


@dataclass(frozen=True, kw_only=True)
class Use:
    """A date a troupe had: where, when, what for."""

    space_id: int
    name_zh: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    purpose: str
    people: int


@dataclass(frozen=True, kw_only=True)
class Led:
    """A troupe somebody leads: its last use, and one of the last week that nothing follows yet, in time."""

    id: int
    site_id: int
    name_zh: str
    name_en: str
    size: int
    last: Use | None
    again: Use | None


def troupes_of(member_id: int) -> list[Led]:
    """Return the troupes a member leads, with what they used."""
    return [_led(row._asdict()) for row in db.session.execute(LED, {"member_id": member_id})]


def _led(row: dict[str, Any]) -> Led:
    own = {name: row[name] for name in ("id", "site_id", "name_zh", "name_en", "size")}
    return Led(**own, last=_use(row, "last_"), again=_use(row, "again_"))


def _use(row: dict[str, Any], front: str) -> Use | None:
    if row[f"{front}space_id"] is None:
        return None
    return Use(**{name: row[front + name] for name in Use.__annotations__})
