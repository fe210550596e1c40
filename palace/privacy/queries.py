"""What is kept of a person, what is still to come for them, and who was erased; reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select

from palace import clock
from palace.courses.claims import holds as has_place
from palace.courses.models import ClassSession, Enrolment
from palace.courses.states import SessionState
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine, Member, PersonalKey, Post, SignIn
from palace.members.services import Personal
from palace.members.services.personal import opened
from palace.payments.models import Payment, Refund
from palace.payments.states import UNPAID_REFUNDS
from palace.privacy.holding import Holding, Whose
from palace.privacy.holdings import HOLDINGS
from palace.privacy.models import Erasure
from palace.privacy.rules import Line, mark_of, plain
from palace.programme.models import Performance
from palace.rooms.models import Occurrence
from palace.rooms.queries.free import holds
from palace.rooms.states import HOLDING
from palace.teachers.models import Teacher
from palace.tickets.models import Order, Ticket
from palace.tickets.queries import open_orders
from palace.tickets.rules import TicketState
from palace.venues.models import HouseRules, Occupancy
from palace.venues.queries import house_rules

PIECE = 500
DOWNLOADED = "data_downloaded"
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Ahead:
    """What somebody still has: tickets for what is not over, orders that wait, money that goes back, courts,
    classes that are not over, sessions to teach.

    What a troupe has stays the troupe's, whoever of its leaders took it.
    """

    tickets: Sequence[Ticket]
    orders: Sequence[Order]
    refunds: Sequence[Refund]
    dates: Sequence[Occurrence]
    classes: Sequence[Enrolment]
    teaching: Sequence[ClassSession]

    def __bool__(self) -> bool:
        """Return whether there is anything."""
        booked = self.tickets or self.orders or self.refunds or self.dates
        return bool(booked or self.classes or self.teaching)


def get_member(member_id: int) -> Member:
    """Return a member who was not erased.

    Raises:
        NotFound: there is none.
    """
    member = db.session.get(Member, member_id)
    if member is None or member.erased_at is not None:
        raise NotFound
    return member


def whose(member: Member) -> Whose:
    """Return a member as tables know them; a number that others use too is not theirs to take along."""
    others = exists().where(Member.phone == member.phone, Member.id != member.id)
    shared = member.phone is not None and db.session.scalar(select(others))
    return Whose(member.id, None if shared else member.phone)


def ahead(member_id: int, now: datetime) -> Ahead:
    """Return what is still to come for a member."""
    to_come = select(Ticket).join(Performance, Performance.id == Ticket.performance_id)
    to_come = to_come.where(
        Ticket.member_id == member_id,
        Ticket.state == TicketState.VALID,
        Performance.ends_at > now,
        Performance.cancelled_at.is_(None),
    )
    own = select(Occurrence).join(Occupancy, Occupancy.id == Occurrence.occupancy_id)
    own = own.where(
        Occurrence.member_id == member_id,
        Occurrence.troupe_id.is_(None),
        Occurrence.state.in_(HOLDING),
        Occurrence.ends_at > now,
        holds(),
    )
    owed = (
        select(Refund)
        .join(Payment)
        .where(Payment.member_id == member_id, Refund.state.in_(UNPAID_REFUNDS))
    )
    return Ahead(
        tickets=db.session.scalars(to_come.order_by(Performance.starts_at, Ticket.id)).all(),
        orders=open_orders(member_id, now),
        refunds=db.session.scalars(owed.order_by(Refund.id)).all(),
        dates=db.session.scalars(own.order_by(Occurrence.starts_at)).unique().all(),
        classes=db.session.scalars(_classes(member_id, now)).unique().all(),
        teaching=db.session.scalars(_teaching(member_id, now)).unique().all(),
    )


def _classes(member_id: int, now: datetime) -> Select[Enrolment]:
    """Select the places of a member, and of those they keep, in classes that are not over."""
    still = exists().where(
        ClassSession.offering_id == Enrolment.offering_id,
        ClassSession.state == SessionState.PLANNED,
        ClassSession.ends_at > now,
    )
    return (
        select(Enrolment)
        .where(Enrolment.member_id == member_id, has_place(), still)
        .order_by(Enrolment.id)
    )


def _teaching(member_id: int, now: datetime) -> Select[ClassSession]:
    """Select the sessions that a member is still to teach."""
    return (
        select(ClassSession)
        .join(Teacher, Teacher.id == ClassSession.teacher_id)
        .where(
            Teacher.member_id == member_id,
            ClassSession.state == SessionState.PLANNED,
            ClassSession.ends_at > now,
        )
        .order_by(ClassSession.starts_at)
    )


def counts(of: Whose) -> list[tuple[Holding, int]]:
    """Return what is kept of somebody: each table that has something, with how many rows."""
    found = [(holding, db.session.scalar(holding.count(of)) or 0) for holding in HOLDINGS]
    return [(holding, count) for holding, count in found if count]


def told(holding: Holding, of: Whose) -> Iterator[dict[str, Any]]:
    """Yield somebody's rows of a table as they take them along."""
    if holding.model is AuditLine:
        yield from _lines(holding, of)
        return
    found = db.session.execute(holding.told(of).execution_options(yield_per=PIECE))
    for row in found.mappings():
        yield {name: plain(value) for name, value in row.items()}


