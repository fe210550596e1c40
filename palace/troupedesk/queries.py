"""A troupe's coming rehearsals and its hours, and the desk's list of troupes; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy import ColumnElement, Select, Text, case, cast, func, or_, select

from palace import words
from palace.db import db, literally, table_of
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import Member, Post
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import Role, SignedIn, mask_name
from palace.rooms.models import Occurrence, Room
from palace.rooms.policies import Policy
from palace.rooms.queries import terms
from palace.rooms.rules import monday, month
from palace.rooms.states import HOLDING
from palace.rooms.wishes import Takers
from palace.statements import execute
from palace.text import N_
from palace.troupes.models import Certification, Season, Troupe
from palace.troupes.rules import KINDS, STANDINGS, CertificationState, Standing
from palace.venues.models import Site
from palace.venues.queries import Sites, at_sites

DAYS_AROUND = 31
"""What is left of a week or a month has no more days than that."""


@dataclass(frozen=True)
class Hours:
    """Minutes a troupe has of a week and of a month, all its leaders together; 0: no limit.

    `policies` says for which rooms, where they differ.
    """

    week_minutes: int
    month_minutes: int
    policies: tuple[Policy, ...] = ()


@dataclass(frozen=True)
class Used:
    """Minutes a troupe has taken of the palace week, Monday to Sunday, and of the month."""

    week_minutes: int
    month_minutes: int


def coming(troupe_id: int, now: datetime) -> Sequence[Occurrence]:
    """Return a troupe's rehearsals that are not over, the next first."""
    return db.session.scalars(_coming(troupe_id, now)).all()


def cancelled_by_end(troupe_id: int, now: datetime) -> Sequence[Occurrence]:
    """Return the rehearsals that a troupe's end cancels: not the one that people are in."""
    return db.session.scalars(_cancelled_by_end(troupe_id, now)).all()


def locked_by_end(troupe_id: int, now: datetime) -> Sequence[Occurrence]:
    """Return them under their locks, which stand behind those of the troupe and its spaces."""
    alone = _cancelled_by_end(troupe_id, now).with_for_update(of=Occurrence, key_share=True)
    return db.session.scalars(alone.execution_options(populate_existing=True)).all()


def _cancelled_by_end(troupe_id: int, now: datetime) -> Select[Occurrence]:
    return _coming(troupe_id, now).where(
        or_(Occurrence.arrived_at.is_(None), Occurrence.left_at.is_not(None))
    )


def _coming(troupe_id: int, now: datetime) -> Select[Occurrence]:
    wanted = select(Occurrence).where(
        Occurrence.troupe_id == troupe_id,
        Occurrence.ends_at > now,
        Occurrence.state.in_(literally(HOLDING)),
    )
    return wanted.order_by(Occurrence.starts_at, Occurrence.id)


def rooms_of(occurrences: Sequence[Occurrence]) -> dict[int, Room]:
    """Return the rooms of some rehearsals by number."""
    wanted = select(Room).where(Room.space_id.in_({one.space_id for one in occurrences}))
    return {room.space_id: room for room in db.session.scalars(wanted)}


def used(troupe_id: int, today: date) -> Used:
    """Return what a troupe has taken of this week and of this month, as the rules of rooms count it."""
    first, last = min(monday(today), month(today)), today + timedelta(days=DAYS_AROUND)
    rows = execute(terms.USED, {"troupe_id": troupe_id, "first": first, "last": last})
    return Used(
        sum(row.minutes for row in rows if monday(row.day) == monday(today)),
        sum(row.minutes for row in rows if month(row.day) == month(today)),
    )


def hours(troupe: Troupe) -> list[Hours]:
    """Return what a troupe may take: its own figures, else those of the rooms that are lent to troupes."""
    lent = select(Room.policy_id).where(Room.bookable)
    wanted = select(Policy).where(
        Policy.site_id == troupe.site_id, Policy.takers == Takers.TROUPE, Policy.id.in_(lent)
    )
    found: dict[tuple[int, int], list[Policy]] = {}
    for policy in db.session.scalars(wanted.order_by(Policy.id)):
        week = _or_own(troupe.week_minutes, policy.troupe_week_minutes)
        month = _or_own(troupe.month_minutes, policy.troupe_month_minutes)
        found.setdefault((week, month), []).append(policy)
    if len(found) == 1:
        return [Hours(*limits) for limits in found]
    return [Hours(*limits, tuple(policies)) for limits, policies in found.items()]


