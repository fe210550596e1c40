"""Owing somebody a notice, and sending what is owed: the row is the queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.db import db, table_of
from palace.members.models import Challenge
from palace.notices import queries, senders
from palace.notices.models import Notice
from palace.statements import Question, execute

TABLE = table_of(Notice)
NEW = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)


def owe(kind: str, subject: str, receiver: str, values: Mapping[str, Any], now: datetime) -> bool:
    """Owe a receiver ("member:5", "phone:138…") a notice about a subject, once; return whether it is new."""
    return bool(execute(*owing(kind, subject, receiver, values, now)))


def owing(
    kind: str, subject: str, receiver: str, values: Mapping[str, Any], now: datetime
) -> Question:
    """Return the statement of `owe`; it brings a row where the notice is new."""
    return NEW, {
        "kind": kind,
        "subject": subject,
        "receiver": receiver,
        "values": dict(values),
        "created_at": now,
    }


def owe_code(challenge: Challenge, now: datetime) -> None:
    """Owe a phone number the code of its challenge; the code itself is in no row."""
    owe(senders.SIGN_IN_CODE, f"challenge:{challenge.id}", f"phone:{challenge.phone}", {}, now)


def tell_old_number(phone: str, member_id: int, now: datetime) -> None:
    """Owe a number that a member has left the news of it."""
    subject = f"number:{member_id}:{now:%Y%m%d%H%M%S}"
    owe(senders.NUMBER_CHANGED, subject, f"phone:{phone}", {}, now)


def send_due(limit: int = 500) -> int:
    """Hand what is owed to the gateway and mark it sent; return how many. Safe to run side by side.

    On the screen a notice is sent by being there. Without a gateway everything stays owed, and what
    has outlived its kind is never sent.
    """
    gateway = senders.gateway()
    if gateway is None:
        return 0
    now = clock.now()
    waiting = queries.due({name: now - kind.lasts for name, kind in senders.KINDS.items()}, limit)
    for notice in waiting:
        notice.sent_at, notice.gateway = now, gateway
    db.session.flush()
    return len(waiting)
