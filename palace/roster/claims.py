"""The statements of one import: the file's lines in a table of the transaction's own, then set by set."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from palace.db import db
from palace.roster.headings import Column
from palace.roster.rules import MOST_ERRORS, Reason

LOCK = 7_215_004  # advisory lock: one import at a time counts and writes

BEGIN = """
SET LOCAL statement_timeout = '1800s';
SET LOCAL lock_timeout = '120s';
SET LOCAL idle_in_transaction_session_timeout = '900s';
SET LOCAL work_mem = '64MB';
CREATE TEMPORARY TABLE roster_incoming (
    line bigint, unit text, card_number text, name text, phone text, valid_until date,
    status text, left_on date, reason text, unit_id bigint
) ON COMMIT DROP;
CREATE TEMPORARY TABLE roster_scope (id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE roster_words (word text PRIMARY KEY, id bigint) ON COMMIT DROP;
"""
COPY = (
    "COPY roster_incoming (line, unit, card_number, name, phone, valid_until, status, left_on,"
    " reason) FROM STDIN"
)
SCOPE_OF_ALL = text("INSERT INTO roster_scope SELECT id FROM units WHERE closed_at IS NULL")
SCOPE_BELOW = text(
    """
    INSERT INTO roster_scope
    WITH RECURSIVE below AS (
        SELECT id FROM units WHERE id = :unit_id
        UNION ALL SELECT units.id FROM units JOIN below ON units.parent_id = below.id
    ) SELECT id FROM below JOIN units USING (id) WHERE closed_at IS NULL
    """
)
KNOW_WORDS = """
INSERT INTO roster_words
WITH named AS (
    SELECT code AS word, id, 0 AS rank FROM units
    UNION ALL SELECT name_zh, id, 1 FROM units
    UNION ALL SELECT unnest(nicknames), id, 2 FROM units
), inside AS (
    SELECT word, id, rank, min(rank) OVER (PARTITION BY word) AS best
    FROM named JOIN roster_scope USING (id)
) SELECT word, min(id) FROM inside WHERE rank = best GROUP BY word HAVING count(DISTINCT id) = 1;
ANALYZE roster_words;
"""
NAME_UNITS = text(
    """
    UPDATE roster_incoming AS line SET unit_id = words.id
    FROM roster_words AS words WHERE line.unit = words.word AND line.reason IS NULL
    """
)
ALL_OF = text("UPDATE roster_incoming SET unit_id = :unit_id WHERE reason IS NULL AND unit IS NULL")
UNIT_WRONG = text(
    "UPDATE roster_incoming SET reason = :unit WHERE reason IS NULL AND unit_id IS NULL"
)
TWICE = text(
    """
    UPDATE roster_incoming AS line SET reason = :twice
    FROM (SELECT unit_id, card_number, min(line) AS first FROM roster_incoming
          WHERE reason IS NULL GROUP BY 1, 2 HAVING count(*) > 1) AS same
    WHERE line.reason IS NULL AND line.unit_id = same.unit_id
      AND line.card_number = same.card_number AND line.line > same.first
    """
)
FINISHED = """
CREATE UNIQUE INDEX ON roster_incoming (unit_id, card_number) WHERE reason IS NULL;
ANALYZE roster_incoming;
ANALYZE roster_scope;
"""
ABSENT = """
    FROM roster_entries AS entry JOIN roster_scope AS scope ON scope.id = entry.unit_id
    WHERE entry.status <> 'left' AND entry.vouched_at IS NULL AND NOT EXISTS (
        SELECT FROM roster_incoming AS line WHERE line.reason IS NULL
        AND line.unit_id = entry.unit_id AND line.card_number = entry.card_number)
"""
PLACED = (
    "line.reason IS NULL AND line.unit_id = entry.unit_id AND line.card_number = entry.card_number"
)
COUNT = """
    SELECT count(*) FILTER (WHERE entry.id IS NULL) AS new,
           count(*) FILTER (WHERE entry.id IS NOT NULL AND ({differs})) AS changed,
           count(*) FILTER (WHERE entry.id IS NOT NULL AND NOT ({differs})) AS unchanged
    FROM roster_incoming AS line LEFT JOIN roster_entries AS entry
      ON entry.unit_id = line.unit_id AND entry.card_number = line.card_number
    WHERE line.reason IS NULL
"""
COUNT_ABSENT = text(f"SELECT count(*) {ABSENT}")
COUNT_LISTED = text(
    "SELECT count(*) FROM roster_entries AS entry JOIN roster_scope AS scope"
    " ON scope.id = entry.unit_id WHERE entry.status <> 'left'"
)
COUNT_ERRORS = text("SELECT count(*) FROM roster_incoming WHERE reason IS NOT NULL")
FORGET_ERRORS = text("DELETE FROM roster_errors WHERE import_id = :import_id")
KEEP_ERRORS = text(
    """
    INSERT INTO roster_errors (import_id, line, reason)
    SELECT :import_id, line, reason FROM roster_incoming WHERE reason IS NOT NULL
    ORDER BY line LIMIT :most
    """
)
STRANGERS = text(
    """
    UPDATE members SET roster_entry_id = NULL
    FROM roster_entries AS entry JOIN roster_incoming AS line
      ON line.unit_id = entry.unit_id AND line.card_number = entry.card_number
    WHERE line.reason IS NULL AND members.roster_entry_id = entry.id
      AND line.name <> entry.name AND line.phone IS DISTINCT FROM entry.phone
      AND (line.name <> members.name OR line.phone IS DISTINCT FROM members.phone)
    """
)
INSERT = text(
    """
    INSERT INTO roster_entries
        (unit_id, card_number, name, phone, valid_until, status, left_on, listed_by)
    SELECT unit_id, card_number, name, phone, valid_until, status, left_on, :import_id
    FROM roster_incoming AS line WHERE reason IS NULL AND NOT EXISTS (
        SELECT FROM roster_entries AS entry WHERE entry.unit_id = line.unit_id
        AND entry.card_number = line.card_number)
    """
)
LEAVE = text(
    "UPDATE roster_entries SET status = 'left', left_on = :today, listed_by = :import_id"  # noqa: S608 - ours
    f" WHERE id IN (SELECT entry.id {ABSENT})"
)
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
        JOIN roster_entries AS other ON other.card_number = entry.card_number
         AND other.name = entry.name AND other.id <> entry.id
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
TELL = text(
    "UPDATE roster_imports SET read_rows = :count WHERE id = :import_id AND state IN ('waiting', 'applying')"
)
WAKE = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'palace:read_rosters', 0, NULL,
        'read_rosters', '{"timestamp": 0}'::jsonb, NULL)::procrastinate_job_to_defer_v1])
    """
)
FORGET_FILE = text("DELETE FROM roster_chunks WHERE import_id = :import_id")
GIVEN = {
    Column.NAME: "name",
    Column.PHONE: "phone",
    Column.VALID_UNTIL: "valid_until",
    Column.STATUS: "status",
    Column.LEFT_ON: "left_on",
}


