"""A troupe's coming rehearsals and its hours, and the desk's list of troupes; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy import ColumnElement, Text, case, cast, false, func, select, true
from sqlalchemy.orm import joinedload

from palace import words
from palace.db import db, literally, table_of
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import Member, Post
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import Role, SignedIn, mask_name
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.policies import Policy
from palace.rooms.rules import HOLDING, OccurrenceState, Takers
from palace.text import N_
from palace.troupes.models import Certification, Season, Troupe
from palace.troupes.rules import KINDS, STANDINGS, CertificationState, Standing
from palace.venues.models import Site

COUNTED = (OccurrenceState.PENDING, OccurrenceState.CONFIRMED, OccurrenceState.MISSED)
"""What is counted as a troupe's hours: what it has, and what it left unused."""
MINUTE = 60
WEEK = timedelta(weeks=1)
Sites = Collection[int] | None


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


def coming(troupe_id: int, now: datetime, most: int | None = None) -> Sequence[Occurrence]:
    """Return a troupe's rehearsals that are not over, the next first; None: all of them."""
    wanted = (
        select(Occurrence)
        .where(
            Occurrence.troupe_id == troupe_id,
            Occurrence.ends_at > now,
            Occurrence.state.in_(literally(HOLDING)),
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(most)
        .options(joinedload(Occurrence.reservation))
    )
    return db.session.scalars(wanted).all()


def rooms_of(occurrences: Sequence[Occurrence]) -> dict[int, Room]:
    """Return the rooms of some rehearsals by number."""
    wanted = select(Room).where(Room.space_id.in_({one.space_id for one in occurrences}))
    return {room.space_id: room for room in db.session.scalars(wanted)}


def used(troupe_id: int, today: date) -> Used:
    """Return what a troupe has taken of this week and of this month."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    in_week = Occurrence.day.between(monday, monday + WEEK - timedelta(days=1))
    in_month = (Occurrence.day >= first) & (Occurrence.day < after)
    span = func.extract("epoch", Occurrence.ends_at - Occurrence.starts_at)
    seconds = [func.coalesce(func.sum(span).filter(when), 0) for when in (in_week, in_month)]
    wanted = select(*seconds).where(
        Occurrence.troupe_id == troupe_id,
        Occurrence.day >= min(monday, first),
        Occurrence.day < max(monday + WEEK, after),
        Occurrence.state.in_(literally(COUNTED)),
    )
    return Used(*(int(total) // MINUTE for total in db.session.execute(wanted).one()))


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
    if sites is None:
        return true()
    return Troupe.site_id.in_(sites) if sites else false()


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
