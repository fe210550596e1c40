"""What the house sees of today and tomorrow: figures counted as they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true

from palace import clock
from palace.db import db
from palace.joining import queries as joining
from palace.lists.queries import Column, List, instant
from palace.members.posts import AT_COUNTERS, AT_PROGRAMME, AT_REVIEW
from palace.members.rules import Role, SignedIn
from palace.money import Fen
from palace.notices import queries as notices
from palace.notices.models import Notice
from palace.payments.models import Payment
from palace.programme import queries as programme
from palace.programme.models import Performance
from palace.programme.queries import Programme, Stub
from palace.review import queries as review
from palace.roster import queries as roster
from palace.strikes import queries as strikes
from palace.text import N_
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.queries import taken_counts
from palace.tickets.rules import OrderState
from palace.tickets.services.owing import ASKED_OF
from palace.venues.queries import house_rules, spaces_at

NO_MONEY = Fen(0)
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


@dataclass(frozen=True)
class Unpaid:
    """Orders whose seats wait for money: how many, how much, and when the first of them lapse."""

    orders: int = 0
    amount: Fen = NO_MONEY
    first_by: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody who begins the day; `unheard`: applications whose unit has no organiser."""

    appeals: int = 0
    imports: int = 0
    applications: int = 0
    unheard: int = 0
    unpaid: Unpaid = Unpaid()


@dataclass(frozen=True)
class Review:
    """What waits of the programme: to be reviewed by somebody, since when, and sent back to them."""

    waiting: int = 0
    since: datetime | None = None
    sent_back: int = 0


def reviewing(who: SignedIn) -> Review:
    """Return what waits for somebody who reviews, or who writes the programme."""
    reviews, writes = (not who.roles.isdisjoint(those) for those in (AT_REVIEW, AT_PROGRAMME))
    at = who.sites(*AT_REVIEW)
    count, since = review.for_reviewer(who.actor, at) if reviews else (0, None)
    return Review(
        waiting=count,
        since=since,
        sent_back=review.sent_back_count(who.actor) if writes else 0,
    )


@dataclass(frozen=True)
class Drafts:
    """Coming performances nobody has published: how many, how many of them within a week, the first."""

    count: int = 0
    soon: int = 0
    first: datetime | None = None


def drafts(now: datetime, sites: Collection[int] | None) -> Drafts:
    """Return what waits to be checked and published at some houses (None: at all)."""
    return Drafts(*programme.unpublished(now, None if sites is None else spaces_at(sites)))


def waiting(
    now: datetime, *, sells: bool, oversees: bool, sites: Collection[int] | None
) -> Waiting:
    """Return what waits for who sells (at `sites`; None: at all) and who oversees the palace."""
    applications, unheard = joining.open_counts() if oversees else (0, 0)
    return Waiting(
        appeals=strikes.open_appeal_count() if sells else 0,
        imports=roster.to_confirm() if oversees else 0,
        applications=applications,
        unheard=unheard,
        unpaid=unpaid(now, sites) if sells else Unpaid(),
    )


def unpaid(now: datetime, sites: Collection[int] | None) -> Unpaid:
    """Return the orders whose seats are kept until somebody pays."""
    once = (
        select(Payment.amount, func.min(Order.pay_by).label("pay_by"))
        .join(Order, ASKED_OF)
        .where(Order.state == OrderState.AWAITING_PAYMENT, Order.pay_by > now)
        .group_by(Payment.id)
    )
    if sites is not None:
        once = once.join(Performance).where(Performance.space_id.in_(spaces_at(sites)))
    of = once.subquery().c
    wanted = select(func.count(), func.sum(of.amount), func.min(of.pay_by))
    orders, amount, first_by = db.session.execute(wanted).one()
    return Unpaid(orders, Fen(int(amount or 0)), first_by)


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


def unprintable_names(now: datetime, sites: Collection[int] | None = None) -> list[dict[str, Any]]:
    """Return the tickets of the last two weeks whose name no font has, {ticket, pinyin}, newest first."""
    found = [notice.values for notice in notices.since(now - SHOWN_DAYS, [UNPRINTABLE])]
    if sites is None:
        return found
    named = [values["ticket"] for values in found]
    here = set(db.session.scalars(_codes_at(sites, Ticket.code.in_(named))))
    return [values for values in found if values["ticket"] in here]


def _codes_at(sites: Collection[int], which: ColumnElement[bool]) -> Select[str]:
    """Return the codes of those of some tickets that are of these houses; a house has very many."""
    return (
        select(Ticket.code)
        .join(Performance, Performance.id == Ticket.performance_id)
        .where(which, Performance.space_id.in_(spaces_at(sites)))
    )


def _of_sites(actor: SignedIn) -> ColumnElement[bool]:
    sites = actor.sites(Role.DOOR, *AT_COUNTERS)
    named = Ticket.code == Notice.values["ticket"].astext
    here = true() if sites is None else _codes_at(sites, named).exists()
    return and_(Notice.kind == UNPRINTABLE, here)


NAMES = List(
    endpoint="staff.names",
    title=N_("票面名字要手写"),
    source=Notice,
    key=Notice.id,
    order="-created_at",
    scope=_of_sites,
    columns=[
        instant("created_at", Notice.created_at),
        Column(name="pinyin", heading=N_("拼音"), of=Notice.values["pinyin"].astext, filters=True),
        Column(name="ticket", heading=N_("票"), of=Notice.values["ticket"].astext, filters=True),
    ],
    empty=N_("没有要手写的名字。"),
)
