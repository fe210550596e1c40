"""Moves as they stand: what is open, how far the telling is, what a holder is told; reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, select, true

from palace import words
from palace.db import db, table_of
from palace.errors import NotFound
from palace.lists.queries import Column, List, instant
from palace.lists.rules import Kind
from palace.members.models import Member
from palace.members.posts import AT_COUNTERS
from palace.members.rules import Role, SignedIn, mask_name
from palace.moving.models import Move, MoveNews
from palace.moving.rules import MoveState, mark_of
from palace.payments.models import Payment, Refund
from palace.payments.states import RefundReason
from palace.programme.models import Performance, Production
from palace.text import N_
from palace.tickets.models import Ticket
from palace.venues.queries import spaces_at

COMING = timedelta(days=180)
MOST_LISTED = 200
OWED_TO = (Role.FINANCE, Role.PROGRAMME, *AT_COUNTERS)
"""Who sees the money that has to go back."""
OPEN = (MoveState.PROPOSED, MoveState.RUNNING)


@dataclass(frozen=True)
class Progress:
    """How many are told of a move, how many wait, and whom it failed with."""

    told: int = 0
    waiting: int = 0
    failed: int = 0
    kept: int = 0

    @property
    def people(self) -> int:
        """Return how many it concerns."""
        return self.told + self.waiting + self.failed


def coming(now: datetime, sites: Collection[int] | None) -> list[list[Performance]]:
    """Return the shows to come that are not called off, by production: whose next is soonest first."""
    wanted = select(Performance).where(
        Performance.published_at.is_not(None),
        Performance.cancelled_at.is_(None),
        Performance.starts_at > now,
        Performance.starts_at < now + COMING,
    )
    ordered = _here(wanted, sites).order_by(Performance.starts_at, Performance.id)
    groups: dict[int, list[Performance]] = {}
    for one in db.session.scalars(ordered.limit(MOST_LISTED)):
        groups.setdefault(one.production_id, []).append(one)
    return list(groups.values())


def _here(wanted: Select[Performance], sites: Collection[int] | None) -> Select[Performance]:
    return wanted if sites is None else wanted.where(Performance.space_id.in_(spaces_at(sites)))


def recent(sites: Collection[int] | None) -> list[Move]:
    """Return moves that are open or lately decided, open ones first."""
    is_open = Move.state.in_(OPEN)
    wanted = select(Move).order_by(is_open.desc(), Move.proposed_at.desc(), Move.id.desc())
    if sites is not None:
        here = select(Performance.id).where(Performance.space_id.in_(spaces_at(sites)))
        wanted = wanted.where(Move.performance_id.in_(here))
    return list(db.session.scalars(wanted.limit(30)))


def count_to_confirm(now: datetime, sites: Collection[int] | None, actor: str) -> int:
    """Return how many proposals for shows to come somebody else made."""
    wanted = (
        select(func.count())
        .select_from(Move)
        .join(Performance, Performance.id == Move.performance_id)
        .where(
            Move.state == MoveState.PROPOSED,
            Move.proposed_by != actor,
            Performance.ends_at > now,
        )
    )
    if sites is not None:
        wanted = wanted.where(Performance.space_id.in_(spaces_at(sites)))
    return db.session.scalar(wanted) or 0


def find_open(performance_id: int) -> Move | None:
    """Return what is proposed or under way for a show."""
    wanted = select(Move).where(Move.performance_id == performance_id, Move.state.in_(OPEN))
    return db.session.scalars(wanted.execution_options(populate_existing=True)).first()


def latest(performance_id: int) -> Move | None:
    """Return what was last proposed for a show and not withdrawn."""
    wanted = select(Move).where(
        Move.performance_id == performance_id, Move.state != MoveState.WITHDRAWN
    )
    return db.session.scalars(wanted.order_by(Move.id.desc()).limit(1)).first()


def locked(performance_id: int, move_id: int) -> Move:
    """Return a move of a show under its lock, as it stands once it is ours.

    Raises:
        NotFound: there is none, or it is another show's.
    """
    wanted = select(Move).where(Move.id == move_id, Move.performance_id == performance_id)
    alone = wanted.with_for_update(of=Move, key_share=True)
    found = db.session.scalars(alone.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def mark(move: Move, show: Performance, displaced: Collection[int]) -> str:
    """Return the mark of what a second person confirms: the move, the show as it is, what gives way."""
    wanted = (move.id, move.kind, move.starts_at, move.space_id, move.plan_id, move.return_until)
    said = (move.reason_zh, move.reason_en)
    as_is = (show.starts_at, show.space_id, show.plan_id, show.moved_at, show.cancelled_at)
    return mark_of([*wanted, *said, *as_is, sorted(displaced)])


def progress(move_id: int) -> Progress:
    """Return how far the telling of a move is."""
    unsaid = MoveNews.told_at.is_(None)
    asked = select(
        func.count(MoveNews.told_at),
        func.count().filter(unsaid, MoveNews.failure.is_(None)),
        func.count().filter(unsaid, MoveNews.failure.is_not(None)),
        func.count(MoveNews.kept_at),
    ).where(MoveNews.move_id == move_id)
    told, waiting, failed, kept = db.session.execute(asked).one()
    return Progress(told, waiting, failed, kept)


def failures(move_id: int) -> Sequence[tuple[Member, str]]:
    """Return with whom the telling failed, and by which kind of error."""
    wanted = (
        select(Member, MoveNews.failure)
        .join(MoveNews, MoveNews.member_id == Member.id)
        .where(
            MoveNews.move_id == move_id,
            MoveNews.told_at.is_(None),
            MoveNews.failure.is_not(None),
        )
        .order_by(Member.id)
        .limit(MOST_LISTED)
    )
    return [(member, failure or "") for member, failure in db.session.execute(wanted).unique()]


def news_of(member_id: int, performance_id: int) -> tuple[Move, MoveNews | None] | None:
    """Return the last move of a show that happened, and a member's own news of it."""
    wanted = (
        select(Move, MoveNews)
        .outerjoin(MoveNews, (MoveNews.move_id == Move.id) & (MoveNews.member_id == member_id))
        .where(
            Move.performance_id == performance_id,
            Move.state.in_((MoveState.RUNNING, MoveState.DONE)),
        )
        .order_by(Move.id.desc())
        .limit(1)
    )
    found = db.session.execute(wanted).unique().first()
    return (found[0], found[1]) if found else None


