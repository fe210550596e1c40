"""Shows somebody booked and did not come to: written down once, taken back when an entry turns up late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    Text,
    Update,
    bindparam,
    cast,
    exists,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import INTERVAL, insert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningInsert

from palace.db import table_of
from palace.members.models import Member
from palace.members.services import note
from palace.notices import services as notices
from palace.payments.models import Payment
from palace.programme.models import Performance, Production
from palace.statements import execute
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from palace.tickets.models import Admission, Order, Ticket
from palace.tickets.rules import OrderState, TicketState
from palace.tickets.services.owing import ASKED_OF
from palace.venues.models import HouseRules, Site
from palace.venues.queries import HEAD

SYSTEM, CAME = "system", "admitted"
LOOKED_BACK = timedelta(days=3)
STRIKES, ENTRIES = table_of(Strike), table_of(Admission)
USED = table_of(Ticket).alias("used")
NOW = bindparam("now", type_=DateTime(timezone=True))
SINCE = bindparam("since", type_=DateTime(timezone=True))
SUBJECT = literal("performance:").concat(cast(Performance.id, Text))


def write_missed(now: datetime) -> int:
    """Write a strike for who had tickets or unpaid seats of a show that ended, and did not come; count them.

    One per member and show, however many seats; none for a union that took paper for its people.
    Safe to run twice and side by side. A show whose door let nobody in gives none, nor does one
    that ended more than three days ago.
    """
    withdrawn = execute(WITHDRAW, {"now": now})
    for row in withdrawn:
        note("strike_withdrawn", f"strike:{row.id}", after={"state": CAME}, actor=SYSTEM)
    written = execute(WRITE, {"now": now, "since": now - LOOKED_BACK})
    for row in written:
        note("strike_written", f"strike:{row.id}", after={"state": "missed"}, actor=SYSTEM)
        notices.owe("missed", f"strike:{row.id}", f"member:{row.member_id}", _told(row), now)
    return len(written)


def _told(row: Any) -> dict[str, Any]:
    return {
        "title": {"zh": row.title_zh, "en": row.title_en},
        "starts_at": row.happened_at.isoformat(),
    }


def _came(*of: ColumnElement[bool]) -> ColumnElement[bool]:
    entered = select(ENTRIES.c.id).join(USED, USED.c.id == ENTRIES.c.ticket_id)
    return exists(entered.where(ENTRIES.c.counts, *of))


def _write() -> ReturningInsert[Any]:
    """Return the statement that writes what is missed: the rules of the house are in its conditions."""
    rows = _tickets().union(_unpaid())
    names = ["member_id", "kind", "subject", "title_zh", "title_en"]
    names += ["happened_at", "written_at", "written_by"]
    new = insert(STRIKES).from_select(names, rows).on_conflict_do_nothing()
    return new.returning(*(STRIKES.c[name] for name in ("id", *names)))


def _of_shows(booked: type[Ticket | Order]) -> Select[*tuple[Any, ...]]:
    """Select who booked at a show that is over, whose door let somebody in, but not them."""
    of_show = USED.c.performance_id == Performance.id
    of_member = USED.c.member_id == booked.member_id
    head = select(Site.id).where(Site.kind == HEAD)
    after = HouseRules.strike_after_minutes * literal(timedelta(minutes=1), INTERVAL)
    return (
        select(
            booked.member_id,
            literal(StrikeKind.TICKET.value),
            SUBJECT,
            Production.title_zh,
            Production.title_en,
            Performance.starts_at,
            NOW,
            literal(SYSTEM),
        )
        .join_from(booked, Performance, Performance.id == booked.performance_id)
        .join(Production, Production.id == Performance.production_id)
        .join(HouseRules, HouseRules.site_id.in_(head))
        .where(Performance.ends_at > SINCE, Performance.ends_at + after <= NOW)
        .where(Performance.cancelled_at.is_(None))
        .where(~exists().where(Member.id == booked.member_id, Member.for_unit_id.is_not(None)))
        .where(_came(of_show), ~_came(of_show, of_member))
    )


def _tickets() -> Select[*tuple[Any, ...]]:
    return _of_shows(Ticket).where(
        Ticket.state == TicketState.VALID, or_(Ticket.price == 0, ~HouseRules.strike_free_only)
    )


def _unpaid() -> Select[*tuple[Any, ...]]:
    """Select who kept seats until they would pay on arrival, neither paid nor let them go, and did not come.

    Of a package only its first show counts. A show that was moved after they chose is nobody's fault.
    """
    sibling, earlier = aliased(Order), aliased(Performance)
    before = (
        select(sibling.id)
        .join(earlier, earlier.id == sibling.performance_id)
        .where(
            sibling.package_order_id == Order.package_order_id,
            earlier.starts_at < Performance.starts_at,
        )
    )
    paid = exists().where(ASKED_OF, Payment.paid_at.is_not(None))
    return _of_shows(Order).where(
        Order.state == OrderState.AWAITING_PAYMENT,
        Order.pay_by > Order.hold_ends_at,
        or_(Performance.moved_at.is_(None), Performance.moved_at < Order.created_at),
        ~paid,
        ~before.exists(),
    )


def _withdraw() -> Update:
    """Return the statement that takes strikes back whose member came after all."""
    of_strike = (
        literal("performance:").concat(cast(USED.c.performance_id, Text)) == STRIKES.c.subject
    )
    came = _came(USED.c.member_id == STRIKES.c.member_id, of_strike)
    standing = (STRIKES.c.kind == StrikeKind.TICKET, STRIKES.c.forgiven_at.is_(None))
    return (
        update(STRIKES)
        .where(*standing, came)
        .values(forgiven_at=NOW, forgiven_by=literal(SYSTEM), why=literal(CAME))
        .returning(STRIKES.c.id)
    )


WRITE, WITHDRAW = _write(), _withdraw()
