"""What is asked of PostgreSQL meanwhile, whoever asks: SQLAlchemy or a statement made once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg

from palace.db import Patient, Sent


@contextmanager
def asked() -> Iterator[list[str]]:
    """Collect the statements that are run, in order: what is asked in one round trip as one."""
    heard: list[str] = []
    run, ask = psycopg.Cursor.execute, Patient.ask

    def note(cursor: psycopg.Cursor[Any], query: Any, *rest: Any, **more: Any) -> object:
        heard.append(query.decode() if isinstance(query, bytes) else str(query))
        return run(cursor, query, *rest, **more)

    def note_all(connection: Patient, questions: Sequence[Sent]) -> object:
        heard.append("; ".join(sql.decode() for sql, _ in questions))
        return ask(connection, questions)

    with (
        patch.object(psycopg.Cursor, "execute", note),
        patch.object(Patient, "ask", note_all),
    ):
        yield heard