def _refunds_at(actor: SignedIn) -> ColumnElement[bool]:
    sites = actor.sites(*OWED_TO)
    return true() if sites is None else Payment.site_id.in_(sites)


REFUNDS = List(
    endpoint="moving.refunds",
    title=N_("要退的钱"),
    source=table_of(Refund)
    .join(table_of(Payment), Payment.id == Refund.payment_id)
    .join(table_of(Ticket), literal("ticket:") + cast(Ticket.id, Text) == Refund.key)
    .join(table_of(Performance), Performance.id == Ticket.performance_id)
    .join(table_of(Production), Production.id == Performance.production_id)
    .join(table_of(Member), Member.id == Ticket.member_id),
    key=Refund.id,
    order="-owed_at",
    scope=_refunds_at,
    more=[Production.title_en, Member.phone],
    columns=[
        instant("owed_at", Refund.owed_at),
        Column(
            name="title_zh",
            heading=N_("演出"),
            of=Production.title_zh,
            filters=True,
            say=lambda row: words.named(row, "title"),
        ),
        Column(
            name="name",
            heading=N_("谁"),
            of=Member.name,
            say=lambda row: mask_name(row.name) if row.name else words.called(row),
        ),
        Column(name="ticket", heading=N_("票"), of=Ticket.code, filters=True),
        Column(
            name="amount",
            heading=N_("金额"),
            of=Refund.amount,
            kind=Kind.FEN,
            sorts=True,
        ),
        Column(
            name="reason",
            heading=N_("原因"),
            of=Refund.reason,
            kind=Kind.WORD,
            choices={
                RefundReason.CANCELLED: N_("场次取消"),
                RefundReason.MOVED: N_("改期后退票"),
            },
            filters=True,
        ),
        Column(
            name="paid",
            heading=N_("已退"),
            of=Refund.done_at.is_not(None),
            kind=Kind.YES_NO,
            filters=True,
        ),
    ],
    empty=N_("没有要退的钱。"),
)
