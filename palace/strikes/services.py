"""Asking to have a strike looked at again, and deciding about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from palace.db import db, table_of
from palace.errors import NotFound
from palace.members.services import Personal, note
from palace.notices import services as notices
from palace.statements import execute
from palace.strikes import queries, rules
from palace.strikes.errors import AppealAnswered, AppealClosed, AppealedBefore, StrikeClosed
from palace.strikes.models import Appeal, Strike
from palace.strikes.rules import Verdict

APPEALS = table_of(Appeal)
NEW_APPEAL = insert(APPEALS).on_conflict_do_nothing().returning(APPEALS.c.strike_id)


def appeal(member_id: int, strike_id: int, words: str, now: datetime) -> None:
    """Ask to have a member's strike looked at again.

    Raises:
        NotFound: the member has no such strike.
        StrikeClosed: it counts no more.
        AppealAnswered: they asked already, and were answered.
        AppealedBefore: they asked already.
    """
    strike = queries.get_locked(strike_id)
    if strike.member_id != member_id:
        raise NotFound
    if strike.forgiven_at:
        raise StrikeClosed
    if strike.appeal and strike.appeal.decided_at:
        raise AppealAnswered
    if not execute(NEW_APPEAL, {"strike_id": strike_id, "words": words, "asked_at": now}):
        raise AppealedBefore
    note(
        "strike_appealed",
        f"strike:{strike.id}",
        after={"state": "appealed"},
        personal=_said(strike, words),
    )


def decide(strike_id: int, actor: str, verdict: Verdict, why: str, now: datetime) -> Strike:
    """Answer a member who asked to have a strike looked at again; who answers first decides.

    Raises:
        NotFound: there is no such strike.
        NotYoursToDecide: it is the actor's own, or they wrote it down.
        AppealClosed: nobody asks, or somebody answered already.
        StrikeClosed: it counts no more already.
    """
    if verdict is Verdict.FORGIVEN:
        return forgive(strike_id, actor, why, now, asked=True)
    strike = _open_to(strike_id, actor, asked=True)
    _answer(strike, actor, verdict, why, now)
    note("strike_kept", f"strike:{strike.id}", after={"state": "kept"}, personal=_said(strike, why))
    _tell("strike_kept", strike, now)
    return strike


def forgive(strike_id: int, actor: str, why: str, now: datetime, *, asked: bool = False) -> Strike:
    """Let a strike count no more, at this instant; who asked for it has the answer with it.

    Args:
        asked: it is the answer to an appeal.

    Raises:
        NotFound: there is no such strike.
        NotYoursToDecide: it is the actor's own, or they wrote it down.
        AppealClosed: it was to be an answer, but somebody answered already, or nobody asked.
        StrikeClosed: it counts no more already.
    """
    strike = _open_to(strike_id, actor, asked=asked)
    strike.forgiven_at, strike.forgiven_by, strike.why = now, actor, why
    _answer(strike, actor, Verdict.FORGIVEN, why, now)
    note(
        "strike_forgiven",
        f"strike:{strike.id}",
        after={"state": "forgiven"},
        personal=_said(strike, why),
    )
    _tell("strike_forgiven", strike, now)
    return strike


def _open_to(strike_id: int, actor: str, *, asked: bool) -> Strike:
    """Return a strike under its lock that somebody may decide about."""
    strike = queries.get_locked(strike_id)
    rules.check_decides(actor, member_id=strike.member_id, written_by=strike.written_by)
    if strike.forgiven_at:
        raise StrikeClosed
    if asked and not strike.is_appealed:
        raise AppealClosed
    return strike


def _answer(strike: Strike, actor: str, verdict: Verdict, why: str, now: datetime) -> None:
    found = strike.appeal
    if found and found.decided_at is None:
        found.decided_at, found.decided_by, found.verdict, found.why = now, actor, verdict, why
    db.session.flush()


def _said(strike: Strike, words: str) -> Personal | None:
    """Return words for the audit under the person's key: they stand nowhere in clear."""
    return Personal(strike.member_id, after={"words": words}) if words else None


def _tell(kind: str, strike: Strike, now: datetime) -> None:
    values: dict[str, Any] = {
        "title": {"zh": strike.title_zh, "en": strike.title_en},
        "starts_at": strike.happened_at.isoformat(),
    }
    notices.owe(kind, f"strike:{strike.id}", f"member:{strike.member_id}", values, now)
