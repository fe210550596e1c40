"""Where seats stand when a sheet says it only in part: codes, positions, neighbours, angles, a grid."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from palace.venues.rules import PlanSeat, SeatType

APART = 150
"""Centimetres from which two seats of a block are no neighbours: something stands between them."""

SEAT_EVERY, ROW_EVERY, AISLE, FRONT, BETWEEN = 55, 95, 110, 200, 250
STAGE_DEPTH, STAGE_GAP, LEAST_STAGE = 380, 180, 600
ASCII = re.compile(r"[A-Za-z0-9]{1,6}")
LONGEST_BLOCK, QUARTER = 4, 90
WIDTHS = {"rect": 4, "arc": 3}


@dataclass
class Placed:
    """A seat of a sheet; what is None was not said."""

    line: int
    code: str
    section: str
    row: str
    number: str
    block: str
    position: float | None
    x: float | None
    y: float | None
    angle: float | None
    zone: str
    type: SeatType
    restricted: bool
    entrance: str
    label: dict[str, str] = field(default_factory=dict)
    place: int = 0

    @property
    def name(self) -> tuple[str, str, str]:
        """Return what no other seat of the plan is called."""
        return self.section, self.row, self.number

    @property
    def said(self) -> str:
        """Return how a line is told about."""
        return f"{self.section} {self.row}-{self.number}"

    @property
    def part(self) -> dict[str, Any]:
        """Return the seat of a document."""
        part: dict[str, Any] = {
            "id": self.code,
            "section": self.section,
            "row": self.row,
            "number": self.number,
            "x": round(self.x or 0, 1),
            "y": round(self.y or 0, 1),
            "angle": round(self.angle or 0, 1),
            "block": int(self.block),
            "pos": self.place,
            "category": self.zone,
            "type": self.type.value,
            "restricted": self.restricted,
            "entrance": self.entrance,
        }
        own = {language: words for language, words in self.label.items() if words}
        if own:
            part["label"] = {"zh": own.get("zh") or own["en"], "en": own.get("en") or own["zh"]}
        return part


def give_codes(seats: Iterable[Placed]) -> None:
    """Give a code to each seat without one, the same for the same section, row and number every time."""
    rows: dict[tuple[str, str], str] = {}
    for seat in seats:
        if seat.code:
            continue
        row = rows.setdefault((seat.section, seat.row), _short(seat.row, f"R{len(rows) + 1}"))
        seat.code = f"{seat.section[:8]}-{row}-{_short(seat.number, f'L{seat.line}')}"


def _short(word: str, otherwise: str) -> str:
    if not ASCII.fullmatch(word):
        return otherwise
    return word.zfill(2) if word.isdigit() else word


def place(seats: list[Placed], sections: Sequence[str]) -> None:
    """Give every seat a block, a spot, a position and an angle; what the sheet says stays."""
    _number_blocks(seats)
    if any(seat.x is None or seat.y is None for seat in seats):
        _on_a_grid(seats, sections)
    for row in rows_of(seats):
        _in_a_row(row)


def rows_of(seats: Iterable[Placed]) -> list[list[Placed]]:
    """Return the seats row by row, rows in the order of the sheet."""
    rows: dict[tuple[str, str], list[Placed]] = {}
    for seat in seats:
        rows.setdefault((seat.section, seat.row), []).append(seat)
    return list(rows.values())


def _number_blocks(seats: Iterable[Placed]) -> None:
    named: dict[str, dict[str, int]] = {}
    for seat in seats:
        blocks = named.setdefault(seat.section, {})
        if not seat.block:
            seat.block = "0"
        elif not seat.block.isdecimal() or len(seat.block) > LONGEST_BLOCK:
            seat.block = str(blocks.setdefault(seat.block, len(blocks)))


def _on_a_grid(seats: list[Placed], sections: Sequence[str]) -> None:
    """Put seats nobody measured into straight rows, in the order of the sheet, with aisles between blocks."""
    depth = float(FRONT)
    order = {section: place for place, section in enumerate(sections)}
    rows = sorted(rows_of(seats), key=lambda row: order[row[0].section])
    for _section, those in groupby(rows, key=lambda row: row[0].section):
        for row in those:
            across = [0.0]
            for before, seat in pairwise(row):
                across.append(across[-1] + (SEAT_EVERY if before.block == seat.block else AISLE))
            for seat, x in zip(row, across, strict=True):
                seat.x, seat.y, seat.angle = x - across[-1] / 2, depth, 0.0
            depth += ROW_EVERY
        depth += BETWEEN


def _in_a_row(row: list[Placed]) -> None:
    """Count positions along the row; who stands apart, or in another block, is no neighbour."""
    if any(seat.position is None for seat in row):
        deep = max(seat.y or 0 for seat in row) - min(seat.y or 0 for seat in row)
        wide = max(seat.x or 0 for seat in row) - min(seat.x or 0 for seat in row)
        along = sorted(row, key=lambda seat: (seat.x if wide >= deep else seat.y) or 0)
        position = 0
        for before, seat in pairwise([along[0], *along]):
            position += 0 if before is seat else 1 if _apart(before, seat) <= APART else 2
            seat.place = position
    else:
        for seat in row:
            seat.place = int(seat.position or 0)
        along = sorted(row, key=lambda seat: seat.place)
    for place, seat in enumerate(along):
        if seat.angle is None:
            seat.angle = _angle(along[max(place - 1, 0)], along[min(place + 1, len(along) - 1)])


def _apart(one: Placed, other: Placed) -> float:
    return math.hypot((one.x or 0) - (other.x or 0), (one.y or 0) - (other.y or 0))


def _angle(left: Placed, right: Placed) -> float:
    """Return how a seat between two others is turned, in degrees from -90 to 90."""
    across, deep = (right.x or 0) - (left.x or 0), (right.y or 0) - (left.y or 0)
    if not across and not deep:
        return 0.0
    if abs(across) < 1:
        return 90.0 if (left.x or 0) < 0 else -90.0
    turned = math.degrees(math.atan2(deep, across))
    half = 2 * QUARTER
    return turned - half if turned > QUARTER else turned + half if turned < -QUARTER else turned


def stage_before(seats: Sequence[Placed]) -> dict[str, Any]:
    """Return a plain stage in front of the seats, for a sheet that draws none."""
    left, right = min(seat.x or 0 for seat in seats), max(seat.x or 0 for seat in seats)
    front = min(seat.y or 0 for seat in seats) - STAGE_GAP
    width = max(LEAST_STAGE, (right - left) * 0.7)
    middle = (left + right) / 2
    corner = [round(middle - width / 2), round(front - STAGE_DEPTH)]
    return {
        "kind": "stage",
        "name": {"zh": "舞台", "en": "Stage"},
        "rect": [*corner, round(width), STAGE_DEPTH],
        "label": [round(middle), round(front - STAGE_DEPTH / 2)],
    }


def outline_of(words: str) -> dict[str, Any] | None:
    """Return the outline of a shape as its document has it, or None where the words are no outline."""
    kind, _, rest = words.partition(" ")
    if kind == "path":
        return {"d": rest}
    try:
        figures = [float(word) for word in rest.split()]
    except ValueError:
        return None
    if len(figures) != WIDTHS.get(kind):
        return None
    if kind == "rect":
        return {"rect": figures}
    return {"arc": figures[:2], "cy": figures[2]}


def outline_words(shape: dict[str, Any]) -> str:
    """Return an outline as a sheet has it."""
    if "d" in shape:
        return f"path {shape['d']}"
    if "rect" in shape:
        return " ".join(["rect", *map(repr, shape["rect"])])
    if "arc" in shape:
        return " ".join(["arc", *map(repr, [*shape["arc"], shape["cy"]])])
    return ""


def as_seats(rows: Iterable[dict[str, Any]]) -> list[PlanSeat]:
    """Return the seats of a plan that was read and is not stored yet."""
    return [PlanSeat(id=0, **row) for row in rows]
