"""Reads of the agenda: what is coming, what was, and the feed with the secret that opens it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import Range

from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus, Owner
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member
from palace.members.rules import Known
from palace.security import Key, keys

PAGE_LENGTH = 20
FEED_BACK, FEED_AHEAD = timedelta(days=30), timedelta(days=400)
FEED_FORM = 1
SECRET = struct.Struct(">2sQ")
MAC_BYTES = 20


@dataclass(frozen=True)
class FeedMark:
    """What a feed looks like without reading it: two feeds with one tag have the same bytes."""

    member_id: int
    now: datetime
    tag: str


def coming(member_id: int, now: datetime) -> list[AgendaEntry]:
    """Return a member's entries that are not over, next first; cancelled ones too, marked as such."""
    wanted = select(AgendaEntry).where(
        AgendaEntry.member_id == member_id, AgendaEntry.ends_at > now
    )
    return list(db.session.scalars(wanted.order_by(func.lower(AgendaEntry.during), AgendaEntry.id)))


def past(member_id: int, now: datetime, page: int = 1) -> list[AgendaEntry]:
    """Return a page of a member's entries that are over, newest first; pages count from 1."""
    wanted = (
        select(AgendaEntry)
        .where(AgendaEntry.member_id == member_id, AgendaEntry.ends_at <= now)
        .order_by(AgendaEntry.ends_at.desc(), AgendaEntry.id.desc())
        .offset((page - 1) * PAGE_LENGTH)
        .limit(PAGE_LENGTH)
    )
    return list(db.session.scalars(wanted))


def clashes(member_id: int, starts_at: datetime, ends_at: datetime) -> list[AgendaEntry]:
    """Return what a member has at a time, next first; what was called off is in nobody's way."""
    during = AgendaEntry.during.op("&&")(Range(starts_at, ends_at))
    wanted = select(AgendaEntry).where(
        AgendaEntry.member_id == member_id, AgendaEntry.status == EntryStatus.CONFIRMED, during
    )
    return list(db.session.scalars(wanted.order_by(func.lower(AgendaEntry.during), AgendaEntry.id)))


def entry_of(member_id: int, subject: str) -> AgendaEntry:
    """Return a member's entry about a subject.

    Raises:
        NotFound: there is none.
    """
    wanted = select(AgendaEntry).where(
        AgendaEntry.member_id == member_id, AgendaEntry.subject == subject
    )
    entry = db.session.scalars(wanted).first()
    if entry is None:
        raise NotFound
    return entry


def locked_entries(owner: Owner, subjects: Collection[str]) -> list[AgendaEntry]:
    """Return the entries of a member or a troupe about subjects, by id, locked and read anew."""
    owned = (
        AgendaEntry.troupe_id == owner.troupe_id
        if owner.troupe_id
        else AgendaEntry.member_id == owner.member_id
    )
    wanted = select(AgendaEntry).where(owned, AgendaEntry.subject.in_(subjects))
    locked = wanted.order_by(AgendaEntry.id).with_for_update(key_share=True)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def behind(owners: Select[int], subject: str, shown: Mapping[str, Any]) -> Select[AgendaEntry]:
    """Select the entries of members about a subject that tell it otherwise; cancelled ones stay."""
    otherwise = [getattr(AgendaEntry, name) != value for name, value in shown.items()]
    return (
        select(AgendaEntry)
        .where(AgendaEntry.member_id.in_(owners), AgendaEntry.subject == subject)
        .where(AgendaEntry.status == EntryStatus.CONFIRMED, or_(*otherwise))
        .order_by(AgendaEntry.id)
    )


def feed_secret(member: Known) -> str:
    """Return the secret in the address of a member's feed; it changes with the calendar's generation."""
    key = keys().active("calendar")
    named = SECRET.pack(bytes.fromhex(key.id), member.id)
    mac = _mac(key, member.id, member.calendar_generation)
    return base64.b32encode(named + mac).decode().rstrip("=").lower()


def feed_mark(secret: str) -> FeedMark:
    """Return the mark of the feed a secret opens, in one query: clock, member and entries joined.

    Raises:
        NotFound: no feed has, or has any more, this secret.
    """
    key, member_id, mac = _parsed(secret)
    now: ColumnElement[datetime] = func.palace_clock()
    in_feed = and_(AgendaEntry.member_id == Member.id, *_in_feed(now))
    wanted = (
        select(
            Member.calendar_generation,
            now,
            func.count(AgendaEntry.id),
            func.sum(AgendaEntry.id),
            func.sum(AgendaEntry.revision),
            func.max(AgendaEntry.changed_at),
        )
        .outerjoin(AgendaEntry, in_feed)
        .where(Member.id == member_id)
        .group_by(Member.id)
    )
    row = db.session.execute(wanted).first()
    if row is None or not hmac.compare_digest(mac, _mac(key, member_id, row[0])):
        raise NotFound
    state = f"{FEED_FORM}:{member_id}:{':'.join(map(str, row[2:]))}"
    return FeedMark(member_id, row[1], hashlib.sha256(state.encode()).hexdigest()[:32])


def feed_blocks(mark: FeedMark) -> list[str]:
    """Return the stored blocks of a feed in the order of their start."""
    wanted = select(AgendaEntry.block).where(
        AgendaEntry.member_id == mark.member_id, *_in_feed(mark.now)
    )
    return list(db.session.scalars(wanted.order_by(func.lower(AgendaEntry.during), AgendaEntry.id)))


def _in_feed(now: ColumnElement[datetime] | datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what a feed shows: thirty days back, four hundred ahead; cancelled things until past."""
    return (
        AgendaEntry.ends_at > now - FEED_BACK,
        AgendaEntry.ends_at < now + FEED_AHEAD,
        or_(AgendaEntry.status == EntryStatus.CONFIRMED, AgendaEntry.ends_at > now),
    )


def _mac(key: Key, member_id: int, generation: int) -> bytes:
    return key.mac(f"feed:{member_id}:{generation}")[:MAC_BYTES]


def _parsed(secret: str) -> tuple[Key, int, bytes]:
    """Return the key, member and proof a secret names.

    Raises:
        NotFound: it is not of the form of our secrets.
    """
    try:
        raw = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    except ValueError:
        raise NotFound from None
    if len(raw) != SECRET.size + MAC_BYTES:
        raise NotFound
    key_id, member_id = SECRET.unpack(raw[: SECRET.size])
    key = keys().find("calendar", key_id.hex())
    if key is None or member_id >= 1 << 63:
        raise NotFound
    return key, member_id, raw[SECRET.size :]
