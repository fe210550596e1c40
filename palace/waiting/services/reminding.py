"""Reminding who has tickets of a show that it is near, and how to let them go: one statement for all.

Once each: a day before, and shortly before; again for the new time, where a show was moved. Not who
booked within that time, nor who has returned.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    DateTime,
    Text,
    bindparam,
    case,
    cast,
    exists,
    extract,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import INTERVAL, JSONB, insert
from sqlalchemy.sql.dml import ReturningInsert

from palace.db import table_of
from palace.notices.models import Notice
from palace.programme.models import Performance, Production
from palace.statements import execute
from palace.tickets.models import Admission, Ticket
from palace.tickets.rules import TicketState
from palace.venues.queries import house_rules

DAY, HOURS = "reminder_day", "reminder_hours"
NOTICES = table_of(Notice)
INSTANT = DateTime(timezone=True)
KIND = bindparam("kind", type_=Text)
NOW = bindparam("now", type_=INSTANT)
UNTIL = bindparam("until", type_=INSTANT)
AFTER = bindparam("after", type_=INSTANT)
AHEAD = bindparam("ahead", type_=INTERVAL)


def remind(now: datetime) -> int:
    """Owe the reminders that are due; return how many. Safe to run twice and side by side.

    Who is so near the show that the second is due gets that one alone.
    """
    house = house_rules()
    last, first = timedelta(hours=house.remind_hours), timedelta(hours=house.remind_day_hours)
    made = _remind(HOURS, now, now, last) if last else 0
    return made + (_remind(DAY, now, now + last, first) if first > last else 0)


def _remind(kind: str, now: datetime, after: datetime, ahead: timedelta) -> int:
    asked = {"kind": kind, "now": now, "after": after, "until": now + ahead, "ahead": ahead}
    return len(execute(REMIND, asked))


def _reminding() -> ReturningInsert[Any]:
    show = literal("performance:").concat(cast(Performance.id, Text))
    again = show.concat(":").concat(cast(extract("epoch", Performance.moved_at), Text))
    subject = case((Performance.moved_at.is_(None), show), else_=again)
    receiver = literal("member:").concat(cast(Ticket.member_id, Text))
    titles = func.jsonb_build_object("zh", Production.title_zh, "en", Production.title_en)
    starts_at = func.to_char(
        func.timezone("UTC", Performance.starts_at), 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'
    )
    values = func.jsonb_build_object(
        "title", titles, "starts_at", starts_at, "count", func.count(Ticket.id), type_=JSONB
    )
    told = exists().where(
        NOTICES.c.kind == KIND, NOTICES.c.subject == subject, NOTICES.c.receiver == receiver
    )
    came = exists().where(Admission.ticket_id == Ticket.id, Admission.counts)
    rows = (
        select(cast(KIND, Text), subject, receiver, values, NOW)
        .join_from(Ticket, Performance, Performance.id == Ticket.performance_id)
        .join(Production, Production.id == Performance.production_id)
        .where(
            Performance.starts_at > AFTER,
            Performance.starts_at <= UNTIL,
            Performance.cancelled_at.is_(None),
            Ticket.state == TicketState.VALID,
            Ticket.issued_at <= Performance.starts_at - AHEAD,
            ~told,
            ~came,
        )
        .group_by(Performance.id, Production.id, Ticket.member_id)
    )
    names = ["kind", "subject", "receiver", "values", "created_at"]
    new = insert(NOTICES).from_select(names, rows).on_conflict_do_nothing()
    return new.returning(NOTICES.c.id)


REMIND = _reminding()
