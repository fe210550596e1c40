"""Reads of the public feeds: a mark in one query, and the performances that are new since the last one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from typing import cast as cast_type

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    bindparam,
    func,
    or_,
    select,
    true,
)

from palace.agenda import queries as agenda
from palace.agenda.queries import AHEAD, BACK, CLOCK, STATE, FeedMark, in_feed
from palace.agenda.queries import TABLE as ENTRIES
from palace.agenda.secrets import FeedOf, opened
from palace.calendars import uses
from palace.courses.belonging import BELONGING
from palace.courses.catalogue import Term
from palace.courses.models import Offering
from palace.courses.queries.facts import staff_offering
from palace.courses.services.telling import titles
from palace.db import db, table_of
from palace.errors import NotFound
from palace.programme.models import Performance, Production
from palace.rooms.models import Room
from palace.statements import execute
from palace.teachers.models import Teacher
from palace.troupes.models import Troupe
from palace.venues.models import Site, Space
from palace.venues.queries import HEAD

FEED_FORM = 2
State = tuple[int, ...]
ID = bindparam("id", type_=BigInteger)
IDS = bindparam("ids", type_=ARRAY(BigInteger))
NOW: ColumnElement[datetime] = func.palace_clock(type_=DateTime(timezone=True))


class Of(StrEnum):
    """What a feed tells: shows of the palace or a house; all uses of a space, or of a house's spaces."""

    PALACE = "palace"
    SITE = "site"
    SPACE = "space"
    ROOMS = "rooms"


@dataclass(frozen=True)
class Feed:
    """A public feed in one language."""

    of: Of
    id: int
    language: str


@dataclass(frozen=True)
class Mark:
    """What a feed looks like without reading it: two feeds with one tag have the same bytes."""

    name: str
    tag: str


def _in_feed() -> ColumnElement[bool]:
    """Return what a feed shows: published, thirty days back, 400 ahead; cancelled ones until past."""
    return (
        Performance.published_at.is_not(None)
        & (Performance.starts_at > NOW - BACK)
        & (Performance.starts_at < NOW + AHEAD)
        & or_(Performance.cancelled_at.is_(None), Performance.ends_at > NOW)
    )


OF_SITE = select(Space.id).where(Space.site_id == ID)
SHOWS = {
    Of.PALACE: true(),
    Of.SITE: Performance.space_id.in_(OF_SITE),
    Of.SPACE: Performance.space_id == ID,
    Of.ROOMS: Performance.space_id.in_(OF_SITE),
}
USES = {Of.SPACE: ENTRIES.c.space_id == ID, Of.ROOMS: ENTRIES.c.space_id.in_(OF_SITE)}


def _mark(of: Of) -> Select[Any]:
    """Select the name a feed goes by, and what differs between two states of what it tells."""
    named: type[Site | Space] = Space if of is Of.SPACE else Site
    shows = select(
        func.count(Performance.id).label("count"),
        func.sum(Performance.id).label("ids"),
        func.sum(Performance.revision).label("revisions"),
        func.max(Performance.changed_at).label("changed_at"),
    )
    states = [shows.where(SHOWS[of], _in_feed()).subquery("shows")]
    states += [uses.state(USES[of])] if of in USES else []
    source: FromClause = table_of(named)
    for state in states:
        source = source.join(state, true())
    wanted = select(named.name_zh, named.name_en, *(one for state in states for one in state.c))
    return wanted.select_from(source).where(
        Site.kind == HEAD if of is Of.PALACE else named.id == ID
    )


MARKS = {of: _mark(of) for of in Of}
SHOWN = select(Performance.id, Performance.revision).where(_in_feed())
SHOWN = SHOWN.order_by(Performance.starts_at, Performance.id)
REVISIONS = {of: SHOWN.where(SHOWS[of]) for of in Of}
TROUPE = bindparam("troupe_id", type_=BigInteger)
OF_TROUPE = ENTRIES.c.troupe_id == TROUPE
TROUPE_MARK: Select[Any] = cast_type(
    "Select[Any]",
    select(Troupe.calendar_generation, *STATE, Troupe.name_zh)
    .outerjoin(ENTRIES, OF_TROUPE & in_feed(CLOCK))
    .where(Troupe.id == TROUPE, Troupe.ended_at.is_(None))
    .group_by(Troupe.id),
)
CLASS = bindparam("offering_id", type_=BigInteger)
OF_CLASS = ENTRIES.c.offering_id == CLASS
CLASS_MARK: Select[Any] = cast_type(
    "Select[Any]",
    select(Offering.calendar_generation, *STATE)
    .outerjoin(ENTRIES, OF_CLASS & in_feed(CLOCK))
    .where(Offering.id == CLASS)
    .group_by(Offering.id),
)
USED = {of: uses.revisions(there) for of, there in USES.items()}
OWN = (
    *("id", "uid", "revision", "changed_at", "starts_at", "ends_at", "doors_at"),
    *("cancelled_at", "seating"),
)
TOLD = (
    select(
        *(getattr(Performance, name) for name in OWN),
        *(getattr(Production, name) for name in ("title_zh", "title_en")),
        *(getattr(Space, name).label(f"space_{name}") for name in ("name_zh", "name_en")),
        *(
            getattr(Site, name).label(f"site_{name}")
            for name in ("name_zh", "name_en", "address_zh", "address_en")
        ),
    )
    .join_from(Performance, Production)
    .join(Space, Space.id == Performance.space_id)
    .join(Site, Site.id == Space.site_id)
    .where(Performance.id == func.any(IDS))
)


