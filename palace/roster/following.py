"""How members follow what an import wrote: corrected names, the next entry of their own, a first one."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from palace.db import db

RENAME = text(
    """
    UPDATE members SET name = entry.name
    FROM roster_entries AS entry
    WHERE entry.listed_by = :import_id AND members.roster_entry_id = entry.id
      AND members.name <> entry.name
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
    FROM once WHERE members.id = once.member_id RETURNING members.id, members.roster_entry_id
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
    FROM once WHERE members.id = once.member_id RETURNING members.id, members.roster_entry_id
    """
)


def follow(import_id: int, today: date) -> list[tuple[int, int]]:
    """Have members follow: corrected names, the next unit's entry, those who waited; return who was tied."""
    db.session.execute(RENAME, {"import_id": import_id})
    tied = []
    for statement, values in (
        (MOVE, {"import_id": import_id, "today": today}),
        (RECOGNISE, {"import_id": import_id}),
    ):
        tied += [
            (int(member), int(entry)) for member, entry in db.session.execute(statement, values)
        ]
    return tied
