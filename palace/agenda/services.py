"""Putting a dated thing into a member's agenda, and cancelling it, in the command's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Integer,
    Select,
    Text,
    UpdateBase,
    bindparam,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.types import TypeEngine

from palace.agenda import queries
from palace.agenda.blocks import Entry, block_of
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus, Owner
from palace.db import db, table_of
from palace.security import public_code
from palace.statements import Question, execute

TABLE = table_of(AgendaEntry)
NEW = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)
INSTANT = DateTime(timezone=True)
LISTED: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(("starts_at", "ends_at"), INSTANT),
    **dict.fromkeys(("subject", "kind", "title_zh", "title_en", "place_zh", "place_en"), Text()),
    **dict.fromkeys(("path", "uid", "block"), Text()),
}


def _new_ones() -> UpdateBase:
    """Return the statement that enters any number of dated things of one owner, each in its list's place."""
    lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in LISTED.items()]
    columns = [column(name, kind) for name, kind in LISTED.items()]
    listed = func.unnest(*lists).table_valued(*columns, name="new").render_derived()
    row = {name: listed.c[name] for name in LISTED if name != "starts_at"} | {
        "during": func.tstzrange(listed.c.starts_at, listed.c.ends_at),
        "member_id": bindparam("member_id", type_=BigInteger),
        "troupe_id": bindparam("troupe_id", type_=BigInteger),
        "offering_id": bindparam("offering_id", type_=BigInteger),
        "space_id": bindparam("space_id", type_=BigInteger),
        "changed_at": bindparam("changed_at", type_=INSTANT),
        "status": literal(EntryStatus.CONFIRMED.value, Text),
        "revision": literal(0, Integer),
    }
    rows = select(*row.values()).select_from(listed)
    new = insert(TABLE).from_select(list(row), rows)
    return new.on_conflict_do_nothing().returning(TABLE.c.subject)


NEW_ONES = _new_ones()


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
    return NEW, _row(dated, now) | {"member_id": member_id}


def bring_up(member_id: int, dated: Dated, now: datetime, *, entered: Sequence[Any]) -> None:
    """Bring the entry a member has already up to date, where `entering` was answered with none."""
    if not entered:
        (entry,) = queries.locked_entries(Owner(member_id=member_id), [dated.subject])
        _update(entry, dated.fields, dated.doors_at, now)


def put_for(owner: Owner, dated: Dated, now: datetime, space_id: int | None = None) -> None:
    """Put a dated thing into the agenda of a member or a troupe, or bring its entry up to date."""
    put_many(owner, [dated], now, space_id)


def put_many(
    owner: Owner, many: Sequence[Dated], now: datetime, space_id: int | None = None
) -> None:
    """Put dated things into an agenda, new ones by one statement, or bring their entries up to date.

    `space_id`: the space they are in, whose own calendar shows them too.
    """
    if many:
        entered = execute(*entering_many(owner, many, now, space_id))
        bring_up_many(owner, many, now, space_id, entered=entered)


def entering_many(
    owner: Owner, many: Sequence[Dated], now: datetime, space_id: int | None = None
) -> Question:
    """Return the statement that enters dated things that are new to an agenda, for `bring_up_many`."""
    rows = [_row(dated, now) | {"starts_at": dated.starts_at} for dated in many]
    lists = {name: [row[name] for row in rows] for name in LISTED}
    return NEW_ONES, lists | asdict(owner) | {"space_id": space_id, "changed_at": now}


def bring_up_many(
    owner: Owner,
    many: Sequence[Dated],
    now: datetime,
    space_id: int | None = None,
    *,
    entered: Sequence[Any],
) -> None:
    """Bring the entries an agenda has already up to date: those that `entering_many` did not enter."""
    new = {row.subject for row in entered}
    there = {dated.subject: dated for dated in many if dated.subject not in new}
    for entry in queries.locked_entries(owner, there) if there else ():
        dated = there[entry.subject]
        _update(entry, dated.fields | {"space_id": space_id}, dated.doors_at, now)


def _row(dated: Dated, now: datetime) -> dict[str, Any]:
    """Return what a new entry has in the columns that differ from one to the next."""
    row = dated.fields | {
        "subject": dated.subject,
        "uid": f"{public_code()}@palace",
        "revision": 0,
        "changed_at": now,
    }
    shown = Entry(**{name: row[name] for name in Entry._fields})
    return row | {"block": block_of(shown, dated.doors_at)}


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
    cancel_for(Owner(member_id=member_id), [subject], now)


def cancel_for(owner: Owner, subjects: Collection[str], now: datetime) -> None:
    """Cancel the entries of a member or a troupe about subjects, where they are not yet."""
    for entry in queries.locked_entries(owner, subjects):
        if entry.status is EntryStatus.CONFIRMED:
            entry.status, entry.revision, entry.changed_at = (
                EntryStatus.CANCELLED,
                entry.revision + 1,
                now,
            )
            entry.block = block_of(entry)
    db.session.flush()
