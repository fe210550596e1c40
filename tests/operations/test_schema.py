"""Tables of another revision are refused in a sentence; two migrations take turns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import Connection, NullPool, create_engine, text

from palace import await_database, create_app
from palace.config import Settings
from palace.db import db
from palace.postgres import Cluster
from palace.schema import SchemaRefused, newest, revision, take_turn
from tests.conftest import migrated_app, settings_for
from tests.operations.commands import typed

NAME = "palace_schema"


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Iterator[Settings]:
    """Return settings over an empty database of this test's own."""
    yield settings_for(cluster, tmp_path, NAME)
    cluster.drop_database(NAME)


@pytest.fixture
def owner(settings: Settings) -> Iterator[Connection]:
    """Return a connection of the owner, committing by itself."""
    engine = create_engine(settings.database_owner_url or "", poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@pytest.fixture
def migrated(settings: Settings) -> Iterator[Flask]:
    """Return an application over that database at our revision."""
    with migrated_app(settings) as app:
        yield app


def test_two_migrations_at_once_take_turns(settings: Settings, owner: Connection) -> None:
    both = [typed(settings, "migrate") for _ in range(2)]

    told = [one.communicate(timeout=100) for one in both]

    assert [one.returncode for one in both] == [0, 0], told
    assert revision(owner) == newest()


def test_a_migration_that_waits_too_long_says_who_is_before_it(
    settings: Settings, owner: Connection
) -> None:
    take_turn(owner)
    holder = owner.scalar(text("SELECT pg_backend_pid()"))
    engine = create_engine(settings.database_owner_url or "", poolclass=NullPool)
    with engine.connect() as second, pytest.raises(SchemaRefused, match=f"process {holder}"):
        take_turn(second, patience=0.3)


def test_tables_of_a_newer_palace_are_left_alone(
    migrated: Flask, settings: Settings, owner: Connection
) -> None:
    owner.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    command = typed(settings, "migrate")
    _, said = command.communicate(timeout=60)

    assert command.returncode == 1
    assert "9999" in said
    assert "Traceback" not in said
    assert revision(owner) == "9999"


@pytest.mark.parametrize(("found", "says"), [("9999", "newer version"), ("0001", "migrate")])
def test_the_web_does_not_start_on_other_tables(
    migrated: Flask, owner: Connection, found: str, says: str
) -> None:
    owner.execute(text("UPDATE alembic_version SET version_num = :found"), {"found": found})
    with pytest.raises(SchemaRefused, match=says):
        await_database(migrated)


def test_the_web_starts_on_its_own_tables_alone(settings: Settings, migrated: Flask) -> None:
    await_database(migrated)

    bare = create_app(settings)
    with migrated.app_context():
        downgrade(revision="base")
    with pytest.raises(SchemaRefused, match="revision none"):
        await_database(bare)
    with bare.app_context():
        db.engine.dispose()


def test_the_worker_does_not_start_on_other_tables(
    migrated: Flask, settings: Settings, owner: Connection
) -> None:
    owner.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    worker = typed(settings, "worker")
    _, said = worker.communicate(timeout=60)

    assert worker.returncode == 1
    assert "newer version" in said
    assert "Traceback" not in said
