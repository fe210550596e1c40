"""The database: one declarative base, one session, one way to open a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import psycopg
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from psycopg._preparing import PrepareManager
from psycopg.abc import RV, Buffer, PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import execute, fetch_many, send
from psycopg.pq.abc import PGresult
from sqlalchemy import (
    BigInteger,
    BindParameter,
    CheckConstraint,
    DateTime,
    Engine,
    Enum,
    Identity,
    MetaData,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from palace.money import Fen

ACTIVE, IDLE = psycopg.pq.TransactionStatus.ACTIVE, psycopg.pq.TransactionStatus.IDLE
COMMAND_OK, FATAL_ERROR = psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.FATAL_ERROR
Sent = tuple[bytes, Sequence[Any]]
BEGIN: Sent = (b"BEGIN", ())

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

ANSWER_LIMIT = 20.0  # seconds; PostgreSQL itself ends a statement after 15, unless it hangs
SIDE_LIMIT = 3.0  # of throttle and seat state: everybody waits for them
CONNECT_LIMIT = 5
# Planning the busiest statement takes four times its run: PostgreSQL keeps a plan until its figures change.
# And it starts no workers for one page: that takes 10 ms, and the cores are other people's.
PLANS = "-c plan_cache_mode=force_generic_plan -c max_parallel_workers_per_gather=0"

COMES_WITH_THE_TABLES = "comes with the tables"
"""Marks a table whose rows migrations bring in: who empties a palace leaves them."""

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


WORD = Enum(StrEnum, native_enum=False, length=20, values_callable=_values)


class Base(DeclarativeBase):
    """Declarative base of every table; whole numbers are BIGINT, instants carry their zone."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it
        int: BigInteger,
        Fen: BigInteger,
        str: Text,
        StrEnum: WORD,
        datetime: DateTime(timezone=True),
    }


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for statements that load no objects."""
    return Base.metadata.tables[model.__tablename__]


db = SQLAlchemy(
    metadata=Base.metadata,
    session_options={"expire_on_commit": False},
    engine_options={
        "hide_parameters": True,
        "pool_size": 4,
        "max_overflow": 4,
        "pool_timeout": 5,
        "pool_recycle": 3600,
    },
)


def tables_to_empty() -> list[str]:
    """Return the tables that a palace begins without a row in."""
    all_of_them = Base.metadata.sorted_tables
    return [table.name for table in all_of_them if not table.info.get(COMES_WITH_THE_TABLES)]


def one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """Return the CHECK that keeps a text column to the values of an enum."""
    return CheckConstraint(f"{column} IN ({quoted(values)})", name=column)


def quoted(values: Iterable[StrEnum]) -> str:
    """Return values of an enum as SQL lists them."""
    return ", ".join(f"'{value.value}'" for value in values)


def literally(value: StrEnum | Sequence[StrEnum]) -> BindParameter[Any]:
    """Return words written into a statement: only so does a kept plan find the index of some rows."""
    many = not isinstance(value, StrEnum)
    return bindparam(None, value, expanding=many, literal_execute=True)


class Kept(PrepareManager):
    """Prepared statements that outlive a rollback, as they do in PostgreSQL.

    psycopg forgets them there, in case tables were made anew. The application may make none, and
    every page that only reads, and every refusal, ends in a rollback.
    """

    def clear(self) -> bool:
        """Forget nothing."""
        return False


class Patient(psycopg.Connection[Any]):
    """A connection that gives PostgreSQL up when it does not answer: frozen, no timeout of its own fires."""

    limit = ANSWER_LIMIT

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._prepared = Kept()
        self._names: dict[bytes, bytes] = {}
        self._values = Transformer(self)

    def ask(self, questions: Sequence[Sent]) -> list[list[tuple[Any, ...]]]:
        """Run statements one after another in one round trip; return the rows of each.

        Each sees what those before it did; behind one that fails none is run. Where no transaction
        is open they begin one. They are prepared for good when first asked: only those of a known
        number belong here. psycopg's cursors take three times the CPU for it.

        Raises:
            psycopg.Error: the first that fails.
        """
        if self.pgconn.transaction_status == IDLE and not self.autocommit:
            questions = [BEGIN, *questions]
        told = [(sql, self._told(values)) for sql, values in questions]
        with self.lock:
            found = self.wait(self._asked(told))
        return [self._rows(result) for result in found[questions[0] is BEGIN :]]

    def _told(self, values: Sequence[Any]) -> Sequence[Buffer | None]:
        """Return values as PostgreSQL reads them; it knows of itself of what type each must be."""
        plain = [_array(value) if type(value) is list else value for value in values]
        return self._values.dump_sequence(plain, [PyFormat.TEXT] * len(plain))

    def _rows(self, result: PGresult) -> list[tuple[Any, ...]]:
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)

    def _asked(
        self, told: Sequence[tuple[bytes, Sequence[Buffer | None]]]
    ) -> PQGen[list[PGresult]]:
        if len(told) == 1 and told[0][0] in self._names:
            self.pgconn.send_query_prepared(self._names[told[0][0]], told[0][1])
            return _checked((yield from execute(self.pgconn)))
        try:
            return (yield from self._asked_together(told))
        except psycopg.Error as error:
            if error.sqlstate is None:  # not PostgreSQL's refusal: what is on the wire is not known
                self.pgconn.finish()
            raise

    def _asked_together(
        self, told: Sequence[tuple[bytes, Sequence[Buffer | None]]]
    ) -> PQGen[list[PGresult]]:
        new = dict.fromkeys(sql for sql, _ in told if sql not in self._names)
        made = {sql: b"palace_%d" % number for number, sql in enumerate(new, len(self._names))}
        names = self._names | made if made else self._names
        self.pgconn.enter_pipeline_mode()
        for sql in new:
            self.pgconn.send_prepare(names[sql], sql)
        for sql, values in told:
            self.pgconn.send_query_prepared(names[sql], values)
        self.pgconn.pipeline_sync()
        yield from send(self.pgconn)
        results: list[PGresult] = []
        for _ in range(len(new) + len(told)):
            results += yield from fetch_many(self.pgconn)
        yield from fetch_many(self.pgconn)  # the end of the pipeline
        self.pgconn.exit_pipeline_mode()
        for sql, result in zip(new, results, strict=False):
            if result.status == COMMAND_OK:
                self._names[sql] = names[sql]
        return _checked(results)[len(new) :]

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer, at most `limit` seconds; the connection is of no more use after that."""
        try:
            return super().wait(gen, interval, self.limit if timeout is None else timeout)
        except psycopg.OperationalError:
            if timeout is None and self.pgconn.transaction_status == ACTIVE:
                self.pgconn.finish()
            raise


