"""The connection of the open transaction, for what takes longer than a page may wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from palace.db import Patient, db


def driver() -> Patient:
    """Return the connection of the transaction that is open."""
    return cast("Patient", db.session.connection().connection.dbapi_connection)


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Wait for each answer of PostgreSQL this long inside; a page never does.

    PostgreSQL's own limits belong below it: who is ended by those still has a connection.
    """
    connection = driver()
    connection.limit = seconds
    try:
        yield
    finally:
        del connection.limit
