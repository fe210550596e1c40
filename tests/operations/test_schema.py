"""Tables of another revision are refused in a sentence; two migrations take turns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import Connection, NullPool, create_engine, text

from palace import await_database, create_app
from palace.config import Settings
from palace.db import db
from palace.schema import SchemaRefused, newest, revision, take_turn
from tests.conftest import migrated_app
from tests.operations.commands import refused, said, typed


@pytest.fixture
def owner(empty: Settings) -> Iterator[Connection]:
    """Return a connection of the owner, committing by itself."""
    engine = create_engine(empty.database_owner_url or "", poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@pytest.fixture
def migrated(empty: Settings) -> Iterator[Flask]:
    """Return an application over that database at our revision."""
    with migrated_app(empty) as app:
        yield app


def test_two_migrations_at_once_take_turns(empty: Settings, owner: Connection) -> None:
    both = [typed(empty, "migrate") for _ in range(2)]

    told = [one.communicate(timeout=100) for one in both]

    assert [one.returncode for one in both] == [0, 0], told
    assert revision(owner) == newest()
    assert "before: none" in told[0][0] + told[1][0]
    assert "nothing was changed" in said(empty, "migrate")


def test_a_migration_that_waits_too_long_says_who_is_before_it(
    empty: Settings, owner: Connection
) -> None:
    take_turn(owner)
    holder = owner.scalar(text("SELECT pg_backend_pid()"))
    engine = create_engine(empty.database_owner_url or "", poolclass=NullPool)
    with engine.connect() as second, pytest.raises(SchemaRefused, match=f"process {holder}"):
        take_turn(second, patience=0.3)


@pytest.mark.parametrize("command", ["migrate", "worker", "backup"])
def test_tables_of_a_newer_palace_are_left_alone(
    migrated: Flask, empty: Settings, owner: Connection, command: str
) -> None:
    owner.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    words = refused(empty, command)

    assert "9999" in words
    assert "newer version" in words
    assert revision(owner) == "9999"


@pytest.mark.parametrize(("found", "says"), [("9999", "newer version"), ("0001", "migrate")])
def test_the_web_does_not_start_on_other_tables(
    migrated: Flask, owner: Connection, found: str, says: str
) -> None:
    owner.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    with pytest.raises(SchemaRefused, match=says):
        await_database(migrated)


def test_the_web_starts_on_its_own_tables_alone(empty: Settings, migrated: Flask) -> None:
    await_database(migrated)

    bare = create_app(empty)
    with migrated.app_context():
        downgrade(revision="base")
    with pytest.raises(SchemaRefused, match="revision none"):
        await_database(bare)
    with bare.app_context():
        db.engine.dispose()
