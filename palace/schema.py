"""Which revision the tables are at, which one this code wants, and whose turn it is to change them."""

from __future__ import annotations

import time

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from palace.config import ROOT
from palace.db import db

TURN = 7_215_001
"""Advisory lock of whoever changes the tables."""
PATIENCE = 60.0  # seconds to wait for another migration
HOLDER = text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = :turn AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class SchemaRefused(RuntimeError):
    """The tables are not what this code knows, or somebody else is changing them; says what to do."""


def scripts() -> ScriptDirectory:
    """Return the migrations of this code."""
    return ScriptDirectory(str(ROOT / "migrations"))


def newest() -> str | None:
    """Return the revision this code works with."""
    return scripts().get_current_head()


def revision(connection: Connection) -> str | None:
    """Return the revision of a database, None while it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def check_known() -> None:
    """Refuse to change tables that a newer version of the palace has made.

    Raises:
        SchemaRefused: their revision is none of this code's.
    """
    found = revision(db.session.connection())
    try:
        if found is not None:
            scripts().get_revision(found)
    except CommandError:
        raise SchemaRefused(
            f"The database is at revision {found}, which this version of the palace does not know: "
            "a newer version made it. Install that version again, or restore a backup of before."
        ) from None


def check_current() -> None:
    """Refuse to work on tables of another revision than this code's own.

    Raises:
        SchemaRefused: they are older, so `migrate` has to run first, or newer.
    """
    check_known()
    found, wanted = revision(db.session.connection()), newest()
    if found != wanted:
        raise SchemaRefused(
            f"The database is at revision {found or 'none'}, this version of the palace needs {wanted}. "
            "Type: .venv/bin/python -m palace migrate"
        )


def take_turn(connection: Connection, patience: float = PATIENCE) -> None:
    """Wait until nobody else changes the tables; the turn ends with the connection.

    Raises:
        SchemaRefused: another migration still runs after so many seconds.
    """
    until = time.monotonic() + patience
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:turn)"), {"turn": TURN}):
        if time.monotonic() > until:
            holder = connection.scalar(HOLDER, {"turn": TURN})
            raise SchemaRefused(
                f"Another migration is running (PostgreSQL process {holder}): wait for its end, "
                "then type the same again."
            )
        time.sleep(0.1)
