"""Reads a CSV a block at a time: its encoding is tried out, a line without an end is refused."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from typing import BinaryIO

from palace.roster.errors import Unreadable, WrongEncoding

BLOCK = 1 << 16
LONGEST_LINE = 1 << 15
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def rows(file: BinaryIO) -> Iterator[list[str]]:
    """Yield the rows of a CSV with commas, semicolons or tabs.

    Raises:
        Unreadable: a line never ends, or a quote does not.
        WrongEncoding: it is neither UTF-8, UTF-16 nor GB18030.
    """
    lines = _lines(file, encoding_of(file))
    first = next(lines, "")
    csv.field_size_limit(LONGEST_LINE)
    try:
        yield from csv.reader(_again(first, lines), delimiter=_delimiter(first))
    except csv.Error:
        raise Unreadable from None


def encoding_of(file: BinaryIO) -> str:
    """Return the encoding the whole file can be read in; the file stands at its begin again.

    Raises:
        WrongEncoding: there is none.
    """
    head = file.read(BLOCK)
    file.seek(0)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    candidates = ["utf-8", "gb18030"]
    if 0 in head:  # only UTF-16 has them: before a comma or behind it
        big = head[0::2].count(0) > head[1::2].count(0)
        candidates.insert(0, "utf-16-be" if big else "utf-16-le")
    for name in candidates:
        if _can_read(file, name):
            return name
    raise WrongEncoding


def _can_read(file: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield lines with their ends; memory holds one block and one line."""
    decoder = codecs.getincrementaldecoder(encoding)()
    rest = ""
    while block := file.read(BLOCK):
        try:
            whole = (rest + decoder.decode(block)).splitlines(keepends=True)
        except UnicodeDecodeError:
            raise WrongEncoding from None
        rest = whole.pop() if whole else ""
        yield from whole
        if len(rest) > LONGEST_LINE:
            raise Unreadable
    if rest:
        yield rest


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _delimiter(header: str) -> str:
    """Return what divides the cells of the header most often."""
    return max(",;\t", key=header.count)