def set_up(unit_id: int | None) -> None:
    """Make the tables of this transaction and let one import at a time go on."""
    db.session.execute(text(BEGIN))
    db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if unit_id is None:
        db.session.execute(SCOPE_OF_ALL)
    else:
        db.session.execute(SCOPE_BELOW, {"unit_id": unit_id})


def place(unit_id: int | None, columns: Collection[Column]) -> None:
    """Find each line's unit, inside the scope only, and leave out what stands there twice."""
    db.session.execute(text("ANALYZE roster_incoming"))
    if unit_id is not None:
        db.session.execute(ALL_OF, {"unit_id": unit_id})
    if Column.UNIT in columns:
        db.session.execute(text(KNOW_WORDS))
        db.session.execute(NAME_UNITS)
    db.session.execute(UNIT_WRONG, {"unit": Reason.UNIT.value})
    db.session.execute(TWICE, {"twice": Reason.TWICE.value})
    db.session.execute(text(FINISHED))


def written(columns: Collection[Column]) -> list[str]:
    """Return the columns a file decides on; what it has no column for stays as it is.

    Who is listed again is active unless the file says else, so status and leaving day always count.
    """
    given = {Column.NAME, Column.STATUS, Column.LEFT_ON, *columns}
    return [name for column, name in GIVEN.items() if column in given]


def counts(columns: Collection[Column]) -> Mapping[str, int]:
    """Return what the lines would do."""
    found = db.session.execute(text(COUNT.format(differs=_differs(columns)))).mappings().one()
    told = {name: int(count) for name, count in found.items()}
    told["errors"] = db.session.scalar(COUNT_ERRORS) or 0
    told["leaving"] = db.session.scalar(COUNT_ABSENT) or 0
    told["listed"] = db.session.scalar(COUNT_LISTED) or 0
    return told


def keep_errors(import_id: int) -> None:
    """Write down which lines were left out and why, the first of them."""
    db.session.execute(FORGET_ERRORS, {"import_id": import_id})
    db.session.execute(KEEP_ERRORS, {"import_id": import_id, "most": MOST_ERRORS})


def take_over(import_id: int, columns: Collection[Column]) -> None:
    """Make the rosters say what the lines say."""
    values = {"import_id": import_id}
    if Column.PHONE in columns:
        db.session.execute(STRANGERS)
    changed = ", ".join(f"{name} = line.{name}" for name in written(columns))
    db.session.execute(
        text(
            f"UPDATE roster_entries AS entry SET {changed}, listed_by = :import_id, vouched_at = NULL"  # noqa: S608 - ours
            f" FROM roster_incoming AS line WHERE {PLACED} AND ({_differs(columns)})"
        ),
        values,
    )
    db.session.execute(INSERT, values)


def let_go(import_id: int, today: date) -> None:
    """Let those of the scope leave whom a complete list does not name."""
    db.session.execute(LEAVE, {"import_id": import_id, "today": today})


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


def _differs(columns: Collection[Column]) -> str:
    """Return the condition that a line says something else than the roster."""
    names = written(columns)
    ours = ", ".join(f"entry.{name}" for name in names)
    theirs = ", ".join(f"line.{name}" for name in names)
    return f"({ours}, entry.vouched_at IS NULL) IS DISTINCT FROM ({theirs}, true)"


def forget_file(import_id: int) -> None:
    """Let go of a file that is not needed any more."""
    db.session.execute(FORGET_FILE, {"import_id": import_id})


def wake_worker() -> None:
    """Have the worker look for imports at once, unless it is about to."""
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.execute(WAKE)
