"""What the house sees of today and tomorrow: figures counted as they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from palace import clock
from palace.db import db
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.notices import queries as notices
from palace.notices.models import Notice
from palace.programme import queries as programme
from palace.programme.queries import Programme, Stub
from palace.text import N_
from palace.tickets.models import Claim
from palace.tickets.queries import taken_counts
from palace.venues.queries import house_rules, spaces_at

UNPRINTABLE = "unprintable_name"
SHOWN_DAYS = timedelta(days=14)


@dataclass(frozen=True)
class Figures:
    """Places of one performance: sold, held by somebody choosing, kept for somebody, and left."""

    stub: Stub
    sold: int
    held: int
    kept: int
    left: int


def coming(now: datetime, sites: Collection[int] | None = None) -> list[Figures]:
    """Return the performances that have not ended and start before tomorrow's end, with their figures.

    `sites`: only of these houses; None: of all.
    """
    _, end = clock.day_span(clock.palace_day(now) + timedelta(days=1))
    found = programme.performances(since=now, until=end)
    if sites is not None:
        spaces = spaces_at(sites)
        found = [performance for performance in found if performance.space.id in spaces]
    ids = [performance.id for performance in found]
    counts = counts_of(ids, now)
    read = Programme(
        found=found,
        prices={},
        taken=taken_counts(ids, now),
        few_left_percent=house_rules().few_left_percent,
    )
    return [
        Figures(stub, *counts.get(stub.performance.id, (0, 0, 0)), stub.left)
        for stub in programme.stubs(read, now)
    ]


def counts_of(performance_ids: Sequence[int], now: datetime) -> dict[int, tuple[int, int, int]]:
    """Return sold, held and kept claims by performance; a kept seat somebody bought counts as bought."""
    sold = and_(Claim.order_id.is_not(None), Claim.held_until.is_(None))
    held = and_(Claim.order_id.is_not(None), Claim.held_until > now)
    state = case((sold, "sold"), (held, "held"), (Claim.kept_until > now, "kept"), else_="free")
    counted = (
        select(
            Claim.performance_id,
            func.count().filter(state == "sold"),
            func.count().filter(state == "held"),
            func.count().filter(state == "kept"),
        )
        .where(
            Claim.performance_id.in_(performance_ids),
            or_(sold, Claim.held_until > now, Claim.kept_until > now),
        )
        .group_by(Claim.performance_id)
    )
    return {
        performance_id: (sold, held, kept)
        for performance_id, sold, held, kept in db.session.execute(counted)
    }


def unprintable_names(now: datetime) -> list[dict[str, Any]]:
    """Return the tickets of the last two weeks whose name no font has, {ticket, pinyin}, newest first."""
    return [notice.values for notice in notices.since(now - SHOWN_DAYS, [UNPRINTABLE])]


NAMES = List(
    endpoint="staff.names",
    title=N_("票面名字要手写"),
    source=Notice,
    key=Notice.id,
    order="-created_at",
    scope=lambda _actor: Notice.kind == UNPRINTABLE,
    columns=[
        Column(
            name="created_at",
            heading=N_("时间"),
            of=Notice.created_at,
            kind=Kind.INSTANT,
            sorts=True,
            filters=True,
        ),
        Column(name="pinyin", heading=N_("拼音"), of=Notice.values["pinyin"].astext, filters=True),
        Column(name="ticket", heading=N_("票"), of=Notice.values["ticket"].astext, filters=True),
    ],
    empty=N_("没有要手写的名字。"),
)
