"""The statements of one import: the file's lines in a table of the transaction's own, then set by set."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date, datetime

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
    status text, left_on date, reason text, unit_id bigint, known_as text
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
    """
    UPDATE roster_incoming SET reason = :unit WHERE reason IS NULL
       AND (unit_id IS NULL OR unit_id NOT IN (SELECT id FROM roster_scope))
    """
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
KNOWN_AS = text(
    """
    WITH met AS (
        SELECT entry.id, entry.unit_id, entry.card_number, min(line.line) AS line
        FROM roster_entries AS entry
        JOIN roster_scope AS scope ON scope.id = entry.unit_id
        JOIN roster_incoming AS line ON line.unit_id = entry.unit_id AND line.reason IS NULL
         AND line.name = entry.name AND line.phone = entry.phone
        WHERE entry.confirmed_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM roster_incoming AS own WHERE own.reason IS NULL
            AND own.unit_id = entry.unit_id AND own.card_number = entry.card_number)
          AND NOT EXISTS (SELECT FROM roster_entries AS listed WHERE listed.unit_id = line.unit_id
            AND listed.card_number = line.card_number)
        GROUP BY entry.id
    )
    UPDATE roster_incoming AS line SET known_as = once.card_number
    FROM (SELECT DISTINCT ON (line) line, card_number FROM met ORDER BY line, id) AS once
    WHERE line.line = once.line
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
        SELECT FROM roster_incoming AS line WHERE line.reason IS NULL AND line.unit_id = entry.unit_id
        AND coalesce(line.known_as, line.card_number) = entry.card_number)
"""
LEAVING = f"{ABSENT} AND (entry.confirmed_at IS NULL OR entry.confirmed_at <= :sure_before)"
KEPT = text(f"SELECT entry.id {ABSENT} AND entry.confirmed_at > :sure_before ORDER BY entry.id")
PLACED = (
    "line.reason IS NULL AND line.unit_id = entry.unit_id"
    " AND coalesce(line.known_as, line.card_number) = entry.card_number"
)
COUNT = """
    SELECT count(*) FILTER (WHERE entry.id IS NULL) AS new,
           count(*) FILTER (WHERE entry.id IS NOT NULL AND ({differs})) AS changed,
           count(*) FILTER (WHERE entry.id IS NOT NULL AND NOT ({differs})) AS unchanged
    FROM roster_incoming AS line LEFT JOIN roster_entries AS entry
      ON entry.unit_id = line.unit_id
     AND entry.card_number = coalesce(line.known_as, line.card_number)
    WHERE line.reason IS NULL
"""
COUNT_LEAVING = text(f"SELECT count(*) {LEAVING}")
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
      ON line.unit_id = entry.unit_id
     AND coalesce(line.known_as, line.card_number) = entry.card_number
    WHERE line.reason IS NULL AND members.roster_entry_id = entry.id
      AND line.name <> entry.name AND line.phone IS DISTINCT FROM entry.phone
      AND (line.name <> members.name OR line.phone IS DISTINCT FROM members.phone)
    RETURNING members.id
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
NOW_KNOWN = text("UPDATE roster_incoming SET known_as = NULL WHERE known_as IS NOT NULL")
LEAVE = text(
    "UPDATE roster_entries SET status = 'left', left_on = :today, listed_by = :import_id"  # noqa: S608 - ours
    f" WHERE id IN (SELECT entry.id {LEAVING})"
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
    db.session.execute(KNOWN_AS)
    db.session.execute(text(FINISHED))


def written(columns: Collection[Column]) -> list[str]:
    """Return the columns a file decides on; what it has no column for stays as it is.

    Who is listed again is active unless the file says else, so status and leaving day always count.
    """
    given = {Column.NAME, Column.STATUS, Column.LEFT_ON, *columns}
    return [name for column, name in GIVEN.items() if column in given]


def counts(columns: Collection[Column], sure_before: datetime) -> Mapping[str, int]:
    """Return what the lines would do; whom the unit confirmed after `sure_before` does not leave."""
    found = db.session.execute(text(COUNT.format(differs=_differs(columns)))).mappings().one()
    told = {name: int(count) for name, count in found.items()}
    told["errors"] = db.session.scalar(COUNT_ERRORS) or 0
    told["leaving"] = db.session.scalar(COUNT_LEAVING, {"sure_before": sure_before}) or 0
    told["listed"] = db.session.scalar(COUNT_LISTED) or 0
    return told


def kept(sure_before: datetime) -> list[int]:
    """Return the entries that stay though no line names them: the unit confirmed them lately."""
    return list(db.session.scalars(KEPT, {"sure_before": sure_before}))


def keep_errors(import_id: int) -> None:
    """Write down which lines were left out and why, the first of them."""
    db.session.execute(FORGET_ERRORS, {"import_id": import_id})
    db.session.execute(KEEP_ERRORS, {"import_id": import_id, "most": MOST_ERRORS})


def take_over(import_id: int, columns: Collection[Column]) -> list[int]:
    """Make the rosters say what the lines say; return the members whose card is somebody else's now."""
    values = {"import_id": import_id}
    strangers = list(db.session.scalars(STRANGERS)) if Column.PHONE in columns else []
    names = ["card_number", *written(columns)]
    changed = ", ".join(f"{name} = line.{name}" for name in names)
    db.session.execute(
        text(
            f"UPDATE roster_entries AS entry SET {changed}, listed_by = :import_id,"  # noqa: S608 - ours
            " vouched_at = NULL, confirmed_at = NULL"
            f" FROM roster_incoming AS line WHERE {PLACED} AND ({_differs(columns)})"
        ),
        values,
    )
    db.session.execute(NOW_KNOWN)
    db.session.execute(INSERT, values)
    return strangers


def let_go(import_id: int, today: date, sure_before: datetime) -> None:
    """Let those of the scope leave whom a complete list does not name, unless confirmed lately."""
    values = {"import_id": import_id, "today": today, "sure_before": sure_before}
    db.session.execute(LEAVE, values)


def _differs(columns: Collection[Column]) -> str:
    """Return the condition that a line says something else than the roster."""
    names = ["card_number", *written(columns)]
    ours = ", ".join(f"entry.{name}" for name in names)
    theirs = ", ".join(f"line.{name}" for name in names)
    return (
        f"({ours}, num_nulls(entry.vouched_at, entry.confirmed_at)) IS DISTINCT FROM ({theirs}, 2)"
    )


def forget_file(import_id: int) -> None:
    """Let go of a file that is not needed any more."""
    db.session.execute(FORGET_FILE, {"import_id": import_id})


def wake_worker() -> None:
    """Have the worker look for imports at once, unless it is about to."""
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.execute(WAKE)
