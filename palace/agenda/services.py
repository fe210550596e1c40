"""Putting a dated thing into a member's agenda, and cancelling it, in the command's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import Range, insert

from palace.agenda import queries
from palace.agenda.blocks import block_of
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.db import db, table_of
from palace.security import public_code
from palace.statements import execute

TABLE = table_of(AgendaEntry)
NEW = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)


def put(
    member_id: int,
    subject: str,
    kind: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    title_zh: str,
    title_en: str,
    place_zh: str,
    place_en: str,
    path: str,
    now: datetime,
    doors_at: datetime | None = None,
) -> None:
    """Put a dated thing into a member's agenda, or bring its entry up to date; nothing new changes nothing.

    A changed entry keeps its UID and gets the next revision: calendars ignore changes without one.
    """
    fields: dict[str, Any] = {
        "kind": kind,
        "status": EntryStatus.CONFIRMED,
        "during": Range(starts_at, ends_at),
        "ends_at": ends_at,
        "title_zh": title_zh,
        "title_en": title_en,
        "place_zh": place_zh,
        "place_en": place_en,
        "path": path,
    }
    fresh = AgendaEntry(
        member_id=member_id,
        subject=subject,
        uid=f"{public_code()}@palace",
        revision=0,
        changed_at=now,
        **fields,
    )
    if not _insert(fresh, fields, block_of(fresh, doors_at)):
        _update(queries.locked_entry(member_id, subject), fields, doors_at, now)


def _insert(fresh: AgendaEntry, fields: dict[str, Any], block: str) -> bool:
    """Insert an entry unless the member has one about this subject; one round trip in the usual case."""
    row = fields | {
        "member_id": fresh.member_id,
        "subject": fresh.subject,
        "uid": fresh.uid,
        "revision": fresh.revision,
        "changed_at": fresh.changed_at,
        "block": block,
    }
    return bool(execute(NEW, row))


def _update(
    entry: AgendaEntry, fields: dict[str, Any], doors_at: datetime | None, now: datetime
) -> None:
    """Give a locked entry new fields; its block tells whether anything a calendar shows has changed."""
    for name, value in fields.items():
        setattr(entry, name, value)
    if block_of(entry, doors_at) != entry.block:
        entry.revision, entry.changed_at = entry.revision + 1, now
        entry.block = block_of(entry, doors_at)
    db.session.flush()


def cancel(member_id: int, subject: str, now: datetime) -> None:
    """Cancel a member's entry about a subject; feeds show it as cancelled until its date has passed."""
    entry = queries.find_locked_entry(member_id, subject)
    if entry is None or entry.status is EntryStatus.CANCELLED:
        return
    entry.status, entry.revision, entry.changed_at = (
        EntryStatus.CANCELLED,
        entry.revision + 1,
        now,
    )
    entry.block = block_of(entry)
    db.session.flush()
