"""Putting a dated thing into a member's agenda, and cancelling it, in the command's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import Range, insert

from palace.agenda import queries
from palace.agenda.blocks import Entry, block_of
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus, Owner
from palace.db import db, table_of
from palace.security import public_code
from palace.statements import Question, execute

TABLE = table_of(AgendaEntry)
NEW = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A dated thing as its part knows it: what it is called, when and where it is, its page.

    `subject` is its name within the palace; doors open at `doors_at`.
    """

    subject: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    title_zh: str
    title_en: str
    place_zh: str
    place_en: str
    path: str
    doors_at: datetime | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """Return the columns of an entry that tell it."""
        return self.shown | {
            "kind": self.kind,
            "status": EntryStatus.CONFIRMED,
            "ends_at": self.ends_at,
            "path": self.path,
        }

    @property
    def shown(self) -> dict[str, Any]:
        """Return the columns that people read."""
        return {
            "during": Range(self.starts_at, self.ends_at),
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "place_zh": self.place_zh,
            "place_en": self.place_en,
        }


def put(member_id: int, dated: Dated, now: datetime) -> None:
    """Put a dated thing into a member's agenda, or bring its entry up to date; nothing new changes nothing.

    A changed entry keeps its UID and gets the next revision: calendars ignore changes without one.
    """
    bring_up(member_id, dated, now, entered=execute(*entering(member_id, dated, now)))


def entering(member_id: int, dated: Dated, now: datetime) -> Question:
    """Return the statement that enters a dated thing that is new to a member, for `bring_up` to read."""
    return _entering({"member_id": member_id}, dated, now)


def _entering(whose: dict[str, Any], dated: Dated, now: datetime) -> Question:
    row = dated.fields | {
        **whose,
        "subject": dated.subject,
        "uid": f"{public_code()}@palace",
        "revision": 0,
        "changed_at": now,
    }
    shown = Entry(**{name: row[name] for name in Entry._fields})
    return NEW, row | {"block": block_of(shown, dated.doors_at)}


def bring_up(member_id: int, dated: Dated, now: datetime, *, entered: Sequence[Any]) -> None:
    """Bring the entry a member has already up to date, where `entering` was answered with none."""
    if not entered:
        entry = queries.locked_entry(member_id, dated.subject)
        _update(entry, dated.fields, dated.doors_at, now)


def put_for(owner: Owner, dated: Dated, space_id: int, now: datetime) -> None:
    """Put what happens in a space into a member's or a troupe's agenda, or bring its entry up to date."""
    if not execute(*entering_for(owner, dated, space_id, now)):
        entry = queries.find_locked_of(owner, dated.subject)
        if entry is None:
            raise LookupError(dated.subject)
        _update(entry, dated.fields | {"space_id": space_id}, dated.doors_at, now)


def entering_for(owner: Owner, dated: Dated, space_id: int, now: datetime) -> Question:
    """Return the statement that enters what happens in a space, where it is new to its owner."""
    whose = {"member_id": owner.member_id, "troupe_id": owner.troupe_id, "space_id": space_id}
    return _entering(whose, dated, now)


def cancel_for(owner: Owner, subject: str, now: datetime) -> None:
    """Cancel a member's or a troupe's entry about a subject, as `cancel`."""
    _cancel(queries.find_locked_of(owner, subject), now)


def catch_up(owners: Select[int], dated: Dated, now: datetime, limit: int) -> int:
    """Bring entries of members about a dated thing up to date, so many at most; return how many.

    Those that somebody else works on are passed over.
    """
    behind = queries.behind(owners, dated.subject, dated.shown).limit(limit)
    locked = behind.with_for_update(key_share=True, skip_locked=True)
    entries = db.session.scalars(locked, execution_options={"populate_existing": True}).all()
    for entry in entries:
        _update(entry, dated.fields, dated.doors_at, now)
    return len(entries)


def are_behind(owners: Select[int], dated: Dated) -> bool:
    """Return whether a member has an entry about a dated thing that tells it otherwise."""
    return (
        db.session.scalars(queries.behind(owners, dated.subject, dated.shown)).first() is not None
    )


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
    _cancel(queries.find_locked_entry(member_id, subject), now)


def _cancel(entry: AgendaEntry | None, now: datetime) -> None:
    if entry is None or entry.status is EntryStatus.CANCELLED:
        return
    entry.status, entry.revision, entry.changed_at = (
        EntryStatus.CANCELLED,
        entry.revision + 1,
        now,
    )
    entry.block = block_of(entry)
    db.session.flush()
