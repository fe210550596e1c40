"""The migrations make what the models say, can be undone, and leave the web's role little power."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from palace.config import Settings
from palace.db import db
from palace.postgres import Cluster
from tests.conftest import migrated_app, settings_for

PROCRASTINATE_SCHEMA = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
ONE_MORE_POST = (
    "INSERT INTO posts (staff_id, role, granted_by)"
    " SELECT id, 'admin', 'system' FROM staff WHERE login = 'desk'"
)
NEW_FINANCE = (
    "WITH new AS (INSERT INTO staff (login, name, password_hash) VALUES ('money', '王丽', '!') RETURNING id)"
    " INSERT INTO posts (staff_id, role, granted_by) SELECT id, 'finance', 'system' FROM new"
)
FORBIDDEN_TO_THE_WEB = (
    "UPDATE audit_lines SET act = 'something else'",
    "DELETE FROM audit_lines",
    "TRUNCATE audit_lines",
    "CREATE TABLE its_own (id integer)",
    "ALTER TABLE members ADD its_own integer",
    "DROP TABLE throttle",
    "UPDATE alembic_version SET version_num = 'another'",
    "INSERT INTO alembic_version VALUES ('another')",
    "DELETE FROM alembic_version",
    "CREATE OR REPLACE FUNCTION palace_clock() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
)


def engine_of(url: str | None) -> Engine:
    """Return an engine that keeps no connection."""
    assert url
    return create_engine(url, poolclass=NullPool)


@pytest.fixture(scope="module")
def throw_away(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return an application over a migrated database of this file's own."""
    name = "palace_migrations"
    with migrated_app(settings_for(cluster, tmp_path_factory.mktemp("migrations"), name)) as app:
        yield app
    cluster.drop_database(name)


@pytest.fixture
def settings(throw_away: Flask) -> Settings:
    """Return the settings of that application."""
    found: Settings = throw_away.extensions["palace"]
    return found


@pytest.fixture
def web(settings: Settings) -> Iterator[Connection]:
    """Return a connection as the web has it; what it does is rolled back."""
    with engine_of(settings.database_url).connect() as connection:
        yield connection


def tables(settings: Settings) -> set[str]:
    """Return the tables the database has now."""
    return set(inspect(engine_of(settings.database_owner_url)).get_table_names())


def test_the_migrations_make_exactly_the_tables_of_the_models(throw_away: Flask) -> None:
    with throw_away.app_context():
        check()


def test_constraints_are_called_as_in_the_models(web: Connection) -> None:
    named = {
        (table.name, str(constraint.name))
        for table in db.metadata.sorted_tables
        for constraint in table.constraints
    }
    there = web.execute(
        text(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND connamespace = 'public'::regnamespace"
            " AND conrelid::regclass::text !~ '^(procrastinate_|alembic_version)'"
        )
    )
    assert {(table, name) for table, name in there} == named


def test_everything_can_be_undone_and_done_again(throw_away: Flask, settings: Settings) -> None:
    before = tables(settings)
    with throw_away.app_context():
        downgrade(revision="base")
        assert tables(settings) == {"alembic_version"}
        upgrade()
        check()
    assert tables(settings) == before


def test_roles_become_posts_and_posts_roles_again(throw_away: Flask, settings: Settings) -> None:
    owner = engine_of(settings.database_owner_url)
    come = text(
        "INSERT INTO staff (login, name, role, password_hash) VALUES (:login, '王丽', :role, '!')"
    )
    with throw_away.app_context():
        downgrade(revision="0004")
        with owner.begin() as connection:
            for login, role in (("head", "admin"), ("desk", "counter"), ("gone", "door")):
                connection.execute(come, {"login": login, "role": role})
            connection.execute(
                text("UPDATE staff SET left_at = now() - interval '1 day' WHERE login = 'gone'")
            )
        upgrade()
    with owner.begin() as connection:
        posts = (
            "SELECT login, role, ended_at = left_at"
            " FROM posts JOIN staff ON staff.id = staff_id ORDER BY login"
        )
        found = connection.execute(text(posts)).all()
        connection.execute(text(ONE_MORE_POST))
        connection.execute(text(NEW_FINANCE))
    assert [tuple(row) for row in found] == [
        ("desk", "counter", None),
        ("gone", "door", True),
        ("head", "admin", None),
    ]
    with throw_away.app_context():
        downgrade(revision="0004")
        with owner.begin() as connection:
            roles = "SELECT login, role, left_at IS NOT NULL FROM staff ORDER BY login"
            back = connection.execute(text(roles)).all()
        upgrade()
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM posts"))
        connection.execute(text("DELETE FROM staff"))
    assert [tuple(row) for row in back] == [
        ("desk", "admin", False),
        ("gone", "door", True),
        ("head", "admin", False),
        ("money", "door", True),
    ]


def test_there_is_one_line_of_history() -> None:
    versions = Path(__file__).parents[2] / "migrations" / "versions"
    numbers = sorted(path.name[:4] for path in versions.glob("*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_the_tasks_tables_are_those_revision_0002_was_written_for() -> None:
    schema = hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest()
    assert schema == PROCRASTINATE_SCHEMA, "a new revision has to bring older databases up to it"


@pytest.mark.parametrize("statement", FORBIDDEN_TO_THE_WEB)
def test_the_web_s_role_may_not(web: Connection, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        web.execute(text(statement))


def test_the_web_s_role_may_add_to_the_audit(web: Connection) -> None:
    web.execute(text("INSERT INTO audit_lines (actor, act, subject) VALUES ('a', 'b', 'c')"))
    assert web.execute(text("SELECT count(*) FROM audit_lines")).scalar_one() == 1
