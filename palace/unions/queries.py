"""What an organiser's desk shows: the units below, who waits, and figures of the unit's own people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from palace.clock import day_span, palace_day
from palace.db import db, table_of
from palace.errors import NotFound
from palace.joining.models import Application
from palace.joining.rules import Verdict
from palace.lists.queries import Column, List
from palace.lists.rules import Kind
from palace.members.models import Member, RosterEntry, Unit
from palace.members.rules import Role, SignedIn
from palace.members.units import RosterStatus
from palace.programme.models import Performance
from palace.roster.tree import below
from palace.text import N_
from palace.tickets.models import Admission, Ticket
from palace.tickets.rules import TicketState

TURN_OUT = timedelta(days=90)
STATUSES: dict[str, str] = {
    RosterStatus.ACTIVE: N_("在职"),
    RosterStatus.RETIRED: N_("退休"),
    RosterStatus.LEFT: N_("离开"),
}


def posted(unit_ids: Collection[int]) -> Sequence[Unit]:
    """Return the units somebody has a post for, by name."""
    return db.session.scalars(
        select(Unit).where(Unit.id.in_(unit_ids)).order_by(Unit.name_zh)
    ).all()


def get_posted(unit_id: int, unit_ids: Collection[int]) -> Unit:
    """Return a unit that somebody has a post for.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    unit = db.session.get(Unit, unit_id) if unit_id in unit_ids else None
    if unit is None:
        raise NotFound
    return unit


def _masked(phone: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str | None]:
    """Return what an organiser sees of a phone: 139****0001."""
    return func.left(phone, 3) + "****" + func.right(phone, 4)


def _own(who: SignedIn, unit_id: int) -> ColumnElement[bool]:
    """Return the condition that an entry is of a unit somebody has a post for, or of one below it.

    Raises:
        NotFound: there is no such unit, or it is somebody else's.
    """
    return RosterEntry.unit_id.in_(below(get_posted(unit_id, who.units(Role.UNIT)).id))


MEMBERS = List(
    endpoint="unions.members",
    title=N_("单位名册"),
    source=table_of(RosterEntry)
    .join(table_of(Unit), Unit.id == RosterEntry.unit_id)
    .outerjoin(table_of(Member), Member.roster_entry_id == RosterEntry.id),
    key=RosterEntry.id,
    order="name",
    columns=[
        Column(name="name", heading=N_("姓名"), of=RosterEntry.name, sorts=True, filters=True),
        Column(name="card", heading=N_("会员卡号"), of=RosterEntry.card_number, filters=True),
        Column(name="phone", heading=N_("手机号"), of=_masked(RosterEntry.phone)),
        Column(
            name="status",
            heading=N_("状态"),
            of=RosterEntry.status,
            kind=Kind.WORD,
            choices=STATUSES,
            filters=True,
        ),
        Column(
            name="valid_until",
            heading=N_("有效期至"),
            of=RosterEntry.valid_until,
            kind=Kind.DAY,
            sorts=True,
            filters=True,
            nullable=True,
        ),
        Column(name="left_on", heading=N_("离开日期"), of=RosterEntry.left_on, kind=Kind.DAY),
        Column(
            name="joined",
            heading=N_("登录过"),
            of=Member.id.is_not(None),
            kind=Kind.YES_NO,
            filters=True,
        ),
        Column(name="unit", heading=N_("单位"), of=Unit.name_zh, filters=True),
    ],
    scope=_own,
    empty=N_("名册上还没有人。"),
    template="unions/members.html",
    cap="unit_exports_per_day",
)


@dataclass(frozen=True)
class Figures:
    """A unit's people, those below it included; tickets and entries of shows that ended lately."""

    members: int
    accounts: int
    tickets: int
    entries: int


def waiting(unit_id: int) -> Sequence[Application]:
    """Return the applications to a unit or one below it that nobody has decided, oldest first.

    Whom a roster named meanwhile waits no more.
    """
    wanted = (
        select(Application)
        .join(Application.member)
        .where(
            Application.unit_id.in_(below(unit_id)),
            Application.decided_at.is_(None),
            Application.withdrawn_at.is_(None),
            ~Member.roster_entry.has(RosterEntry.status != RosterStatus.LEFT),
        )
        .options(contains_eager(Application.member))
        .order_by(Application.id)
    )
    return db.session.scalars(wanted).all()


def get_application(application_id: int, unit_id: int) -> Application:
    """Return an application to a unit or one below it, decided or not.

    Raises:
        NotFound: there is none, or it is another unit's.
    """
    wanted = select(Application).where(
        Application.id == application_id, Application.unit_id.in_(below(unit_id))
    )
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def lock_above(unit_id: int) -> None:
    """Lock a unit and all above it until the transaction ends: each desk's cap counts those below."""
    path = select(Unit.id, Unit.parent_id).where(Unit.id == unit_id).cte(recursive=True)
    higher = select(Unit.id, Unit.parent_id).join(path, Unit.id == path.c.parent_id)
    path = path.union_all(higher)
    units = select(Unit.id).where(Unit.id.in_(select(path.c.id))).order_by(Unit.id)
    db.session.execute(units.with_for_update(key_share=True))


def confirmed_today(unit_id: int, now: datetime) -> int:
    """Return how many people organisers confirmed for a unit and those below on this palace day.

    True from here on where `lock_above` locked the unit of whoever is to be confirmed.
    """
    start, _ = day_span(palace_day(now))
    return _count(
        select(func.count(Application.id)).where(
            Application.unit_id.in_(below(unit_id)),
            Application.verdict == Verdict.CONFIRMED,
            Application.decided_at >= start,
            Application.decided_by.startswith("member:"),
        )
    )


def figures(unit_id: int, now: datetime) -> Figures:
    """Return how many people a unit has, and how many of their tickets of late were used."""
    valid = or_(RosterEntry.valid_until.is_(None), RosterEntry.valid_until >= palace_day(now))
    listed = (RosterEntry.unit_id.in_(below(unit_id)), valid)
    entered = select(Admission.id).where(Admission.ticket_id == Ticket.id, Admission.counts)
    tickets = (
        select(func.count(), func.count().filter(entered.exists()))
        .select_from(Ticket)
        .join(Member, Member.id == Ticket.member_id)
        .join(RosterEntry, RosterEntry.id == Member.roster_entry_id)
        .join(Performance, Performance.id == Ticket.performance_id)
        .where(Ticket.state == TicketState.VALID, *_lately(now), *listed)
    )
    used = db.session.execute(tickets).one()
    return Figures(
        members=_count(select(func.count(RosterEntry.id)).where(*listed)),
        accounts=_count(
            select(func.count(Member.id))
            .join(RosterEntry, RosterEntry.id == Member.roster_entry_id)
            .where(*listed)
        ),
        tickets=used[0],
        entries=used[1],
    )


def _lately(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Performance.ends_at <= now, Performance.ends_at > now - TURN_OUT)


def _count(wanted: Select[int]) -> int:
    return db.session.scalars(wanted).one()
