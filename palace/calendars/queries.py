"""Reads of the public feeds: a mark in one query, and the performances that are new since the last one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from typing import cast as cast_type

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    bindparam,
    func,
    or_,
    select,
)

from palace.agenda.queries import AHEAD, BACK
from palace.db import db
from palace.errors import NotFound
from palace.programme.models import Performance, Production
from palace.statements import execute
from palace.venues.models import Site, Space
from palace.venues.queries import HEAD

FEED_FORM = 1
ID = bindparam("id", type_=BigInteger)
IDS = bindparam("ids", type_=ARRAY(BigInteger))
NOW: ColumnElement[datetime] = func.palace_clock(type_=DateTime(timezone=True))


class Of(StrEnum):
    """Whose performances a feed tells: the whole palace's, a house's, or a hall's."""

    PALACE = "palace"
    SITE = "site"
    SPACE = "space"


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


def _marks(named: type[Site | Space]) -> Select[Any]:
    wanted = select(
        named.name_zh,
        named.name_en,
        func.count(Performance.id),
        func.sum(Performance.id),
        func.sum(Performance.revision),
        func.max(Performance.changed_at),
    )
    return cast_type("Select[Any]", wanted.group_by(named.id))


MARKS = {
    Of.PALACE: _marks(Site).outerjoin(Performance, _in_feed()).where(Site.kind == HEAD),
    Of.SITE: _marks(Site)
    .outerjoin(Space, Space.site_id == Site.id)
    .outerjoin(Performance, (Performance.space_id == Space.id) & _in_feed())
    .where(Site.id == ID),
    Of.SPACE: _marks(Space)
    .outerjoin(Performance, (Performance.space_id == Space.id) & _in_feed())
    .where(Space.id == ID),
}
SHOWN = select(Performance.id, Performance.revision).where(_in_feed())
SHOWN = SHOWN.order_by(Performance.starts_at, Performance.id)
OF_SITE = select(Space.id).where(Space.site_id == ID)
REVISIONS = {
    Of.PALACE: SHOWN,
    Of.SITE: SHOWN.where(Performance.space_id.in_(OF_SITE)),
    Of.SPACE: SHOWN.where(Performance.space_id == ID),
}
OWN = (
    *("id", "uid", "revision", "changed_at", "starts_at", "ends_at", "doors_at"),
    *("cancelled_at", "seating"),
)
TOLD = (
    select(
        *(
            getattr(Performance, name)
            for name in [
                "id",
                "uid",
                "revision",
                "changed_at",
                "starts_at",
                "ends_at",
                "doors_at",
                "cancelled_at",
                "seating",
            ]
        ),
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
    found = execute(MARKS[feed.of], {} if feed.of is Of.PALACE else {"id": feed.id})
    if not found:
        raise NotFound
    name_zh, name_en, *state = found[0]
    name = (name_en if feed.language == "en" else "") or name_zh
    told = ":".join(map(str, (FEED_FORM, *(feed.of, feed.id, feed.language), name, *state)))
    return Mark(name, hashlib.sha256(told.encode()).hexdigest()[:32])


def revisions(feed: Feed) -> list[tuple[int, int]]:
    """Return the performances of a feed by start, each with its revision."""
    return [
        (row[0], row[1])
        for row in execute(REVISIONS[feed.of], {} if feed.of is Of.PALACE else {"id": feed.id})
    ]


def told(performance_ids: Collection[int]) -> Sequence[Any]:
    """Return what calendars say of performances."""
    return execute(TOLD, {"ids": list(performance_ids)}) if performance_ids else ()


def halls() -> list[Space]:
    """Return the spaces something was ever published for, by house."""
    used = select(Performance.space_id).where(Performance.published_at.is_not(None))
    wanted = select(Space).where(Space.id.in_(used)).order_by(Space.site_id, Space.id)
    return list(db.session.scalars(wanted).unique())
