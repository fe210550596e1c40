"""Round trips counted between a driver and a real PostgreSQL."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from bench.wire import Turns, counted
from palace.postgres import Cluster


def message(kind: bytes, body: bytes = b"") -> bytes:
    """Return a message of PostgreSQL's protocol."""
    return kind + struct.pack(">I", 4 + len(body)) + body


READY = message(b"Z", b"I")
ROW = message(b"D", b"Z" * 300)


@pytest.mark.parametrize("size", [1, 2, 5, 7, 1000])
def test_answers_are_counted_wherever_the_stream_is_cut(size: int) -> None:
    stream = ROW + READY + message(b"C") + ROW + READY
    turns = Turns()
    assert sum(turns.feed(stream[at : at + size]) for at in range(0, len(stream), size)) == 2


def test_a_z_inside_a_row_is_no_answer() -> None:
    assert Turns().feed(ROW * 3) == 0


def test_an_answer_counts_once_it_is_whole() -> None:
    turns = Turns()
    assert turns.feed(READY[:-1]) == 0
    assert turns.feed(READY[-1:]) == 1


Costs = AbstractContextManager[psycopg.Connection]


@pytest.fixture
def costing(cluster: Cluster) -> Iterator[Callable[..., Costs]]:
    """Return what connects over a wire to the tests' PostgreSQL and checks the round trips of a block."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "wire"
        with counted(cluster.socket / ".s.PGSQL.5432", there) as wire:

            @contextmanager
            def over(trips: int, *, autocommit: bool) -> Iterator[psycopg.Connection]:
                with psycopg.connect(
                    host=str(there), user="palace_app", dbname="postgres", autocommit=autocommit
                ) as connection:
                    before = wire.trips
                    yield connection
                    assert wire.trips - before == trips

            yield over


def test_a_transaction_costs_begin_its_statements_and_commit(costing: Callable[..., Costs]) -> None:
    with costing(4, autocommit=False) as connection:
        connection.execute("SELECT 1")
        connection.execute("SELECT %s", [2])
        connection.commit()


def test_a_statement_in_autocommit_costs_one(costing: Callable[..., Costs]) -> None:
    with costing(1, autocommit=True) as connection:
        rows = connection.execute("SELECT generate_series(1, 20000)").fetchall()
        assert len(rows) == 20000


def test_a_refused_statement_is_a_round_trip_too(costing: Callable[..., Costs]) -> None:
    with costing(1, autocommit=True) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM nothing_there")
