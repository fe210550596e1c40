"""How a member wants to be told, and what they have read."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.errors import TooManyTries
from palace.members.queries import lock
from palace.members.rules import DAY
from palace.notices import queries, senders
from palace.notices.errors import EmailCodeGone, EmailCodeWrong, MailAway
from palace.notices.models import Contact, Notice
from palace.notices.rules import EMAIL_CODE, EMAIL_CODE_LIFE, EMAIL_TRIES
from palace.notices.services.owing import owe_email_code

BETWEEN_CODES = timedelta(minutes=1)
CODES_PER_DAY = 10


def _row(member_id: int) -> Contact:
    """Lock the member, and return their row, made where they have none yet."""
    lock(member_id)
    db.session.execute(insert(Contact).values(member_id=member_id).on_conflict_do_nothing())
    found = db.session.get(Contact, member_id, populate_existing=True)
    if found is None:
        raise LookupError(member_id)
    return found


def set_ways(member_id: int, language: str, muted: Collection[str]) -> None:
    """Set the language of messages and the kinds that stay in the inbox; what must be told is told."""
    row = _row(member_id)
    row.language, row.muted = language, sorted(muted)
    db.session.flush()


def ask_email(member_id: int, email: str, now: datetime) -> None:
    """Send a code to the e-mail address a member wants; it replaces the old one when the code comes back.

    Raises:
        MailAway: nothing here can send a letter.
        TooManyTries: a code was sent a moment ago, or too many today.
    """
    if senders.mail_gateway() is None:
        raise MailAway
    row = _row(member_id)
    if row.asked_at and now < row.asked_at + BETWEEN_CODES:
        raise TooManyTries(minutes=1)
    today = select(func.count()).where(
        Notice.kind == EMAIL_CODE,
        Notice.created_at > now - DAY,
        Notice.subject.startswith(f"email:{member_id}:"),
    )
    if (db.session.scalar(today) or 0) >= CODES_PER_DAY:
        raise TooManyTries(minutes=int(DAY.total_seconds() // 60))
    row.wanted_email, row.asked_at, row.tries = email, now, 0
    db.session.flush()
    owe_email_code(_subject(row, now), email, now)


def _subject(row: Contact, asked_at: datetime) -> str:
    return f"email:{row.member_id}:{int(asked_at.timestamp())}"


def prove_email(member_id: int, typed: str, now: datetime) -> EmailCodeWrong | None:
    """Take an address for the member's own by the code that was sent there.

    A wrong code is counted, which must be committed: so it is returned, not raised.

    Raises:
        EmailCodeGone: there is no code left to try.
    """
    row = _row(member_id)
    asked_at = row.asked_at
    if asked_at is None or now >= asked_at + EMAIL_CODE_LIFE or row.tries >= EMAIL_TRIES:
        raise EmailCodeGone
    if not hmac.compare_digest(senders.email_code(_subject(row, asked_at)), typed):
        row.tries += 1
        db.session.flush()
        return EmailCodeWrong(left=EMAIL_TRIES - row.tries)
    row.email, row.wanted_email, row.asked_at = row.wanted_email, None, None
    db.session.flush()
    return None


def drop_email(member_id: int) -> None:
    """Send a member no letters any more."""
    row = _row(member_id)
    row.email, row.wanted_email, row.asked_at = None, None, None
    db.session.flush()


def mark_read(member_id: int, up_to: int, now: datetime) -> int:
    """Mark what a member was told as read, up to a notice they have seen; return how many were not."""
    marked = (
        update(Notice)
        .where(
            Notice.receiver == f"{queries.OF_MEMBER}{member_id}",
            Notice.id <= up_to,
            Notice.read_at.is_(None),
        )
        .values(read_at=now)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.execute(marked).all())
