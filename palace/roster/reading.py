"""The process that reads a roster nobody trusts: bounded memory and time, lines for COPY on its way out.

`python -m palace.roster.reading` reads a file on its standard input. What it found it says at the
end as one JSON object on standard error: the columns, or the code of the refusal.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from palace.roster import delimited, xlsx
from palace.roster.errors import (
    ColumnsMissing,
    NothingInside,
    RosterRefused,
    TooLarge,
    TooMuchWork,
)
from palace.roster.headings import Column
from palace.roster.rules import NOTHING, Line, columns_of, read_line

MEMORY = 270 << 20
SECONDS, GRACE = 900, 5  # of CPU; where both limits were one, the kernel kills without a word
MOST_LINES = 3_000_000
ZIP = b"PK\x03\x04"
TOGETHER = 500
HEADER_WITHIN = 5


def main() -> None:
    """Read standard input to its end, or until a limit."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + GRACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        columns = write(sys.stdin.buffer, sys.stdout.buffer)
        found: dict[str, object] = {"columns": [column.value for column in columns]}
    except RosterRefused as refusal:
        found = {"refusal": refusal.code}
    except MemoryError:
        found = {"refusal": TooMuchWork.code}
    sys.stderr.write(json.dumps(found))


def write(file: BinaryIO, to: BinaryIO) -> dict[Column, int]:
    """Write every line of a roster as COPY takes it; return its columns.

    Raises:
        RosterRefused: it is no roster.
    """
    rows = _rows(file)
    columns, begin = _header(rows)
    pending: list[str] = []
    count = 0
    for number, cells in enumerate(rows, begin):
        if not any(cells):
            continue
        count += 1
        if count > MOST_LINES:
            raise TooLarge
        pending.append(_copied(number, read_line(cells, columns)))
        if len(pending) == TOGETHER:
            to.write("".join(pending).encode())
            pending.clear()
    to.write("".join(pending).encode())
    to.flush()
    if not count:
        raise NothingInside
    return columns


def _rows(file: BinaryIO) -> Iterator[list[str]]:
    head = file.read(len(ZIP))
    file.seek(0)
    return xlsx.rows(file) if head == ZIP else delimited.rows(file)


def _header(rows: Iterable[list[str]]) -> tuple[dict[Column, int], int]:
    """Return the columns and the number of the line after them; a title may stand above."""
    for number, cells in enumerate(rows, 1):
        columns = columns_of(cells)
        if Column.NAME in columns and Column.CARD in columns:
            return columns, number + 1
        if number == HEADER_WITHIN:
            break
    else:
        raise NothingInside
    raise ColumnsMissing


def _copied(number: int, line: Line) -> str:
    cells = (
        line.unit,
        line.card,
        line.name,
        line.phone,
        line.valid_until,
        line.status,
        line.left_on,
        line.reason,
    )
    told = [cell.replace("\\", "\\\\") if cell else NOTHING for cell in cells]
    return f"{number}\t" + "\t".join(told) + "\n"


if __name__ == "__main__":
    main()
