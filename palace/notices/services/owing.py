"""Owing somebody a notice, in the transaction of what it tells: the row is the queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from palace import words
from palace.db import table_of
from palace.members.models import Challenge
from palace.notices import claims, senders
from palace.notices.gateways import SCREEN
from palace.notices.models import Notice
from palace.notices.rules import EMAIL_CODE, NUMBER_CHANGED, SIGN_IN_CODE
from palace.statements import Question, execute

TABLE = table_of(Notice)
NEW = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)


def owe(kind: str, subject: str, receiver: str, values: Mapping[str, Any], now: datetime) -> bool:
    """Owe a receiver ("member:5", "phone:138…") a notice about a subject, once; return whether it is new.

    A member has it in the inbox by this alone. `rules.changed` makes a value that says "old → new".
    """
    return bool(execute(*owing(kind, subject, receiver, values, now)))


def owing(
    kind: str,
    subject: str,
    receiver: str,
    values: Mapping[str, Any],
    now: datetime,
    *,
    language: str | None = None,
) -> Question:
    """Return the statement of `owe`; it brings a row where the notice is new."""
    return NEW, {
        "kind": kind,
        "subject": subject,
        "receiver": receiver,
        "values": dict(values),
        "created_at": now,
        "due_at": now,
        "language": language,
    }


def owe_code(challenge: Challenge, now: datetime) -> None:
    """Owe a phone number the code of its challenge, in the asker's language; the code is in no row."""
    _owe_at_once(SIGN_IN_CODE, f"challenge:{challenge.id}", f"phone:{challenge.phone}", now)


def owe_email_code(subject: str, email: str, now: datetime) -> None:
    """Owe an e-mail address the code that proves it."""
    _owe_at_once(EMAIL_CODE, subject, f"email:{email}", now)


def tell_old_number(phone: str, member_id: int, now: datetime) -> None:
    """Owe a number that a member has left the news of it."""
    subject = f"number:{member_id}:{now:%Y%m%d%H%M%S}"
    _owe_at_once(NUMBER_CHANGED, subject, f"phone:{phone}", now)


def _owe_at_once(kind: str, subject: str, receiver: str, now: datetime) -> None:
    """Owe what somebody waits for, and have the worker look."""
    question = owing(kind, subject, receiver, {}, now, language=words.language())
    if execute(*question) and senders.sms_gateway() != SCREEN:
        claims.wake_worker()