def mark(feed: Feed) -> Mark:
    """Return the mark of a feed, in one query.

    Raises:
        NotFound: there is no such house or hall.
    """
    found = execute(MARKS[feed.of], _values(feed))
    if not found:
        raise NotFound
    name_zh, name_en, *state = found[0]
    name = (name_en if feed.language == "en" else "") or name_zh
    told = ":".join(map(str, (FEED_FORM, *(feed.of, feed.id, feed.language), name, *state)))
    return Mark(name, hashlib.sha256(told.encode()).hexdigest()[:32])


def _values(feed: Feed) -> dict[str, int]:
    return {} if feed.of is Of.PALACE else {"id": feed.id}


def revisions(feed: Feed) -> list[tuple[int, State]]:
    """Return the performances of a feed by start, each with its revision."""
    return [(row[0], tuple(row[1:])) for row in execute(REVISIONS[feed.of], _values(feed))]


def used(feed: Feed) -> list[tuple[int, State]]:
    """Return the uses of rooms in a feed by start, each with what changes when it is told otherwise."""
    if feed.of not in USED:
        return []
    return [(row[0], tuple(row[1:])) for row in execute(USED[feed.of], _values(feed))]


def told(performance_ids: Collection[int]) -> Sequence[Any]:
    """Return what calendars say of performances."""
    return execute(TOLD, {"ids": list(performance_ids)}) if performance_ids else ()


def troupe_mark(secret: str) -> FeedMark:
    """Return the mark of the feed a troupe's secret opens, in one query.

    Raises:
        NotFound: no feed has, or has any more, this secret.
    """
    asked = opened(FeedOf.TROUPE, secret)
    return agenda.marked(asked, TROUPE_MARK, OF_TROUPE, {"troupe_id": asked.owner_id})


def troupe_name(mark: FeedMark) -> str:
    """Return what the calendar of a troupe is called."""
    return db.session.get_one(Troupe, mark.values["troupe_id"]).name_zh


def class_mark(secret: str) -> FeedMark:
    """Return the mark of the feed a class's secret opens, in one query.

    Raises:
        NotFound: no feed has, or has any more, this secret.
    """
    asked = opened(FeedOf.CLASS, secret)
    return agenda.marked(asked, CLASS_MARK, OF_CLASS, {"offering_id": asked.owner_id})


def class_name(mark: FeedMark) -> str:
    """Return what the calendar of a class is called."""
    of = db.session.get_one(Offering, mark.values["offering_id"])
    return titles(of)["zh"]


def classes_of(member_id: int, today: date) -> list[Offering]:
    """Return the classes somebody, or who they enrolled, is in or teaches, until the term is over."""
    theirs = Offering.id.in_(select(BELONGING.classes.c.offering_id))
    wanted = (
        select(Offering)
        .join(Offering.term)
        .where(theirs | Offering.id.in_(taught_by(member_id)), Term.last_on >= today)
        .order_by(Offering.id)
    )
    return list(db.session.scalars(wanted, {"member_id": member_id}))


def taught(member_id: int) -> set[int]:
    """Return the classes whose teacher somebody is now."""
    return set(db.session.scalars(taught_by(member_id)))


def taught_by(member_id: int) -> Select[int]:
    """Select the classes whose teacher somebody is now."""
    return (
        select(Offering.id)
        .join(Teacher, Teacher.id == Offering.teacher_id)
        .where(Teacher.member_id == member_id, Teacher.left_at.is_(None))
    )


def class_to_renew(
    offering_id: int, member_id: int | None, sites: Collection[int] | None
) -> Offering:
    """Return a class whose feed somebody may give a new address: its teacher, or the office of its house.

    Raises:
        NotFound: there is none, or it is not theirs.
    """
    taught = select(Offering).where(
        Offering.id == offering_id, Offering.id.in_(taught_by(member_id or 0))
    )
    return db.session.scalars(taught).first() or staff_offering(offering_id, sites)


def troupes_of(member_id: int) -> list[Troupe]:
    """Return the troupes somebody leads or whose roster they are on, by name."""
    theirs = Troupe.id.in_(select(BELONGING.troupes.c.troupe_id))
    wanted = select(Troupe).where(theirs, Troupe.ended_at.is_(None))
    ordered = wanted.order_by(Troupe.name_zh, Troupe.id)
    return list(db.session.scalars(ordered, {"member_id": member_id}))


def halls() -> list[Space]:
    """Return the spaces something was ever published for and those that are lent, by house."""
    shown = select(Performance.space_id).where(Performance.published_at.is_not(None))
    lent = select(Room.space_id).where(Room.bookable)
    wanted = select(Space).where(Space.id.in_(shown) | Space.id.in_(lent))
    wanted = wanted.order_by(Space.site_id, Space.id)
    return list(db.session.scalars(wanted).unique())
