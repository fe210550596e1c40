"""Exports somebody asked for, and who asked; reads only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from palace import clock
from palace.db import db
from palace.lists.queries import List
from palace.members import queries as members
from palace.members.models import Member, Staff
from palace.members.queries import posts_of
from palace.members.rules import HeldPost, SignedIn, SignedInMember, SignedInStaff
from palace.reports.models import Export

MOST_SHOWN = 50


def lock(who: SignedIn) -> None:
    """Lock somebody until the transaction ends: the count of their exports is true from here on."""
    if who.staff is not None:
        wanted = select(Staff.id).where(Staff.id == who.staff.id).with_for_update(key_share=True)
        db.session.execute(wanted)
    elif who.member is not None:
        members.lock(who.member.id)


def lock_address(of: List, where: Mapping[str, Any]) -> None:
    """Lock a list at its address until the transaction ends: the count of its exports is true then."""
    words = json.dumps([of.endpoint, dict(where)], sort_keys=True)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(words, 0))))


def asked_today(who: SignedIn, now: datetime) -> int:
    """Return how many exports somebody asked for on this palace day."""
    return _count(_by(who), now)


def left_today(of: List, where: Mapping[str, Any], now: datetime) -> int:
    """Return how many exports of a list at its address anybody asked for on this palace day."""
    here = Export.address_values.contains(dict(where)) & Export.address_values.contained_by(
        dict(where)
    )
    return _count((Export.endpoint == of.endpoint) & here, now)


def _count(condition: ColumnElement[bool], now: datetime) -> int:
    start, _ = clock.day_span(clock.palace_day(now))
    wanted = select(func.count()).where(condition, Export.asked_at >= start)
    return db.session.scalar(wanted) or 0


def _by(who: SignedIn) -> ColumnElement[bool]:
    if who.staff is not None:
        return Export.staff_id == who.staff.id
    return Export.member_id == (who.member.id if who.member else None)


def exports_of(who: SignedIn) -> list[Export]:
    """Return somebody's newest exports."""
    wanted = select(Export).where(_by(who)).order_by(Export.id.desc())
    return list(db.session.scalars(wanted.limit(MOST_SHOWN)))


def find_export(code: str, who: SignedIn) -> Export | None:
    """Return an export by its code if it is this person's."""
    return db.session.scalars(select(Export).where(Export.code == code, _by(who))).first()


def who(export: Export) -> SignedIn | None:
    """Return who asked as a sign-in would bring them along, or None: they have left."""
    if export.staff_id is not None:
        staff = db.session.get(Staff, export.staff_id)
        if staff is None or staff.left_at is not None:
            return None
        known = SignedInStaff(id=staff.id, name=staff.name)
        return SignedIn(id=0, token="", staff=known, posts=_held(staff))
    member = db.session.get(Member, export.member_id)
    if member is None or member.erased_at is not None:
        return None
    return SignedIn(id=0, token="", member=_known(member), posts=_held(member))


def _held(who: Staff | Member) -> tuple[HeldPost, ...]:
    return tuple(
        HeldPost(post.role, post.site_id, post.unit_id, post.troupe_id) for post in posts_of(who)
    )


def _known(member: Member) -> SignedInMember:
    entry = member.roster_entry
    return SignedInMember(
        id=member.id,
        phone=member.phone,
        name=member.name,
        calendar_generation=member.calendar_generation,
        roster_entry_id=member.roster_entry_id,
        valid_until=entry.valid_until if entry else None,
        roster_counts=entry.counts if entry else None,
        unit_id=member.unit_id,
        unit_zh=entry.unit.name_zh if entry else None,
    )