def _checked(results: list[PGresult]) -> list[PGresult]:
    """Return what was answered; the first refusal is raised."""
    for result in results:
        if result.status == FATAL_ERROR:
            raise error_from_result(result)
    return results


def _array(values: list[Any]) -> str | list[Any]:
    """Return numbers, texts, days or instants as PostgreSQL writes arrays; psycopg takes long over each."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int}:
        parts = ["NULL" if value is None else str(value) for value in values]
    elif kinds == {str}:
        parts = ["NULL" if value is None else _quoted(value) for value in values]
    elif kinds in ({date}, {datetime}):
        parts = ["NULL" if value is None else value.isoformat() for value in values]
    else:
        return values
    return f"{{{','.join(parts)}}}"


def _quoted(word: str) -> str:
    escaped = word.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


class Impatient(Patient):
    """A connection for what everybody waits for."""

    limit = SIDE_LIMIT


def connect_by(engine: Engine, kind: type[Patient]) -> None:
    """Have an engine's connections be of a kind."""

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, words: list[Any], named: dict[str, Any]
    ) -> Patient:
        given: dict[str, Any] = {"connect_timeout": CONNECT_LIMIT, "options": PLANS} | named
        return kind.connect(*words, **given)


@contextmanager
def transaction() -> Iterator[None]:
    """Run a block as one database transaction: commit at its end, or roll back."""
    if db.session.info.get("open"):
        raise RuntimeError("transaction() inside transaction(): services never commit")
    db.session.info["open"] = True
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        db.session.info.pop("open", None)


def init_app(app: Flask) -> None:
    """Connect the application, and make the engine for what must not join its transactions."""
    db.init_app(app)
    with app.app_context():
        connect_by(db.engine, Patient)
    side = app.extensions["palace_side_engine"] = create_engine(
        app.config["SQLALCHEMY_DATABASE_URI"],
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        pool_size=3,
        max_overflow=0,
        pool_timeout=2,
    )
    connect_by(side, Impatient)


def side_engine() -> Engine:
    """Return the AUTOCOMMIT engine: throttle counts survive a rollback, seat state reads beside requests."""
    engine: Engine = current_app.extensions["palace_side_engine"]
    return engine
