"""A batch of invoices as the file the finance tool reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from enum import StrEnum

import xlsxwriter

from palace.lists.rules import as_text

BOM = "\ufeff"
Lines = Sequence[Sequence[str]]


class FileKind(StrEnum):
    """What a batch leaves the house as."""

    CSV = "csv"
    XLSX = "xlsx"


def as_csv(lines: Lines) -> bytes:
    """Return a CSV in UTF-8 with its mark; a text that looks like a formula sleeps behind an apostrophe."""
    to = io.StringIO()
    csv.writer(to).writerows([as_text(cell) for cell in line] for line in lines)
    return (BOM + to.getvalue()).encode()


def as_xlsx(lines: Lines) -> bytes:
    """Return a workbook; every text is text, so that tax numbers keep their digits."""
    to = io.BytesIO()
    book = xlsxwriter.Workbook(to, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, line in enumerate(lines):
        for across, cell in enumerate(line):
            sheet.write_string(place, across, cell)
    sheet.freeze_panes(1, 0)
    book.close()
    return to.getvalue()


WRITE = {FileKind.CSV: as_csv, FileKind.XLSX: as_xlsx}