def _or_own(own: int | None, policy: int) -> int:
    return policy if own is None else own


def site_of(troupe: Troupe) -> Site:
    """Return the house of a troupe."""
    return db.session.get_one(Site, troupe.site_id)


def of_sites(sites: Sites) -> ColumnElement[bool]:
    """Return the condition that a troupe is of some houses; None: of any."""
    return at_sites(Troupe.site_id, sites)


def _here(actor: SignedIn) -> ColumnElement[bool]:
    return of_sites(actor.sites(*AT_PROGRAMME))


TODAY = func.date(func.timezone("Asia/Shanghai", func.palace_clock()))


def _has(state: CertificationState, when: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a troupe stands so in a season of some time."""
    return (
        select(Certification.id)
        .join(Season, Season.id == Certification.season_id)
        .where(Certification.troupe_id == Troupe.id, Certification.state == state, when)
        .correlate(Troupe)
        .exists()
    )


NOT_OVER = Season.ends_on >= TODAY
STANDS = case(
    (
        _has(CertificationState.CERTIFIED, NOT_OVER & (Season.starts_on <= TODAY)),
        Standing.CERTIFIED.value,
    ),
    (_has(CertificationState.ASKED, NOT_OVER), Standing.ASKED.value),
    (_has(CertificationState.REFUSED, NOT_OVER), Standing.REFUSED.value),
    (_has(CertificationState.CERTIFIED, Season.ends_on < TODAY), Standing.EXPIRED.value),
    else_=Standing.NONE.value,
)
"""How a troupe stands today, as `palace.troupes.rules.standing` says it of one."""
WAITS = _has(CertificationState.ASKED, NOT_OVER)
LEADER = (
    select(Member.name)
    .join(Post, Post.member_id == Member.id)
    .where(Post.troupe_id == Troupe.id, Post.role == Role.LEADER, Post.ended_at.is_(None))
    .correlate(Troupe)
    .limit(1)
    .scalar_subquery()
)

TROUPES = List(
    endpoint="troupedesk.troupes",
    title=N_("文艺团队"),
    source=table_of(Troupe).join(table_of(Site), Site.id == Troupe.site_id),
    key=Troupe.id,
    order="name",
    template="troupedesk/troupes.html",
    empty=N_("还没有文艺团队。"),
    scope=lambda actor, **_: _here(actor),
    more=[Troupe.name_en.label("name_en"), Site.name_en.label("site_en")],
    columns=[
        Column(
            name="name",
            heading=N_("团队"),
            of=Troupe.name_zh,
            sorts=True,
            filters=True,
            say=lambda row: _said(row.name, row.name_en),
            link=lambda row: url_for("troupedesk.troupe", troupe_id=row.list_key),
        ),
        Column(
            name="kind",
            heading=N_("门类"),
            of=cast(Troupe.kind, Text),
            kind=Kind.WORD,
            choices={kind.value: said for kind, said in KINDS.items()},
            filters=True,
        ),
        Column(
            name="standing",
            heading=N_("认定"),
            of=STANDS,
            kind=Kind.WORD,
            choices={one.value: said for one, said in STANDINGS.items()},
            filters=True,
        ),
        Column(name="waits", heading=N_("等着认定"), of=WAITS, kind=Kind.YES_NO, filters=True),
        Column(
            name="leader",
            heading=N_("负责人"),
            of=LEADER,
            say=lambda row: mask_name(row.leader) if row.leader else None,
        ),
        Column(name="size", heading=N_("人数"), of=Troupe.size, kind=Kind.NUMBER),
        Column(
            name="site",
            heading=N_("场馆"),
            of=Site.name_zh,
            filters=True,
            say=lambda row: _said(row.site, row.site_en),
        ),
        Column(name="ended_at", heading=N_("停办"), of=Troupe.ended_at, kind=Kind.INSTANT),
    ],
)


def _said(zh: str, en: str) -> str:
    return en if words.language() == "en" and en else zh
