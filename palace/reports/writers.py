"""A list as a file: CSV that a spreadsheet opens in Chinese, and a workbook written in little memory."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from flask_babel import gettext

from palace.clock import SHANGHAI
from palace.lists.queries import Column, List
from palace.lists.rules import Kind, as_text
from palace.lists.services import said
from palace.money import FEN_PER_YUAN

BOM = "\ufeff"
ROWS_PER_PIECE = 500
ROWS_PER_SHEET = 1_048_575  # below the heading
LONGEST_CELL = 32_767  # characters; a workbook with more is called damaged
WIDTHS = {Kind.INSTANT: 20, Kind.DAY: 12, Kind.NUMBER: 10, Kind.FEN: 10, Kind.YES_NO: 8}
BAD_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def exported(of: List) -> list[Column]:
    """Return the columns an export has."""
    return [column for column in of.columns if column.exported]


def csv_pieces(of: List, rows: Iterable[Any], seen: Callable[[], None]) -> Iterator[bytes]:
    """Yield a CSV in UTF-8 with its mark, some hundred rows at a time; `seen` is called for each row."""
    columns = exported(of)
    text = io.StringIO()
    writer = csv.writer(text)
    text.write(BOM)
    writer.writerow([as_text(gettext(column.heading)) for column in columns])
    for number, row in enumerate(rows, 1):
        writer.writerow([_csv_cell(column, row) for column in columns])
        seen()
        if number % ROWS_PER_PIECE == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return piece


def _csv_cell(column: Column, row: Any) -> object:
    value = _number_of(column, row)
    return value if value is not None else as_text(str(said(column, row, in_file=True)))


def _number_of(column: Column, row: Any) -> int | float | None:
    """Return what a spreadsheet counts with, or None: the cell is text. Fen are told in yuan."""
    value = None if column.say else getattr(row, column.name)
    if value is None or column.kind not in {Kind.NUMBER, Kind.FEN}:
        return None
    return value / FEN_PER_YUAN if column.kind is Kind.FEN else int(value)


def write_workbook(
    of: List, rows: Iterable[Any], path: Path, progress: Callable[[int], None]
) -> int:
    """Write a workbook to a file only we may read; return the number of rows.

    Rows go to the disk one by one, and every text as text: nothing in a cell is computed.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": str(path.parent)})
        number = _fill(book, of, rows, progress)
        book.close()
    new.rename(path)
    return number


def _fill(book: Any, of: List, rows: Iterable[Any], progress: Callable[[int], None]) -> int:
    columns, number, sheet = exported(of), 0, _Sheet(book, of)
    for number, row in enumerate(rows, 1):
        if sheet.row == ROWS_PER_SHEET:
            sheet = _Sheet(book, of)
        sheet.add(columns, row)
        if number % (ROWS_PER_PIECE * 10) == 0:
            progress(number)
    return number


class _Sheet:
    """One sheet with its heading; a workbook has as many as its rows need."""

    def __init__(self, book: Any, of: List) -> None:
        self.row, number = 0, len(book.worksheets()) + 1
        title = gettext(of.title).translate(BAD_IN_TITLES)[:25]
        self._sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
        self._instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        bold = book.add_format({"bold": True})
        for place, column in enumerate(exported(of)):
            self._sheet.set_column(place, place, WIDTHS.get(column.kind, 24))
            self._sheet.write_string(0, place, gettext(column.heading), bold)
        self._sheet.freeze_panes(1, 0)

    def add(self, columns: list[Column], row: Any) -> None:
        """Write a row below the last one."""
        self.row += 1
        for place, column in enumerate(columns):
            self._write(place, column, row)

    def _write(self, place: int, column: Column, row: Any) -> None:
        number = _number_of(column, row)
        value = None if column.say else getattr(row, column.name)
        if number is not None and math.isfinite(number) and abs(number) < 10**15:
            self._sheet.write_number(self.row, place, number)
        elif isinstance(value, datetime):
            here = value.astimezone(SHANGHAI).replace(tzinfo=None)
            self._sheet.write_datetime(self.row, place, here, self._instant)
        elif column.kind is Kind.DAY and value is not None:
            self._sheet.write_datetime(self.row, place, value, self._day)
        else:
            self._sheet.write_string(
                self.row, place, str(said(column, row, in_file=True))[:LONGEST_CELL]
            )
