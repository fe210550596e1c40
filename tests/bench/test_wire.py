"""Round trips counted between a driver and a real PostgreSQL."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bench.wire import Turns, Wire, counted
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


@pytest.fixture
def wire(cluster: Cluster) -> Iterator[tuple[Wire, Path]]:
    """Return a wire to the tests' PostgreSQL and the folder it listens in."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "wire"
        with counted(cluster.socket / ".s.PGSQL.5432", there) as wire:
            yield wire, there


def test_a_transaction_costs_begin_its_statements_and_commit(wire: tuple[Wire, Path]) -> None:
    counter, folder = wire
    with psycopg.connect(host=str(folder), user="palace_app", dbname="postgres") as connection:
        before = counter.trips
        connection.execute("SELECT 1")
        connection.execute("SELECT %s", [2])
        connection.commit()
        assert counter.trips - before == 4


def test_a_statement_in_autocommit_costs_one(wire: tuple[Wire, Path]) -> None:
    counter, folder = wire
    with psycopg.connect(
        host=str(folder), user="palace_app", dbname="postgres", autocommit=True
    ) as connection:
        before = counter.trips
        rows = connection.execute("SELECT generate_series(1, 20000)").fetchall()
        assert len(rows) == 20000
        assert counter.trips - before == 1


def test_a_refused_statement_is_a_round_trip_too(wire: tuple[Wire, Path]) -> None:
    counter, folder = wire
    with psycopg.connect(
        host=str(folder), user="palace_app", dbname="postgres", autocommit=True
    ) as connection:
        before = counter.trips
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT * FROM nothing_there")
        assert counter.trips - before == 1