def _lines(holding: Holding, of: Whose) -> Iterator[dict[str, Any]]:
    """Yield somebody's lines of the audit with what their own key opens."""
    key = db.session.get(PersonalKey, of.id)
    wanted = holding.told(of).add_columns(AuditLine.personal, AuditLine.personal_of)
    for row in db.session.execute(wanted.execution_options(yield_per=PIECE)).mappings():
        line = {name: plain(value) for name, value in row.items() if name not in holding.untold}
        own = row["personal"] is not None and row["personal_of"] == of.id
        values = opened(row["personal"], key, of.id) if own else None
        named = Personal(of.id, *values) if values else None
        yield line | ({"names": [named.before, named.after]} if named else {})


def downloads_today(member_id: int, now: datetime) -> int:
    """Return how often somebody took their data along on this palace day."""
    start, _ = clock.day_span(clock.palace_day(now))
    wanted = select(func.count()).where(
        AuditLine.actor == f"member:{member_id}",
        AuditLine.act == DOWNLOADED,
        AuditLine.at >= start,
    )
    return db.session.scalar(wanted) or 0


def is_fresh(proven_at: datetime | None, now: datetime) -> bool:
    """Return whether a proof is new enough for what is dangerous."""
    holds = timedelta(minutes=house_rules().proof_minutes)
    return proven_at is not None and proven_at > now - holds


def erased() -> list[Erasure]:
    """Return who was erased, in the order of their numbers."""
    return list(db.session.scalars(select(Erasure).order_by(Erasure.member_id)))


def erased_count() -> int:
    """Return how many were erased."""
    return db.session.scalar(select(func.count()).select_from(Erasure)) or 0


def come_back(lines: Sequence[Line]) -> list[Line]:
    """Return the lines whose members are here, not erased: a backup brought them back.

    A line of another palace, or of somebody made later under the same number, is none of ours.
    """
    numbers = {line.member_id for line in lines}
    here = select(Member.id, Member.created_at).where(
        Member.id.in_(numbers), Member.erased_at.is_(None)
    )
    made = {row.id: row.created_at for row in db.session.execute(here)}
    ours = {(line.member_id, line.mark): line for line in lines if line.member_id in made}
    return [
        line for line in ours.values() if mark_of(line.member_id, made[line.member_id]) == line.mark
    ]


def idle(rules: HouseRules, now: datetime, only: int | None = None) -> list[int]:
    """Return some members nothing was heard of for longer than the house keeps them; usually none.

    A sign of life is a sign-in that still counts, a code that was passed, an order, a class, anything
    they did that the audit keeps. `only`: whether this one is among them.
    """
    if rules.idle_keep_months is None:
        return []
    last = now - func.make_interval(0, rules.idle_keep_months)
    actor = func.concat("member:", Member.id)
    wanted = select(Member.id).where(
        Member.erased_at.is_(None),
        Member.for_unit_id.is_(None),
        Member.created_at <= last,
        func.coalesce(Member.phone_proven_at, Member.created_at) <= last,
        ~exists().where(SignIn.member_id == Member.id),
        ~exists().where(Order.member_id == Member.id, Order.created_at > last),
        ~exists().where(Enrolment.member_id == Member.id, Enrolment.enrolled_at > last),
        ~exists().where(Post.member_id == Member.id, Post.ended_at.is_(None)),
        ~exists().where(AuditLine.actor == actor, AuditLine.at > last),
    )
    if only is not None:
        wanted = wanted.where(Member.id == only)
    return list(db.session.scalars(wanted.order_by(Member.id).limit(MOST_AT_ONCE)))
