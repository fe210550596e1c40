"""Reads the first sheet of an XLSX in a stream: memory holds one row, and where each text stands.

Libraries keep the whole table of texts, and some the whole sheet, in memory (decision 24 has the
figures). Here the texts go to a file without a name, and eight bytes for each stay.
"""

from __future__ import annotations

import lzma
import os
import posixpath
import re
import tempfile
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from typing import IO, BinaryIO
from xml.parsers import expat

from palace.roster.errors import TooLarge, Unreadable

BLOCK = 1 << 16
MOST_UNPACKED = 3 << 30
MOST_PARTS = 5000
MOST_TEXTS = 16_000_000
LONGEST_TEXT = 1 << 15
MOST_CELLS = 500
PLACE = re.compile(r"([A-Z]{1,3})[0-9]*")
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"


def rows(file: BinaryIO, most: int | None = None) -> Iterator[list[str]]:
    """Yield the rows of the first sheet; numbers and days come as the digits that stand there.

    Args:
        most: bytes it may have unpacked; by default as many as a roster of a million.

    Raises:
        TooLarge: unpacked it is larger than any roster, by what it declares or by what comes out.
        Unreadable: it is no workbook, is encrypted, or defines entities.
    """
    most = most or MOST_UNPACKED
    try:
        with zipfile.ZipFile(file) as book, tempfile.TemporaryFile() as store:
            _check(book, most)
            texts = Texts(store)
            if TEXTS in book.namelist():
                for _ in _parsed(book, TEXTS, texts, most):
                    pass
            sheet = Sheet(texts)
            yield from _parsed(book, _first_sheet(book), sheet, most)
    except (zipfile.BadZipFile, zlib.error, KeyError, expat.ExpatError, RuntimeError, EOFError):
        raise Unreadable from None
    except (NotImplementedError, ValueError, lzma.LZMAError):
        raise Unreadable from None
    except OSError as error:
        if error.errno is not None:  # the machine's own; bz2 says so of what is damaged
            raise
        raise Unreadable from None


def _check(book: zipfile.ZipFile, most: int) -> None:
    parts = book.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most:
        raise TooLarge


def _first_sheet(book: zipfile.ZipFile) -> str:
    """Return the first sheet's name in the archive."""
    names = set(book.namelist())
    if SHEET in names:
        return SHEET
    sheets = sorted(name for name in names if name.startswith("xl/worksheets/sheet"))
    return posixpath.normpath(sheets[0]) if sheets else SHEET


class Reader:
    """What listens to a part of the workbook; `take` gives the rows that are whole by now."""

    def start(self, tag: str, given: dict[str, str], /) -> None:
        """Hear an element begin."""

    def end(self, tag: str) -> None:
        """Hear an element end."""

    def text(self, letters: str) -> None:
        """Hear text."""

    def take(self) -> list[list[str]]:
        """Return what is whole, once."""
        return []


def _parsed(book: zipfile.ZipFile, name: str, reader: Reader, most: int) -> Iterator[list[str]]:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    unpacked = 0
    with book.open(name) as part:
        while block := part.read(BLOCK):
            unpacked += len(block)
            if unpacked > most:
                raise TooLarge
            parser.Parse(block, False)
            yield from reader.take()
    parser.Parse(b"", True)
    yield from reader.take()


def _refuse_doctype(*_: object) -> None:
    """Refuse what declares its own type: no workbook does, and entities unpack without an end."""
    raise Unreadable


def _local(tag: str) -> str:
    return tag.rpartition(":")[2] if ":" in tag else tag


class Texts(Reader):
    """The table of shared texts, in a file; phonetic readings (rPh) are no part of a text."""

    def __init__(self, store: IO[bytes]) -> None:
        self._store = store
        self._ends = array("Q", [0])
        self._parts: list[str] = []
        self._length = 0
        self._hears = self._reading = False
        self._pending: list[bytes] = []
        self._end = 0

    def start(self, tag: str, _given: dict[str, str], /) -> None:
        """Hear an element begin."""
        name = _local(tag)
        if name == "t":
            self._hears = not self._reading
        elif name == "si":
            self._parts, self._length = [], 0
            if len(self._ends) > MOST_TEXTS:
                raise TooLarge
        elif name == "rPh":
            self._reading = True

    def end(self, tag: str) -> None:
        """Hear an element end."""
        name = _local(tag)
        if name == "t":
            self._hears = False
        elif name == "rPh":
            self._reading = False
        elif name == "si":
            text = "".join(self._parts).encode("utf-8", "replace")
            self._end += len(text)
            self._ends.append(self._end)
            self._pending.append(text)

    def text(self, letters: str) -> None:
        """Hear text; what is longer than any cell is cut, the line is refused later."""
        if self._hears and self._length < LONGEST_TEXT:
            self._parts.append(letters)
            self._length += len(letters)

    def take(self) -> list[list[str]]:
        """Put what came into the file."""
        self._store.writelines(self._pending)
        self._store.flush()
        self._pending.clear()
        return []

    def at(self, number: int) -> str:
        """Return a text.

        Raises:
            Unreadable: there are not so many.
        """
        if not 0 <= number < len(self._ends) - 1:
            raise Unreadable
        begin, end = self._ends[number], self._ends[number + 1]
        return os.pread(self._store.fileno(), end - begin, begin).decode()


class Sheet(Reader):
    """The rows of a sheet."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._rows: list[list[str]] = []
        self._row: list[str] = []
        self._parts: list[str] = []
        self._length = 0
        self._kind = ""
        self._hears = False
        self._place = 0

    def start(self, tag: str, given: dict[str, str], /) -> None:
        """Hear an element begin."""
        name = _local(tag)
        if name in {"v", "t"}:
            self._hears = True
        elif name == "c":
            self._kind, self._parts, self._length = given.get("t", "n"), [], 0
            self._place = _place(given.get("r", ""), len(self._row))
        elif name == "row":
            self._row = []

    def end(self, tag: str) -> None:
        """Hear an element end."""
        name = _local(tag)
        if name in {"v", "t"}:
            self._hears = False
        elif name == "c":
            self._put("".join(self._parts))
        elif name == "row":
            self._rows.append(self._row)

    def text(self, letters: str) -> None:
        """Hear text."""
        if self._hears and self._length < LONGEST_TEXT:
            self._parts.append(letters)
            self._length += len(letters)

    def _put(self, text: str) -> None:
        if text and self._place < MOST_CELLS:
            self._row += [""] * (self._place - len(self._row))
            self._row.append(self._texts.at(int(text)) if self._kind == "s" else text)

    def take(self) -> list[list[str]]:
        """Return the rows that are whole, once."""
        whole, self._rows = self._rows, []
        return whole


def _place(named: str, following: int) -> int:
    """Return which cell of its row a cell is, from its name (C7) or by the one before."""
    found = PLACE.match(named)
    if not found:
        return following
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1
