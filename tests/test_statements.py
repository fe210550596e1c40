"""Statements made once: rows, types and errors are what callers of SQLAlchemy know."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import Any, cast

import psycopg
import pytest
from flask import Flask
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.types import TypeEngine

from palace.db import Patient, db, table_of
from palace.lifecycle import is_away
from palace.members.models import Post, Staff
from palace.members.rules import Role
from palace.statements import as_loaded, execute, execute_all
from tests.factory import Factory

STAFF = table_of(Staff)
POSTS = table_of(Post)
WHO = (
    select(POSTS.c.role, STAFF.c.name)
    .join(STAFF, STAFF.c.id == POSTS.c.staff_id)
    .where(STAFF.c.id == bindparam("id"))
)
NAME = select(STAFF.c.name).where(STAFF.c.id == bindparam("id"))
RENAME = update(STAFF).where(STAFF.c.id == bindparam("of")).values(name=bindparam("to"))
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


def test_a_row_becomes_the_object_that_the_session_has(make: Factory) -> None:
    staff = make.staff()
    row = execute(select(STAFF).where(STAFF.c.id == bindparam("id")), {"id": staff.id})[0]
    staff.name = "李四"

    assert as_loaded(Staff, row) is staff
    assert staff.name == row.name
    assert not db.session.is_modified(staff)


def test_a_row_becomes_an_object_that_can_be_changed(make: Factory) -> None:
    staff = make.staff(Role.DOOR)
    row = execute(select(STAFF).where(STAFF.c.id == bindparam("id")), {"id": staff.id})[0]
    db.session.expunge_all()

    found = as_loaded(Staff, row)
    found.name = "李四"
    db.session.flush()

    assert execute(WHO, {"id": staff.id})[0].name == "李四"


def test_inside_a_savepoint_a_statement_ends_with_it(make: Factory) -> None:
    staff = make.staff(Role.DOOR)

    assert execute(WHO, {"id": staff.id})
    with suppress(ZeroDivisionError), db.session.begin_nested():
        execute(RENAME, {"of": staff.id, "to": "李四"})
        raise ZeroDivisionError

    assert execute(WHO, {"id": staff.id})[0].name == staff.name


def test_a_value_that_python_makes_up_for_each_row_must_be_given(make: Factory) -> None:
    column = Column("drawn", BigInteger, default=lambda: 4)
    dice = insert(Table("dice", MetaData(), column, Column("thrown", BigInteger)))

    with pytest.raises(ValueError, match=r"dice\.drawn"):
        execute(dice, {"thrown": 1})


def test_a_value_that_is_missing_is_never_taken_for_nothing(make: Factory) -> None:
    staff = make.staff()

    with pytest.raises(ValueError, match="id"):
        execute(WHO, {"misspelt": staff.id})


def test_statements_asked_together_see_each_other_and_take_one_round_trip(
    make: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, waits, wait = make.staff(), [], Patient.wait

    def counted(*given: Any) -> object:
        waits.append(given)
        return wait(*given)

    monkeypatch.setattr(Patient, "wait", counted)

    before, nothing, after = execute_all(
        (NAME, {"id": staff.id}), (RENAME, {"of": staff.id, "to": "李四"}), (NAME, {"id": staff.id})
    )

    assert (before[0].name, nothing, after[0].name) == (staff.name, [], "李四")
    assert len(waits) == 1


def test_behind_a_statement_that_fails_none_is_run(make: Factory) -> None:
    staff = make.staff()
    row = {"login": staff.login, "name": "王", "password_hash": "!"}

    with pytest.raises(IntegrityError), db.session.begin_nested():
        execute_all(
            (RENAME, {"of": staff.id, "to": "李四"}),
            (NEW, row),
            (RENAME, {"of": staff.id, "to": "王五"}),
        )

    assert execute(NAME, {"id": staff.id})[0].name == staff.name


def test_a_statement_that_could_not_be_prepared_is_prepared_when_asked_again(make: Factory) -> None:
    for _ in range(2):
        with pytest.raises(ProgrammingError), db.session.begin_nested():
            execute(select(func.no_such_function()), {})

    assert execute(select(func.lower("PREPARED AFTER")), {})[0][0] == "prepared after"


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Text, ["a", 'say "yes"', "back\\slash", "{a,b}", "", "NULL", "两 行\n", None]),
        (BigInteger, [1, -(2**62), None]),
        (BigInteger, [None, None]),
        (Text, []),
        (Boolean, [True, None, False]),
    ],
)
def test_lists_arrive_as_they_are(
    make: Factory, kind: type[TypeEngine[Any]], values: list[Any]
) -> None:
    make.staff()
    assert execute(select(bindparam("these", type_=ARRAY(kind))), {"these": values}) == [(values,)]


@pytest.mark.parametrize("value", ["a\0b", ["a\0b"]])
def test_a_text_that_postgresql_cannot_hold_is_refused_and_never_cut(
    make: Factory, value: object
) -> None:
    make.staff()
    kind = ARRAY(Text) if isinstance(value, list) else Text()

    with pytest.raises(DataError):
        execute(select(bindparam("this", type_=kind)), {"this": value})


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


def test_nothing_that_is_asked_goes_nowhere(make: Factory) -> None:
    """As of a series of rooms of which no date is taken yet."""
    assert execute_all() == []
