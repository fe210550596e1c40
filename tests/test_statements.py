"""Statements made once: rows, types and errors are what callers of SQLAlchemy know."""

from __future__ import annotations

from contextlib import closing
from typing import cast

import psycopg
import pytest
from flask import Flask
from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    Table,
    bindparam,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from palace.db import db, table_of
from palace.lifecycle import is_away
from palace.members.models import Post, Staff
from palace.members.rules import Role
from palace.statements import execute
from tests.factory import Factory

STAFF = table_of(Staff)
POSTS = table_of(Post)
WHO = (
    select(POSTS.c.role, STAFF.c.name)
    .join(STAFF, STAFF.c.id == POSTS.c.staff_id)
    .where(STAFF.c.id == bindparam("id"))
)
NEW = insert(STAFF).returning(STAFF.c.id)


def test_rows_have_names_and_the_types_of_their_columns(make: Factory) -> None:
    staff = make.staff(Role.DOOR)

    row = execute(WHO, {"id": staff.id})[0]

    assert row.role is Role.DOOR
    assert (row.name, tuple(row)) == (staff.name, (Role.DOOR, staff.name))
    assert execute(WHO, {"id": 0}) == []


def test_a_statement_sees_what_its_transaction_has_not_sent_yet(make: Factory) -> None:
    staff = make.staff()
    staff.name = "李四"

    assert execute(WHO, {"id": staff.id})[0].name == "李四"


def test_a_value_that_python_makes_up_for_each_row_must_be_given(make: Factory) -> None:
    column = Column("drawn", BigInteger, default=lambda: 4)
    dice = insert(Table("dice", MetaData(), column, Column("thrown", BigInteger)))

    with pytest.raises(ValueError, match=r"dice\.drawn"):
        execute(dice, {"thrown": 1})


def test_a_value_that_is_missing_is_never_taken_for_nothing(make: Factory) -> None:
    staff = make.staff()

    with pytest.raises(ValueError, match="id"):
        execute(WHO, {"misspelt": staff.id})


def test_a_rollback_leaves_what_was_prepared(live_app: Flask) -> None:
    prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 41 +%'"
    with live_app.app_context(), closing(db.engine.raw_connection()) as held:
        connection = cast("psycopg.Connection[tuple[int]]", held.driver_connection)
        for _ in range(6):
            connection.execute("SELECT 41 + %s", [1])
        connection.rollback()
        connection.execute("SAVEPOINT here")
        connection.execute("ROLLBACK TO SAVEPOINT here")

        assert connection.execute(prepared).fetchone() == (1,)


def test_a_broken_rule_of_a_table_is_told_as_sqlalchemy_tells_it(make: Factory) -> None:
    staff = make.staff()
    row = {"login": staff.login, "name": "王", "password_hash": "!"}

    with pytest.raises(IntegrityError) as refused, db.session.begin_nested():
        execute(NEW, row)

    assert isinstance(refused.value.orig, psycopg.errors.UniqueViolation)
    assert execute(WHO, {"id": staff.id})


def test_a_connection_that_is_lost_is_away_and_not_used_again(live: Factory) -> None:
    staff = live.staff()
    live.commit()
    lost = select(func.pg_terminate_backend(func.pg_backend_pid()))

    with pytest.raises(OperationalError) as away:
        execute(lost, {})
    assert away.value.connection_invalidated
    assert is_away(away.value)

    db.session.rollback()
    assert execute(WHO, {"id": staff.id})
    assert db.session.execute(text("SELECT 1")).scalar() == 1
