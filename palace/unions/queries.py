"""What an organiser's desk shows: the units below, who waits, and figures of the unit's own people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from palace.clock import palace_day
from palace.db import db
from palace.errors import NotFound
from palace.joining.models import Application
from palace.members.models import Member, RosterEntry, Unit
from palace.programme.models import Performance
from palace.tickets.models import Admission, Ticket
from palace.tickets.rules import TicketState

TURN_OUT = timedelta(days=90)


@dataclass(frozen=True)
class Figures:
    """A unit's people, those below it included; tickets and entries of shows that ended lately."""

    members: int
    accounts: int
    tickets: int
    entries: int


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


def below(unit_id: int) -> Select[int]:
    """Return the select of a unit's id and those of all units below it."""
    tree = select(Unit.id).where(Unit.id == unit_id).cte(recursive=True)
    tree = tree.union(select(Unit.id).join(tree, Unit.parent_id == tree.c.id))
    return select(tree.c.id)


def waiting(unit_id: int) -> Sequence[Application]:
    """Return the applications to a unit or one below it that nobody has decided, oldest first."""
    wanted = (
        select(Application)
        .where(
            Application.unit_id.in_(below(unit_id)),
            Application.decided_at.is_(None),
            Application.withdrawn_at.is_(None),
        )
        .options(joinedload(Application.member))
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
