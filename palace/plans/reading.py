"""A file somebody made elsewhere becomes a seatplan/1 document, or a list of what is wrong in which line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from palace.plans import foreign, placing
from palace.plans.errors import PlanFileTooLarge, PlanFileUnreadable, PlanRowsWrong
from palace.plans.headings import (
    KIND_OF,
    NO,
    SHAPES,
    USUAL_LABEL,
    USUAL_NAME,
    USUAL_SECTION,
    YES,
    Column,
    Line,
    Names,
    cell,
    columns_of,
    heading,
    plain,
)
from palace.plans.placing import Placed
from palace.plans.rules import DEFAULT_ENTRANCE, MOST_TOLD, Part, Problem, Wrong
from palace.roster import delimited, xlsx
from palace.roster.errors import RosterRefused, TooLarge
from palace.venues import seatplan
from palace.venues.rules import SeatType
from palace.venues.seatplan import CODE, FORMAT, MOST_SEATS

LARGEST = 8 << 20
UNPACKED = 64 << 20
MOST_LINES = MOST_SEATS + 1000
HEADER_WITHIN = 5
ZIP = b"PK\x03\x04"
LONGEST = {Column.ROW: 6, Column.SEAT: 6, Column.NAME_ZH: 80, Column.NAME_EN: 80}
LONGEST_CELL = 500
WHOLE = re.compile(r"-?[0-9]+(\.0+)?")
NUMBERS = {Column.X, Column.Y, Column.ANGLE, Column.POSITION}


def read_file(file: BinaryIO, base: Part | None = None) -> Part:
    """Return the document of a CSV, an XLSX or a JSON (ours, or pretix's).

    Args:
        base: a plan of the same hall: what a sheet leaves out (names, shapes) is as it is there.

    Raises:
        PlanFileUnreadable, PlanFileTooLarge: it is no such file.
        PlanRowsWrong: lines of a sheet are wrong, told one by one.
        PlanUnreadable, PlanCodeUnknown, PlanSeatRepeated, PlanMiscounted: a JSON is no plan.
    """
    head = file.read(64)
    file.seek(0)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return _json(file.read(LARGEST + 1))
    try:
        rows = xlsx.rows(file, UNPACKED) if head.startswith(ZIP) else delimited.rows(file)
        document = Sheet(base or {}).read(rows)
    except TooLarge:
        raise PlanFileTooLarge from None
    except RosterRefused:
        raise PlanFileUnreadable from None
    seatplan.read(document)
    return document


def _json(text: bytes) -> Part:
    if len(text) > LARGEST:
        raise PlanFileTooLarge
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise PlanFileUnreadable from None
    if foreign.is_pretix(document):
        document = foreign.from_pretix(document)
    read = seatplan.read(document)
    return seatplan.document_of(read.code, read.drawing, placing.as_seats(read.seats))


class Sheet:
    """The lines of a sheet while they are read."""

    def __init__(self, base: Part) -> None:
        self.base, self.problems, self.seats = base, list[Problem](), list[Placed]()
        self.sections = Names("S", base.get("sections", []))
        self.zones = Names("Z", base.get("categories", []))
        self.entrances = Names("E", base.get("entrances", []))
        self.shapes: list[Part] = []
        self.plan: Part = {}
        self.columns: dict[Column, int] = {}

    def read(self, rows: Iterator[list[str]]) -> Part:
        """Return the document.

        Raises:
            PlanRowsWrong: with every line that is wrong.
        """
        begin = self._header(rows)
        for number, cells in enumerate(rows, begin):
            if number > MOST_LINES:
                self._wrong(0, Wrong.MANY)
                break
            if any(cells):
                self._line(number, [cell(text) for text in cells])
        if not self.seats and not self.problems:
            self._wrong(0, Wrong.EMPTY)
        self._check()
        if self.problems:
            told = sorted(self.problems, key=_line)[:MOST_TOLD]
            raise PlanRowsWrong(told, len(self.problems))
        return self._document()

    def _header(self, rows: Iterator[list[str]]) -> int:
        for number, cells in enumerate(rows, 1):
            self.columns = columns_of(cells)
            if Column.ROW in self.columns and Column.SEAT in self.columns:
                return number + 1
            if number == HEADER_WITHIN:
                break
        self._wrong(1, Wrong.HEADINGS)
        raise PlanRowsWrong(self.problems, 1)

    def _wrong(self, line: int, wrong: Wrong, value: str = "") -> None:
        self.problems.append(Problem(line, wrong, value[:40]))

    def _line(self, number: int, cells: list[str]) -> None:
        told = {
            column: cells[place] if place < len(cells) else ""
            for column, place in self.columns.items()
        }
        for column, text in told.items():
            if len(text) > LONGEST.get(column, LONGEST_CELL) or not text.isprintable():
                self._wrong(number, Wrong.TEXT, text)
                return
        kind = KIND_OF.get(plain(told.get(Column.TYPE, "")) or SeatType.SEAT)
        if kind is None:
            self._wrong(number, Wrong.TYPE, told[Column.TYPE])
        elif isinstance(kind, SeatType):
            self._seat(number, told, kind)
        else:
            self._other(number, told, Line(kind))

    def _seat(self, number: int, told: dict[Column, str], kind: SeatType) -> None:
        for column in (Column.ROW, Column.SEAT):
            if not told[column]:
                self._wrong(number, Wrong.MISSING, heading(column, "zh"))
                return
        if Column.ENTRANCE in told and not told[Column.ENTRANCE]:
            self._wrong(number, Wrong.ENTRANCE)
        limits = told.get(Column.RESTRICTED, "").lower()
        if limits not in YES | NO:
            self._wrong(number, Wrong.YES_NO, limits)
        code = told.get(Column.ID, "")
        if code and not CODE.fullmatch(code):
            self._wrong(number, Wrong.CODE, code)
        figures = {column: self._figure(number, told, column) for column in NUMBERS}
        self.seats.append(
            Placed(
                line=number,
                code=code,
                section=self.sections.code_of(told.get(Column.SECTION) or self._first_section()),
                row=_whole(told[Column.ROW]),
                number=_whole(told[Column.SEAT]),
                block=_whole(told.get(Column.BLOCK, "")),
                position=figures[Column.POSITION],
                x=figures[Column.X],
                y=figures[Column.Y],
                angle=figures[Column.ANGLE],
                zone=self.zones.code_of(told.get(Column.ZONE) or "A"),
                type=kind,
                restricted=limits in YES,
                entrance=self._entrance(told),
                label={"zh": told.get(Column.NAME_ZH, ""), "en": told.get(Column.NAME_EN, "")},
            )
        )

    def _first_section(self) -> str:
        return next(iter(self.sections.parts), USUAL_SECTION)

    def _figure(self, number: int, told: dict[Column, str], column: Column) -> float | None:
        text = told.get(column, "")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not abs(value) <= seatplan.FARTHEST:
            self._wrong(number, Wrong.NUMBER, text)
            return None
        return value

    def _entrance(self, told: dict[Column, str]) -> str:
        if not told.get(Column.ENTRANCE):
            self.entrances.parts.setdefault("1", DEFAULT_ENTRANCE)
            return "1"
        code = self.entrances.code_of(told[Column.ENTRANCE])
        zh, en = told.get(Column.DOOR_ZH, ""), told.get(Column.DOOR_EN, "")
        if zh or en:
            self.entrances.define(code, zh, en)
        return code

    def _other(self, number: int, told: dict[Column, str], kind: Line) -> None:
        """Take a line that tells of the plan, of a part of it, or draws a shape."""
        code = told.get(Column.ID, "")
        names = {"zh": told.get(Column.NAME_ZH, ""), "en": told.get(Column.NAME_EN, "")}
        outline = told.get(Column.OUTLINE, "")
        spot = [self._figure(number, told, column) for column in (Column.X, Column.Y)]
        if kind in {Line.PLAN, Line.SECTION, Line.ZONE, Line.ENTRANCE} and not CODE.fullmatch(code):
            self._wrong(number, Wrong.CODE, code)
        elif kind is Line.PLAN:
            self.plan |= {"id": code, "name": names}
            self.plan |= {"numbering": outline} if outline else {}
            self.plan |= {"focus": spot} if None not in spot else {}
        elif kind is Line.LABEL:
            self.plan["label"] = names
        elif kind in SHAPES:
            self._shape(number, kind, names, (outline, spot))
        else:
            parts = {Line.SECTION: self.sections, Line.ZONE: self.zones}.get(kind, self.entrances)
            parts.define(code, names["zh"], names["en"], outline)

    def _shape(
        self, number: int, kind: Line, names: Part, drawn: tuple[str, list[float | None]]
    ) -> None:
        outline, spot = drawn
        shape: Part = {"kind": kind.value, "name": names}
        shape |= {"label": spot} if None not in spot else {}
        if outline:
            found = placing.outline_of(outline)
            if found is None:
                self._wrong(number, Wrong.OUTLINE, outline)
                return
            shape |= found
        self.shapes.append(shape)

    def _check(self) -> None:
        """Look at the seats together: what stands twice, and what only some of them say."""
        for column in ("x", "y", "angle", "position"):
            said = [seat for seat in self.seats if getattr(seat, column) is not None]
            if said and len(said) < len(self.seats):
                for seat in self.seats:
                    if getattr(seat, column) is None:
                        self._wrong(seat.line, Wrong.PARTLY, column)
        placing.give_codes(self.seats)
        names: set[object] = set()
        codes: set[object] = set()
        for seat in self.seats:
            if seat.name in names or seat.code in codes:
                self._wrong(seat.line, Wrong.REPEATED, seat.said)
            names.add(seat.name)
            codes.add(seat.code)

    def _document(self) -> Part:
        placing.place(self.seats, list(self.sections.parts))
        base = self.base
        shapes = self.shapes or base.get("shapes") or [placing.stage_before(self.seats)]
        usual: Part = {
            "id": base.get("id", "plan"),
            "name": base.get("name", USUAL_NAME),
            "numbering": base.get("numbering", "as-given"),
            "label": base.get("label", USUAL_LABEL),
        }
        if "focus" in base:
            usual["focus"] = base["focus"]
        return {
            "format": FORMAT,
            **usual,
            **self.plan,
            "capacity": len(self.seats),
            "sections": list(self.sections.parts.values()),
            "categories": list(self.zones.parts.values()),
            "entrances": list(self.entrances.parts.values()),
            "shapes": shapes,
            "seats": [seat.part for seat in self.seats],
        }


def _line(problem: Problem) -> int:
    return problem.line


def _whole(text: str) -> str:
    """Return a number that a spreadsheet wrote with a point as people write it."""
    return text.partition(".")[0] if WHOLE.fullmatch(text) else text
