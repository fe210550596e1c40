"""How members follow what an import wrote: corrected names, the next entry of their own, a first one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import text

from palace.db import db
from palace.members.services import Personal, note

SYSTEM = "system"

RENAME = text(
    """
    WITH named AS (
        SELECT members.id, members.name AS before, entry.name AS after
        FROM members JOIN roster_entries AS entry ON entry.id = members.roster_entry_id
        WHERE entry.listed_by = :import_id AND members.name <> entry.name
        ORDER BY members.id FOR NO KEY UPDATE OF members
    )
    UPDATE members SET name = named.after FROM named WHERE members.id = named.id
    RETURNING members.id, named.before, named.after
    """
)
MOVE = text(
    """
    WITH moved AS (
        SELECT DISTINCT ON (members.id) members.id AS member_id, other.id AS entry_id
        FROM members
        JOIN roster_entries AS entry ON entry.id = members.roster_entry_id
        JOIN roster_entries AS other ON other.name = entry.name AND other.id <> entry.id
         AND (other.phone IN (entry.phone, members.phone) OR (other.card_number = entry.card_number
              AND (other.phone IS NULL OR coalesce(entry.phone, members.phone) IS NULL)))
        WHERE entry.status = 'left' AND other.status <> 'left'
          AND (entry.listed_by = :import_id OR other.listed_by = :import_id)
          AND (other.valid_until IS NULL OR other.valid_until >= :today)
          AND NOT EXISTS (SELECT FROM members AS taken WHERE taken.roster_entry_id = other.id)
        ORDER BY members.id, other.id
    ), once AS (SELECT entry_id, min(member_id) AS member_id FROM moved GROUP BY entry_id)
    UPDATE members SET roster_entry_id = once.entry_id
    FROM once WHERE members.id = once.member_id AND members.erased_at IS NULL
    RETURNING members.id, members.roster_entry_id
    """
)
RECOGNISE = text(
    """
    WITH met AS (
        SELECT DISTINCT ON (members.id) members.id AS member_id, entry.id AS entry_id
        FROM members JOIN roster_entries AS entry
          ON entry.phone = members.phone AND entry.name = members.name
        WHERE members.roster_entry_id IS NULL AND entry.listed_by = :import_id
          AND entry.status <> 'left'
          AND NOT EXISTS (SELECT FROM members AS taken WHERE taken.roster_entry_id = entry.id)
        ORDER BY members.id, entry.id
    ), once AS (SELECT entry_id, min(member_id) AS member_id FROM met GROUP BY entry_id)
    UPDATE members SET roster_entry_id = once.entry_id
    FROM once WHERE members.id = once.member_id AND members.erased_at IS NULL
      AND members.roster_entry_id IS NULL  -- both again, of whom the import had to wait for
    RETURNING members.id, members.roster_entry_id
    """
)


def follow(import_id: int, today: date) -> None:
    """Have members follow: corrected names, the next unit's entry, those who waited; each is noted."""
    for member, before, after in db.session.execute(RENAME, {"import_id": import_id}):
        changed = Personal(member, {"name": before}, {"name": after})
        note("member_renamed", f"member:{member}", actor=SYSTEM, personal=changed)
    for statement, values in (
        (MOVE, {"import_id": import_id, "today": today}),
        (RECOGNISE, {"import_id": import_id}),
    ):
        for member, entry in db.session.execute(statement, values):
            tied = {"roster_entry": entry}
            note("member_recognised", f"member:{member}", after=tied, actor=SYSTEM)


def untied(members: Iterable[int]) -> None:
    """Note whose card was given to somebody else: their account waits for a roster again."""
    for member in members:
        note("member_untied", f"member:{member}", actor=SYSTEM)
