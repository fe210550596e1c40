"""The statements of a mass notice: its receivers at once, a share let go, all that waits called back."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Text, case, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from palace.broadcasts.models import Broadcast
from palace.broadcasts.queries import is_reachable, receivers
from palace.db import db
from palace.members.models import Member
from palace.notices.models import Contact, Notice
from palace.notices.rules import BROADCAST, State

OWED, INBOX = literal(State.OWED.value, Text), literal(State.INBOX.value, Text)


def owe_to_all(broadcast: Broadcast, now: datetime) -> int:
    """Owe a mass notice to each of its receivers by one statement, none of it let go yet; return how many."""
    to = receivers(broadcast, now).subquery()
    state = case((is_reachable(), OWED), else_=INBOX) if broadcast.outside else INBOX
    rows = (
        select(
            literal(BROADCAST, Text),
            literal(broadcast.subject, Text),
            func.concat("member:", Member.id),
            cast(literal(json.dumps(broadcast.values), Text), JSONB),
            literal(now),
            state,
        )
        .select_from(to)
        .join(Member, Member.id == to.c.id)
        .outerjoin(Contact, Contact.member_id == Member.id)
        .order_by(Member.id)
    )
    columns = ["kind", "subject", "receiver", "values", "created_at", "state"]
    new = insert(Notice).from_select(columns, rows, include_defaults=False)
    counted = new.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    result = db.session.connection().execute(counted)
    return int(result.rowcount)


def let_go(subject: str, count: int, now: datetime) -> int:
    """Let the next receivers of a mass notice go; return how many.

    They are chosen in a WITH of their own: PostgreSQL may run a subquery once for every row it
    is joined to, and then finds `count` others each time.
    """
    next_ones = (
        select(Notice.id)
        .where(
            Notice.kind == BROADCAST,
            Notice.subject == subject,
            Notice.state == State.OWED,
            Notice.due_at.is_(None),
        )
        .order_by(Notice.id)
        .limit(count)
        .with_for_update(skip_locked=True, key_share=True)
        .cte("next_ones")
    )
    gone = (
        update(Notice)
        .where(Notice.id.in_(select(next_ones.c.id)))
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(db.session.connection().execute(gone).rowcount)


def call_back(subject: str) -> int:
    """Let nothing of a mass notice go any more but what is being sent at this instant; return how many."""
    kept = (
        update(Notice)
        .where(
            Notice.kind == BROADCAST,
            Notice.subject == subject,
            Notice.state == State.OWED,
            Notice.due_at.is_not(None),
        )
        .values(due_at=None, error=None)
    )
    return int(db.session.connection().execute(kept).rowcount)
