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
    Select,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased, outerjoin

from palace.clock import palace_day
from palace.members.models import Post
from palace.members.rules import Role
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.states import HOLDING
from palace.statements import execute
from palace.troupes.models import Troupe
from palace.venues.models import Space

WEEK = timedelta(days=7)
NEXT = aliased(Occurrence)
DAYS = 7
TROUPE = ("id", "site_id", "name_zh", "name_en", "size")
USE = ("space_id", "name_zh", "name_en", "starts_at", "ends_at", "purpose", "people")
SINCE, UNTIL = (bindparam(name, type_=DateTime(timezone=True)) for name in ("since", "until"))
FIRST_DAY, LAST_DAY = (bindparam(name, type_=Date) for name in ("first_day", "last_day"))


def _is_held(one: Any) -> ColumnElement[bool]:
    return or_(*[one.state == state for state in HOLDING])


def _latest(*which: Any) -> Select[*tuple[Any, ...]]:
    """Return a troupe's dates until some instant that were not given up, by the index of its days."""
    columns = (Occurrence.reservation_id, Occurrence.space_id)
    return (
        select(*columns, Occurrence.starts_at, Occurrence.ends_at)
        .where(
            Occurrence.troupe_id == Troupe.id,
            Occurrence.day <= LAST_DAY,
            Occurrence.starts_at <= UNTIL,
            _is_held(Occurrence),
            *which,
        )
        .limit(1)
        .correlate(Troupe)
    )


HAS_NEXT = exists().where(
    NEXT.troupe_id == Occurrence.troupe_id,
    NEXT.day == Occurrence.day + literal(DAYS),
    NEXT.starts_at == Occurrence.starts_at + WEEK,
    or_(_is_held(NEXT), NEXT.reservation_id == Occurrence.reservation_id),
)
LEAD = (
    select(func.make_interval(0, 0, 0, 0, 0, cast(Policy.lead_minutes, Integer)))
    .join(Room, Room.policy_id == Policy.id)
    .where(Room.space_id == Occurrence.space_id)
    .scalar_subquery()
)
LAST = _latest().order_by(Occurrence.day.desc(), Occurrence.starts_at.desc()).lateral("last")
AGAIN = (
    _latest(Occurrence.day >= FIRST_DAY, Occurrence.starts_at > SINCE + LEAD, ~HAS_NEXT)
    .order_by(Occurrence.starts_at)
    .lateral("again")
)


def _led() -> Select[*tuple[Any, ...]]:
    """Return the troupes a member leads, with two of their dates; what is said of those is read last."""
    columns: list[Any] = [getattr(Troupe, name) for name in TROUPE]
    source: Any = Troupe
    for use in (LAST, AGAIN):
        of, space = aliased(Reservation), aliased(Space)
        source = outerjoin(source, use, true())
        source = outerjoin(source, of, of.id == use.c.reservation_id)
        source = outerjoin(source, space, space.id == use.c.space_id)
        known = {**dict(use.c), "purpose": of.purpose, "people": of.people}
        known |= {"name_zh": space.name_zh, "name_en": space.name_en}
        columns += [known[name].label(f"{use.name}_{name}") for name in USE]
    leads = exists().where(
        Post.troupe_id == Troupe.id,
        Post.member_id == bindparam("member_id"),
        or_(Post.role == Role.LEADER, Post.role == Role.DEPUTY),
        Post.ended_at.is_(None),
    )
    led = select(*columns).select_from(source)
    return led.where(Troupe.ended_at.is_(None), leads).order_by(Troupe.id)


LED = _led()


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


def troupes_of(member_id: int, now: datetime) -> list[Led]:
    """Return the troupes a member leads, with what they used."""
    asked = {
        "member_id": member_id,
        "since": now - WEEK,
        "until": now + WEEK,
        "first_day": palace_day(now - WEEK),
        "last_day": palace_day(now + WEEK),
    }
    return [_read(row._asdict()) for row in execute(LED, asked)]


def _read(row: dict[str, Any]) -> Led:
    own = {name: row[name] for name in TROUPE}
    return Led(**own, last=_use(row, "last"), again=_use(row, "again"))


def _use(row: dict[str, Any], which: str) -> Use | None:
    if row[f"{which}_space_id"] is None:
        return None
    return Use(**{name: row[f"{which}_{name}"] for name in USE})
