"""Statements that are made once and asked thousands of times: past SQLAlchemy, in its transaction.

SQLAlchemy writes the SQL, once, and keeps connection, transaction and errors; what it does around
each question costs more than the question (decision 0014).
"""

from __future__ import annotations

import functools
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import psycopg
from sqlalchemy import Column, ColumnElement, Connection, Select, UpdateBase
from sqlalchemy.dialects import registry
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from palace.db import Base, Patient, db

Statement = Select[*tuple[Any, ...]] | UpdateBase
Question = tuple[Statement, Mapping[str, Any]]
"""A statement with its values, to be asked together with others."""
Model = TypeVar("Model", bound=Base)
DIALECT = cast("Dialect", registry.load("postgresql.psycopg")(paramstyle="numeric_dollar"))
MOST_KEPT = (
    256  # more than there are: who makes statements at every request does not fill the memory
)


@dataclass(frozen=True, eq=False)
class Made:
    """A statement as PostgreSQL reads it, how its values are put in order, what its rows are called."""

    sql: bytes
    values: Sequence[tuple[str, Any, Callable[[Any], Any] | None]]
    row: Callable[[tuple[Any, ...]], Any] | None

    def ordered(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of the SQL, those the statement brings itself among them."""
        return [
            told(given.get(name, own)) if told else given.get(name, own)
            for name, own, told in self.values
        ]


def execute(statement: Statement, values: Mapping[str, Any]) -> list[Any]:
    """Run a statement that was made once in the session's transaction; return its rows, named tuples."""
    return execute_all((statement, values))[0]


def execute_all(*asked: Question) -> list[list[Any]]:
    """Run such statements one after another, each seeing what those before it did, in one round trip.

    Behind one that fails none is run. The rows come in the order of the statements; where nothing is
    to be asked nothing goes out.
    """
    if not asked:
        return []
    unit = db.session()
    unit.flush()  # as SQLAlchemy would: a statement sees what its transaction has done
    connection, driver = _connection(unit)
    made = [_made(statement, tuple(values)) for statement, values in asked]
    questions = [
        (one.sql, one.ordered(values)) for one, (_, values) in zip(made, asked, strict=True)
    ]
    try:
        found = driver.ask(questions)
    except psycopg.Error as error:
        # The one place that knows what a lost connection means to its pool; raises what callers know.
        told = b"; ".join(one.sql for one in made).decode()
        connection._handle_dbapi_exception(error, told, None, None, None)
        raise
    return [
        list(map(one.row, rows)) if one.row else [] for one, rows in zip(made, found, strict=True)
    ]


def as_loaded(kind: type[Model], row: Any) -> Model:
    """Return what the ORM would have made of a whole row of a table, read anew, without its work.

    A joined relationship is read when it is asked for.
    """
    values = row._asdict()
    known = db.session.identity_map.get(identity_key(kind, values["id"]))
    if known is None:
        known = kind(**values)
        make_transient_to_detached(known)
        db.session.add(known)
    else:
        for name, value in values.items():
            set_committed_value(known, name, value)
    return known


def _connection(unit: Session) -> tuple[Connection, Patient]:
    """Return the connection of a session's transaction or savepoint, asked for once in each of them."""
    inside = unit.get_nested_transaction() or unit.get_transaction()
    begun, connection, driver = unit.info.get("connection", (None, None, None))
    if inside is None or begun is not inside:
        connection = unit.connection()
        driver = connection.connection.dbapi_connection
        begun = unit.get_nested_transaction() or unit.get_transaction()
        unit.info["connection"] = (begun, connection, driver)
    return cast("Connection", connection), cast("Patient", driver)


def _row(columns: Sequence[tuple[Any, ColumnElement[Any]]]) -> Callable[[Any], Any] | None:
    """Return what makes a row of PostgreSQL's values; None where no rows come back."""
    if not columns:
        return None
    names = [name for name, _ in columns]
    kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # named only now
    read = {
        place: reader
        for place, (_, column) in enumerate(columns)
        if (reader := column.type.dialect_impl(DIALECT).result_processor(DIALECT, None))
    }

    def row(values: Sequence[Any]) -> Any:
        told = list(values)
        for place, reader in read.items():
            told[place] = reader(told[place])
        return kind._make(told)

    return row if read else cast("Callable[[Any], Any]", kind._make)


def _default(column: Column[Any]) -> object:
    default = column.default
    if not isinstance(default, ScalarElementColumnDefault):
        raise ValueError(f"{column} is made up anew for each row: give its value")
    return default.arg


@functools.lru_cache(maxsize=MOST_KEPT)
def _made(statement: Statement, names: tuple[str, ...]) -> Made:
    written = statement.compile(dialect=DIALECT, column_keys=list(names))
    missing = [
        name
        for name in written.positiontup or ()
        if written.binds[name].required and name not in names
    ]
    if missing:
        raise ValueError(f"a statement lacks its values: {', '.join(missing)}")
    own = {
        **written.params,
        **{column.name: _default(column) for column in written.insert_prefetch},
    }
    return Made(
        sql=written.string.encode(),
        values=[
            (
                name,
                own[name],
                written.binds[name].type.dialect_impl(DIALECT).bind_processor(DIALECT),
            )
            for name in written.positiontup or ()
        ],
        row=_row(statement.exported_columns.items()),
    )
