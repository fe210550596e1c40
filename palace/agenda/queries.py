"""Reads of the agenda: what is coming, what was, and the feed with the secret that opens it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from typing import cast as cast_type

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Interval,
    Select,
    Subquery,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange

from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus, Owner
from palace.agenda.secrets import FeedOf, Opened, opened, secret_of
from palace.db import db, table_of
from palace.errors import NotFound
from palace.members.models import Member
from palace.members.rules import Known
from palace.statements import as_loaded, execute

PAGE_LENGTH = 20
FEED_BACK, FEED_AHEAD = timedelta(days=30), timedelta(days=400)
BACK, AHEAD = cast(FEED_BACK, Interval), cast(FEED_AHEAD, Interval)
FEED_FORM = 1
TABLE = table_of(AgendaEntry)
BY_START = (func.lower(TABLE.c.during), TABLE.c.id)
MEMBER = bindparam("member_id", type_=BigInteger)
CLOCK = select(func.palace_clock(type_=DateTime(timezone=True))).scalar_subquery()
"""The clock, read once in a statement: it ticks, and no index would do otherwise."""
STATE = (
    CLOCK,
    func.count(TABLE.c.id),
    func.sum(TABLE.c.id),
    func.sum(TABLE.c.revision),
    func.max(TABLE.c.changed_at),
)
"""The clock, and what differs between two states of a feed's entries."""


@dataclass(frozen=True, eq=False)
class Groups:
    """What a member `member_id` belongs to: selects of an id of the group and `since`, when they came."""

    troupes: Subquery
    classes: Subquery

    @property
    def owning(self) -> list[tuple[ColumnElement[int | None], ColumnElement[int]]]:
        """Return, by kind of group, the column of an entry that names one, and the ids of theirs."""
        return [
            (TABLE.c.troupe_id, self.troupes.c.troupe_id),
            (TABLE.c.offering_id, self.classes.c.offering_id),
        ]


@dataclass(frozen=True)
class FeedMark:
    """What a feed looks like without reading it: two feeds with one tag have the same bytes.

    `shown`: what is in it, where its values are `values`.
    """

    shown: ColumnElement[bool]
    values: Mapping[str, int]
    now: datetime
    tag: str


def coming(member_id: int, now: datetime, groups: Groups) -> list[AgendaEntry]:
    """Return what is not over of a member and their groups, next first; cancelled ones too, marked so."""
    found = execute(_coming(groups), {"member_id": member_id, "now": now})
    return [as_loaded(AgendaEntry, row) for row in found]


@functools.cache
def _coming(groups: Groups) -> Select[Any]:
    still = TABLE.c.ends_at > bindparam("now", type_=DateTime(timezone=True))
    return select(TABLE).where(of_person(groups), still).order_by(*BY_START)


def past(member_id: int, now: datetime, groups: Groups, page: int = 1) -> list[AgendaEntry]:
    """Return a page of a member's entries that are over, newest first; pages count from 1.

    Of a troupe or a class only what was after they came to it.
    """
    was_there = [
        exists(ids.table.c.since).where(ids == column, ids.table.c.since < AgendaEntry.ends_at)
        for column, ids in groups.owning
    ]
    wanted = (
        select(AgendaEntry)
        .where(of_person(groups), AgendaEntry.ends_at <= now)
        .where(or_(AgendaEntry.member_id.is_not(None), *was_there))
        .order_by(AgendaEntry.ends_at.desc(), AgendaEntry.id.desc())
        .offset((page - 1) * PAGE_LENGTH)
        .limit(PAGE_LENGTH)
    )
    return list(db.session.scalars(wanted, {"member_id": member_id}))


def clashes(
    member_id: int, spans: Sequence[tuple[datetime, datetime]], groups: Groups
) -> list[AgendaEntry]:
    """Return what a member or a group of theirs has at any of some times, next first.

    What was called off is in nobody's way.
    """
    times = MultiRange(Range(*span) for span in spans)
    during = AgendaEntry.during.op("&&")(literal(times, TSTZMULTIRANGE))
    wanted = (
        select(AgendaEntry)
        .where(
            of_person(groups),
            AgendaEntry.status == EntryStatus.CONFIRMED,
            AgendaEntry.ends_at > min((begins for begins, _ in spans), default=None),
            during,
        )
        .order_by(*BY_START)
    )
    return list(db.session.scalars(wanted, {"member_id": member_id})) if spans else []


def of_person(groups: Groups) -> ColumnElement[bool]:
    """Return that an entry is of the member `member_id`, or of a group they belong to.

    An index look-up each: PostgreSQL reads the arrays once, before it looks for entries.
    """
    theirs = [
        column == func.any(func.array(select(ids).scalar_subquery()))
        for column, ids in groups.owning
    ]
    return or_(TABLE.c.member_id == MEMBER, *theirs)


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
    """Return the entries of an owner about subjects, by id, locked and read anew."""
    owned = next(
        column == owner_id
        for column, owner_id in (
            (AgendaEntry.troupe_id, owner.troupe_id),
            (AgendaEntry.offering_id, owner.offering_id),
            (AgendaEntry.member_id, owner.member_id),
        )
        if owner_id is not None
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
    """Return the secret in the address of a member's feed."""
    return secret_of(FeedOf.MEMBER, member.id, member.calendar_generation)


def feed_mark(secret: str, groups: Groups) -> FeedMark:
    """Return the mark of the feed a member's secret opens, in one query: clock, member and entries joined.

    Raises:
        NotFound: no feed has, or has any more, this secret.
    """
    asked = opened(FeedOf.MEMBER, secret)
    return marked(asked, _of_member(groups), of_person(groups), {"member_id": asked.owner_id})


@functools.cache
def _of_member(groups: Groups) -> Select[Any]:
    shown = and_(of_person(groups), in_feed(CLOCK))
    wanted = select(Member.calendar_generation, *STATE).outerjoin(TABLE, shown)
    return cast_type("Select[Any]", wanted.where(Member.id == MEMBER).group_by(Member.id))


def marked(
    asked: Opened, wanted: Select[Any], shown: ColumnElement[bool], values: Mapping[str, int]
) -> FeedMark:
    """Return the mark of a feed; `wanted` reads its owner's generation and `STATE`.

    Raises:
        NotFound: the owner is gone, or has another secret now.
    """
    row = next(iter(execute(wanted, values)), None)
    if row is None or not asked.fits(row[0]):
        raise NotFound
    told = f"{FEED_FORM}:{asked.owner_id}:{':'.join(map(str, row[2:]))}"
    return FeedMark(shown, values, row[1], hashlib.sha256(told.encode()).hexdigest()[:32])


def feed_blocks(mark: FeedMark) -> list[str]:
    """Return the stored blocks of a feed in the order of their start."""
    wanted = select(TABLE.c.block).where(mark.shown, in_feed(mark.now)).order_by(*BY_START)
    return list(db.session.scalars(wanted, dict(mark.values)))


def in_feed(now: ColumnElement[datetime] | datetime) -> ColumnElement[bool]:
    """Return what a feed shows: thirty days back, four hundred ahead; cancelled things until past."""
    return and_(
        TABLE.c.ends_at > now - BACK,
        TABLE.c.ends_at < now + AHEAD,
        or_(TABLE.c.status == EntryStatus.CONFIRMED, TABLE.c.ends_at > now),
    )
