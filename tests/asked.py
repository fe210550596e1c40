"""What is asked of PostgreSQL meanwhile, whoever asks: SQLAlchemy or a statement made once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg


@contextmanager
def asked() -> Iterator[list[str]]:
    """Collect the statements that are run, in order."""
    heard: list[str] = []
    run = psycopg.Cursor.execute

    def note(cursor: psycopg.Cursor[Any], query: Any, *rest: Any, **more: Any) -> object:
        heard.append(query.decode() if isinstance(query, bytes) else str(query))
        return run(cursor, query, *rest, **more)

    with patch.object(psycopg.Cursor, "execute", note):
        yield heard
