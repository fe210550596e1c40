"""Sealing the audit once a day, and finding out whether anybody changed it since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.audit import seals
from palace.audit.models import AuditSeal
from palace.audit.rules import Verdict, Wrong, may_be_forgotten
from palace.db import db
from palace.members.services import note
from palace.security import digest
from palace.throttle import limiter

FORGET = text("SELECT forget_audit()")
NOTHING = bytes(32)
SECONDS_PER_HOUR = 3600


def seal(now: datetime) -> AuditSeal | None:
    """Seal every line of the palace days before today that no seal has; None: it is done already.

    A line of yesterday whose transaction ends after this is in the next seal.
    """
    today = clock.palace_day(now)
    day = today - timedelta(days=1)
    newest = seals.newest()
    if newest is not None and newest.day >= day:
        return None
    ids, count = seals.unsealed(clock.day_span(today)[0])
    made = {
        "day": day,
        "sealed_at": now,
        "ids": ids,
        "line_count": count,
        "hash": chained(newest.hash if newest else NOTHING, day, seals.written(ids)),
    }
    added = insert(AuditSeal).values(made).on_conflict_do_nothing().returning(AuditSeal)
    return db.session.scalars(added).first()


def chained(before: bytes, day: date, lines: Iterable[str]) -> bytes:
    """Return the hash of a seal: over the seal before, the day, and every line in its order."""
    digest = hashlib.sha256(before)
    digest.update(f"{day.isoformat()}\n".encode())
    for line in lines:
        digest.update(f"{line}\n".encode())
    return digest.digest()


def fits(one: AuditSeal, before: bytes) -> bool:
    """Return whether a seal still fits its lines and the seal before."""
    return chained(before, one.day, seals.written(one.ids)) == one.hash


def newest_fits() -> bool:
    """Return whether the newest seal fits; where there is none, nothing can be wrong."""
    last = seals.last_two()
    if not last or last[0].forgotten_at:
        return True
    return fits(last[0], last[1].hash if len(last) > 1 else NOTHING)


def verify() -> Verdict:
    """Check every seal, oldest first, and name the first that does not fit."""
    before, count, forgotten = NOTHING, 0, 0
    for one in seals.every():
        wrong = None
        if one.forgotten_at:
            forgotten += 1
            wrong = (
                None if may_be_forgotten(one.day, one.forgotten_at) else Wrong.FORGOTTEN_TOO_SOON
            )
        elif not fits(one, before):
            wrong = Wrong.CHANGED
        if wrong:
            return Verdict(count, forgotten, before, wrong, one.day)
        before, count = one.hash, count + 1
    stray = seals.stray()
    wrong = Wrong.SLIPPED_IN if stray else None
    return Verdict(count, forgotten, before, wrong, clock.palace_day(stray) if stray else None)


def note_refusal(endpoint: str, actor: str) -> bool:
    """Note that somebody asked for a page of other roles, once an hour for each; return whether it is new."""
    key = digest(f"refused:{actor}:{endpoint}").hex()
    if limiter.storage.incr(key, SECONDS_PER_HOUR) > 1:
        return False
    note("access_refused", f"page:{endpoint}")
    return True


def forget() -> int:
    """Forget sealed lines that are older than the house rules keep them; return how many."""
    gone: int = db.session.scalar(FORGET) or 0
    return gone
