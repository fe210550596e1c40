"""An export takes no more memory for many rows than for few: measured in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Text, column, table

from palace.config import ROOT
from palace.lists import queries
from palace.lists.queries import List
from palace.lists.rules import Kind
from palace.reports import writers
from tests.architecture.tables import unconnected_app

FEW, MANY = 2_000, 60_000
MOST_GROWN = 8  # MB; the rows alone are some 30
Row = namedtuple("Row", ["number", "words"])
THINGS = table("things", column("number", BigInteger), column("words", Text))


def rows(count: int) -> Iterator[Any]:
    """Yield rows as the database's cursor would."""
    return (Row(number, f"操作 {number} " + "x" * 200) for number in range(count))


def things() -> List:
    """Return a list with a number and some words."""
    of = THINGS.c
    number = queries.Column(name="number", heading="number", of=of.number, kind=Kind.NUMBER)
    words = queries.Column(name="words", heading="words", of=of.words)
    return List(
        endpoint="things",
        title="things",
        source=THINGS,
        key=of.number,
        columns=[number, words],
        order="number",
    )


def write(kind: str, count: int) -> None:
    """Write so many rows and print how many megabytes this process had at most."""
    with unconnected_app().test_request_context(), tempfile.TemporaryDirectory() as folder:
        if kind == "csv":
            for _ in writers.csv_pieces(things(), rows(count), lambda: None):
                pass
        else:
            writers.write_workbook(things(), rows(count), Path(folder) / "x.xlsx", lambda _: None)
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def megabytes(kind: str, count: int) -> int:
    """Return the most memory a process has that writes so many rows."""
    words = f"from tests.reports.test_memory import write; write({kind!r}, {count})"
    told = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(told.stdout)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_thirty_times_the_rows_take_the_same_memory(kind: str) -> None:
    assert megabytes(kind, MANY) - megabytes(kind, FEW) < MOST_GROWN
