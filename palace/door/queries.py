"""What a door needs to know: today's performances, their gates and heads, the ticket it is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import Row, Select, and_, bindparam, func, select

from palace.clock import day_span, palace_day
from palace.db import db
from palace.door.rules import MAIN_GATE, TypedCode
from palace.errors import NotFound
from palace.members.models import Member
from palace.programme.models import Performance, Production, Tier
from palace.programme.rules import Seating
from palace.statements import execute, execute_all
from palace.text import N_
from palace.tickets.models import Admission, Entrant, Ticket
from palace.tickets.queries import OF_TICKET
from palace.tickets.rules import TicketState
from palace.venues.models import Seat, SeatingPlan
from palace.venues.queries import spaces_at

MOST_RECENT = 10
PHONE_END = 4
Columns = Row[*tuple[Any, ...]]
SEAT = (Seat.code, Seat.label_zh, Seat.label_en)


@dataclass(frozen=True)
class Gate:
    """A door of the house (检票口): the main one, or an entrance that the seating plan names."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Heads:
    """How many of the valid tickets of a performance are in."""

    admitted: int = 0
    sold: int = 0


def performances_today(now: datetime, sites: Collection[int] | None) -> list[Performance]:
    """Return the ticketed performances whose doors open before the day's end and that are not over.

    `sites`: only of these houses; None: of all.
    """
    wanted = select(Performance).where(
        Performance.published_at.is_not(None),
        Performance.seating != Seating.OPEN,
        Performance.ends_at > now,
        Performance.doors_at < day_span(palace_day(now))[1],
    )
    if sites is not None:
        wanted = wanted.where(Performance.space_id.in_(spaces_at(sites)))
    return list(db.session.scalars(wanted.order_by(Performance.starts_at, Performance.id)))


def get_performance(performance_id: int, sites: Collection[int] | None) -> Performance:
    """Return a performance that has doors, at one of `sites` (None: anywhere).

    Raises:
        NotFound: unknown, not published, open to everybody, or another house's.
    """
    found = db.session.get(Performance, performance_id)
    if found is None or found.published_at is None or found.seating is Seating.OPEN:
        raise NotFound
    if sites is not None and found.space_id not in spaces_at(sites):
        raise NotFound
    return found


def heads(performance_ids: Iterable[int]) -> dict[int, Heads]:
    """Return the heads of performances that have tickets."""
    counted = (
        select(Ticket.performance_id, func.count(Admission.id), func.count(Ticket.id))
        .outerjoin(Admission, (Admission.ticket_id == Ticket.id) & Admission.counts)
        .where(Ticket.performance_id.in_(list(performance_ids)), Ticket.state == TicketState.VALID)
        .group_by(Ticket.performance_id)
    )
    return {
        performance_id: Heads(admitted, sold)
        for performance_id, admitted, sold in db.session.execute(counted)
    }


def gates(plan_id: int | None) -> dict[str, Gate]:
    """Return the gates of a plan by code, kept by this process: a plan's version never changes."""
    known: dict[int | None, dict[str, Gate]]
    known = current_app.extensions.setdefault("palace_gates", {})
    if plan_id not in known:
        main = Gate(MAIN_GATE, N_("正门"), "main door")
        entrances = [Gate(*named) for named in _entrances(plan_id)]
        known[plan_id] = {gate.code: gate for gate in (main, *entrances)}
    return known[plan_id]


def _entrances(plan_id: int | None) -> list[tuple[str, str, str]]:
    drawn = select(SeatingPlan.drawing["entrances"]).where(SeatingPlan.id == plan_id)
    entrances: Sequence[dict[str, Any]] = db.session.scalars(drawn).first() or ()
    return [(one["code"], one["name"]["zh"], one["name"]["en"]) for one in entrances]


def _told() -> Select[*tuple[Any, ...]]:
    """Return the select that locks a ticket and tells it as a door decides on it, in columns."""
    return (
        select(
            Ticket.id,
            Ticket.performance_id,
            Ticket.state,
            Ticket.issue,
            Performance.plan_id,
            Performance.doors_at,
            Performance.starts_at,
            Performance.ends_at,
            Performance.cancelled_at,
            Production.title_zh,
            Production.title_en,
            Production.late_entry,
            Production.late_minute,
            *SEAT,
            Seat.door_zh,
            Seat.door_en,
            Tier.name_zh,
            Tier.name_en,
            Tier.proof_zh,
            Tier.proof_en,
            Member.name,
            Entrant.name.label("entrant"),
            Entrant.document,
            Entrant.last_four,
            func.palace_clock().label("now"),
        )
        .join(Performance, Performance.id == Ticket.performance_id)
        .join(Production, Production.id == Performance.production_id)
        .join(Tier, Tier.id == Ticket.tier_id)
        .join(Member, Member.id == Ticket.member_id)
        .outerjoin(Seat, Seat.id == Ticket.seat_id)
        .outerjoin(Entrant, OF_TICKET)
        .with_for_update(of=Ticket, key_share=True)
    )


IS_IN = select(Admission.id).where(Admission.ticket_id == Ticket.id, Admission.counts).exists()
SCANNED = _told().where(Ticket.id == bindparam("ticket_id"))
TYPED = _told().where(
    Ticket.performance_id == bindparam("performance_id"),
    Ticket.collection_code == bindparam("collection_code"),
    func.right(Member.phone, PHONE_END) == bindparam("phone_end"),
)
OF_DOCUMENT = and_(
    Ticket.performance_id == bindparam("performance_id"),
    Ticket.state == TicketState.VALID,
    Entrant.identity_hash == func.any(bindparam("hashes")),
)
LOCK_NAMED = (
    select(Ticket.id)
    .join(Entrant, OF_TICKET)
    .where(OF_DOCUMENT)
    .order_by(Ticket.id)
    .with_for_update(of=Ticket, key_share=True)
)
NAMED = _told().where(OF_DOCUMENT).order_by(IS_IN, Ticket.id).limit(1)
"""Made once: making them anew costs a door more than asking them."""


def lock_scanned(ticket_id: int) -> Any:
    """Lock a ticket until the transaction ends and return what a door says of it; None: unknown."""
    return _only(SCANNED, {"ticket_id": ticket_id})


def lock_typed(performance_id: int, typed: TypedCode) -> Any:
    """Lock and return the ticket of a collection code and phone end at a performance; None: none fits."""
    return _only(TYPED, {"performance_id": performance_id, **typed._asdict()})


def lock_named(performance_id: int, hashes: Sequence[bytes]) -> Any:
    """Lock and return the ticket that somebody with one of these document hashes comes in by.

    A buyer's document stands for all their tickets, those that are not in yet first: which these are
    is read behind the locks of all of them, as another door may be at it. None: for none.
    """
    asked = {"performance_id": performance_id, "hashes": list(hashes)}
    _, found = execute_all((LOCK_NAMED, asked), (NAMED, asked))
    return found[0] if found else None


def _only(wanted: Select[*tuple[Any, ...]], values: dict[str, Any]) -> Any:
    found = execute(wanted, values)
    return found[0] if found else None


def recent(performance_id: int) -> Sequence[Columns]:
    """Return when, by which gate and for which seat a performance let in last, newest first."""
    wanted = (
        select(Admission.admitted_at, Admission.gate, *SEAT)
        .join(Ticket, Ticket.id == Admission.ticket_id)
        .outerjoin(Seat, Seat.id == Ticket.seat_id)
        .where(Ticket.performance_id == performance_id, Admission.counts)
        .order_by(Admission.admitted_at.desc(), Admission.id.desc())
    )
    return db.session.execute(wanted.limit(MOST_RECENT)).all()
