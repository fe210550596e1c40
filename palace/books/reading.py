"""Tables that come from outside: numbers of issued invoices, and what a provider says moved."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from palace.books.errors import TableMissing, TableUnclear, TableUnreadable
from palace.books.rules import MOST_LINES, Line, read_amount, read_day
from palace.clock import SHANGHAI
from palace.forms import UNTYPABLE
from palace.payments.backends.base import Moved
from palace.roster import delimited, xlsx
from palace.roster.errors import RosterRefused

LARGEST = 4 << 20
UNPACKED = 64 << 20
YEARS = range(1970, 9999)
"""Years whose days every clock can tell, in whatever zone."""
ZIP = b"PK\x03\x04"
NUMBERS: Mapping[str, frozenset[str]] = {
    "request": frozenset({"申请单号", "单号", "流水号", "单据号", "订单号", "request"}),
    "invoice": frozenset({"发票号码", "发票号", "数电发票号码", "全电发票号码", "number"}),
    "day": frozenset({"开票日期", "开票时间", "日期", "date", "issued"}),
}
MOVED: Mapping[str, frozenset[str]] = {
    "reference": frozenset({"流水号", "交易号", "reference", "source_id", "payment_intent_id"}),
    "amount": frozenset({"金额", "amount", "gross"}),
    "fee": frozenset({"手续费", "fee"}),
    "moved_at": frozenset({"时间", "交易时间", "created", "created_utc", "moved_at"}),
}

Table = Sequence[Sequence[str]]


def table(file: BinaryIO | None, pasted: str) -> Table:
    """Return the lines of a CSV, a workbook, or of what was pasted.

    Raises:
        TableMissing, TableUnreadable.
    """
    if file is None and not pasted.strip():
        raise TableMissing
    source = file or io.BytesIO(pasted.encode())
    head = source.read(len(ZIP))
    source.seek(0)
    try:
        rows = xlsx.rows(source, UNPACKED) if head == ZIP else delimited.rows(source)
        return _counted(rows)
    except RosterRefused:
        raise TableUnreadable(most=MOST_LINES) from None


def as_pasted(lines: Table) -> str:
    """Return a table as text that can be sent again."""
    to = io.StringIO()
    csv.writer(to).writerows(lines)
    return to.getvalue()


def _counted(rows: Iterable[list[str]]) -> Table:
    found = []
    for row in rows:
        found.append([cell.strip() for cell in row])
        if len(found) > MOST_LINES + 1 or any(UNTYPABLE.search(cell) for cell in row):
            raise TableUnreadable(most=MOST_LINES)
    return found


def numbers(lines: Table, request_heading: str) -> list[Line]:
    """Return which request got which number; its column may be called as in our own file.

    Raises:
        TableUnclear: the first line does not name request, number and day.
    """
    names = {**NUMBERS, "request": NUMBERS["request"] | {_plain(request_heading)}}
    places = _places(lines, names, needed=("request", "invoice", "day"))
    return [
        Line(
            number,
            _cell(row, places, "request").lstrip("'"),
            _cell(row, places, "invoice").lstrip("'"),
            read_day(_cell(row, places, "day")),
        )
        for number, row in enumerate(lines[1:], 2)
        if any(row)
    ]


def moved(lines: Table) -> tuple[list[Moved], list[int]]:
    """Return what a provider says moved, and the lines nobody can read.

    Raises:
        TableUnclear: the first line does not name reference, amount and time.
    """
    places = _places(lines, MOVED, needed=("reference", "amount", "moved_at"))
    in_utc = "utc" in _plain(lines[0][places["moved_at"]])
    good, wrong = [], []
    for number, row in enumerate(lines[1:], 2):
        if not any(row):
            continue
        reference, amount = (
            _cell(row, places, "reference"),
            read_amount(_cell(row, places, "amount")),
        )
        fee = read_amount(_cell(row, places, "fee") or "0")
        at = _instant(_cell(row, places, "moved_at"), in_utc=in_utc)
        if not reference or not amount or fee is None or at is None:
            wrong.append(number)
        else:
            good.append(Moved(reference, amount, fee, at))
    return good, wrong


def _instant(typed: str, *, in_utc: bool) -> datetime | None:
    """Return an instant: the palace's time, unless its column says otherwise."""
    try:
        read = datetime.fromisoformat(typed.replace("/", "-"))
    except ValueError:
        return None
    if read.year not in YEARS:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC if in_utc else SHANGHAI)


def _places(
    lines: Table, names: Mapping[str, frozenset[str]], *, needed: Sequence[str]
) -> dict[str, int]:
    heads = [_plain(cell) for cell in lines[0]] if lines else []
    found = {
        name: place
        for name, known in names.items()
        for place, head in reversed(list(enumerate(heads)))
        if head in known
    }
    missing = [sorted(names[name], key=str.isascii)[0] for name in needed if name not in found]
    if missing:
        raise TableUnclear(columns=missing)
    return found


def _plain(cell: str) -> str:
    return "".join(cell.lower().split()).split("(")[0].split("（")[0]


def _cell(row: Sequence[str], places: Mapping[str, int], name: str) -> str:
    place = places.get(name, len(row))
    return row[place] if place < len(row) else ""
