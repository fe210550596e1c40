"""The seatplan/1 format: a document read, checked and turned into a drawing and seats in plan order.

Centimetres; x to the audience's right, y away from the stage, whose edge is at y = 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from palace.venues.errors import PlanCodeUnknown, PlanMiscounted, PlanSeatRepeated, PlanUnreadable
from palace.venues.rules import PlanSeat, SeatType

FORMAT = "seatplan/1"
MOST_SEATS = 20_000
MOST_PARTS = 50
FARTHEST = 100_000
PATH = re.compile(r"[MLHVCSQTAZmlhvcsqtaz0-9 .,-]{1,500}")
CODE = re.compile(r"[A-Za-z0-9-]{1,20}")
KINDS = frozenset({"stage", "pit", "desk", "rail", "text", "wall", "door"})
COLOURS = "ABCDEFGH"
"""Colours of zones: four that colour-blind people tell apart, and the same four with a pattern."""
WHOLE = "seatplan"

Part = dict[str, Any]
Value = TypeVar("Value")


@dataclass(frozen=True)
class ReadPlan:
    """A checked plan: its code, what the map draws besides seats, and the seats' columns in plan order."""

    code: str
    drawing: dict[str, Any]
    seats: list[dict[str, Any]]


def read(document: Part) -> ReadPlan:
    """Check a seatplan/1 document and return it ready to be stored.

    Raises:
        PlanUnreadable, PlanCodeUnknown, PlanSeatRepeated, PlanMiscounted: with what is wrong where.
    """
    if _field(document, "format", str) != FORMAT:
        raise PlanUnreadable(where=WHOLE, field="format")
    sections, zones, entrances = (
        _coded(document, field) for field in ("sections", "categories", "entrances")
    )
    seats = _seats(document, {"section": sections, "category": zones, "entrance": entrances})
    focus = _focus(document, seats)
    label = _names(document, "label", 80)
    told = [
        {name: value for name, value in seat.items() if name != "label"}
        | _told(seat, label, sections, entrances)
        | {"ordinal": ordinal, "score": _distance(seat, focus)}
        for ordinal, seat in enumerate(seats)
    ]
    drawing = {
        "name": _names(document),
        "label": label,
        "numbering": _text(document, "numbering", 40),
        "sections": list(sections.values()),
        "zones": list(zones.values()),
        "entrances": list(entrances.values()),
        "shapes": [_shape(part) for part in _list(document, "shapes", MOST_PARTS, least=0)],
        "focus": focus,
    }
    return ReadPlan(_code(document, "id"), drawing, told)


def _seats(document: Part, codes: dict[str, dict[str, Part]]) -> list[dict[str, Any]]:
    """Return the seats' own columns in plan order: section, row, position."""
    parts = _list(document, "seats", MOST_SEATS)
    capacity = _whole(document, "capacity", WHOLE)
    if capacity != len(parts):
        raise PlanMiscounted(capacity=capacity, seats=len(parts))
    seats = [_seat(part, codes) for part in parts]
    _check_unique(seats)
    sections = list(codes["section"])
    return sorted(
        seats,
        key=lambda seat: (
            sections.index(seat["section"]),
            _row_order(seat["row"]),
            seat["position"],
        ),
    )


def _field(part: Part, field: str, kind: type[Value], where: str = WHOLE) -> Value:
    value = part.get(field)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise PlanUnreadable(where=where, field=field)
    return value


def _text(part: Part, field: str, longest: int, where: str = WHOLE) -> str:
    value = _field(part, field, str, where)
    if not 0 < len(value) <= longest or not value.isprintable():
        raise PlanUnreadable(where=where, field=field)
    return value


def _code(part: Part, field: str) -> str:
    value = _text(part, field, 20)
    if not CODE.fullmatch(value):
        raise PlanUnreadable(where=WHOLE, field=field)
    return value


def _number(part: Part, field: str, where: str) -> float:
    value = part.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= FARTHEST:
        raise PlanUnreadable(where=where, field=field)
    return float(value)


def _whole(part: Part, field: str, where: str) -> int:
    value = _field(part, field, int, where)
    if not 0 <= value <= MOST_SEATS:
        raise PlanUnreadable(where=where, field=field)
    return value


def _list(part: Part, field: str, most: int, least: int = 1) -> list[Part]:
    values: list[Part] = _field(part, field, list)
    if not least <= len(values) <= most or not all(isinstance(value, dict) for value in values):
        raise PlanUnreadable(where=WHOLE, field=field)
    return values


def _names(part: Part, field: str = "name", longest: int = 40) -> dict[str, str]:
    names = _field(part, field, dict)
    return {language: _text(names, language, longest) for language in ("zh", "en")}


def _coded(document: Part, field: str) -> dict[str, Part]:
    """Return the parts of a list by their code, in the plan's order."""
    by_code: dict[str, Part] = {}
    for part in _list(document, field, MOST_PARTS):
        code = _code(part, "code")
        if code in by_code:
            raise PlanUnreadable(where=WHOLE, field=field)
        by_code[code] = {"code": code, "name": _names(part)}
        if "colour" in part:
            by_code[code]["colour"] = _colour(part)
    return by_code


def _colour(part: Part) -> str:
    colour = _text(part, "colour", 1)
    if colour not in COLOURS:
        raise PlanUnreadable(where=WHOLE, field="colour")
    return colour


def _shape(part: Part) -> Part:
    """Return a shape with the fields its kind of outline needs: a path, a rectangle, an arc, or none."""
    shape: Part = {"kind": _text(part, "kind", 20), "name": _names(part)}
    if shape["kind"] not in KINDS:
        raise PlanCodeUnknown(seat=shape["name"]["zh"], field="kind", value=shape["kind"])
    if "d" in part:
        shape["d"] = _field(part, "d", str)
        if not PATH.fullmatch(shape["d"]):
            raise PlanUnreadable(where=shape["name"]["zh"], field="d")
    for field, count in (("rect", 4), ("arc", 2), ("label", 2)):
        if field in part:
            shape[field] = _numbers(part, field, count)
    if "cy" in part:
        shape["cy"] = _number(part, "cy", shape["name"]["zh"])
    return shape


def _numbers(part: Part, field: str, count: int) -> list[float]:
    values = _field(part, field, list)
    if len(values) != count:
        raise PlanUnreadable(where=WHOLE, field=field)
    return [_number({field: value}, field, WHOLE) for value in values]


def _seat(part: Part, codes: dict[str, dict[str, Part]]) -> dict[str, Any]:
    """Return the columns of a seat that stand in the document."""
    code = _code(part, "id")
    for field, known in codes.items():
        if _field(part, field, str, code) not in known:
            raise PlanCodeUnknown(seat=code, field=field, value=part[field][:20])
    if _field(part, "type", str, code) not in list(SeatType):
        raise PlanCodeUnknown(seat=code, field="type", value=part["type"][:20])
    return {
        "code": code,
        "section": part["section"],
        "row": _text(part, "row", 6, code),
        "number": _text(part, "number", 6, code),
        "block": _whole(part, "block", code),
        "position": _whole(part, "pos", code),
        "x": _number(part, "x", code),
        "y": _number(part, "y", code),
        "angle": _number(part, "angle", code),
        "zone": part["category"],
        "type": SeatType(part["type"]),
        "restricted": _field(part, "restricted", bool, code),
        "entrance": part["entrance"],
        "label": _names(part, "label", 60) if "label" in part else {},
    }


def _check_unique(seats: Iterable[dict[str, Any]]) -> None:
    """Refuse two seats with one id, or with one section, row and number, or at one position."""
    for fields in (("code",), ("section", "row", "number"), ("section", "row", "position")):
        named = sorted((tuple(seat[field] for field in fields), seat["code"]) for seat in seats)
        for (first, _), (second, code) in pairwise(named):
            if first == second:
                raise PlanSeatRepeated(seat=code)


def _row_order(row: str) -> tuple[int, str]:
    """Return the key that sorts rows as people count them: 2 before 10, letters after."""
    return (int(row), row) if row.isascii() and row.isdigit() else (MOST_SEATS, row)


def _focus(document: Part, seats: list[dict[str, Any]]) -> list[float]:
    """Return the best spot: the plan's own, else the middle line at a third of the first section's depth."""
    if "focus" in document:
        return _numbers(document, "focus", 2)
    depths = [seat["y"] for seat in seats if seat["section"] == seats[0]["section"]]
    return [0.0, round(min(depths) + (max(depths) - min(depths)) / 3, 1)]


def _distance(seat: Part, focus: list[float]) -> int:
    return round(math.hypot(seat["x"] - focus[0], seat["y"] - focus[1]))


def _told(
    seat: Part,
    label: dict[str, str],
    sections: dict[str, Part],
    entrances: dict[str, Part],
) -> dict[str, str]:
    """Return how the seat and its door are said in both languages."""
    said = {}
    for language in ("zh", "en"):
        section = sections[seat["section"]]["name"][language]
        own = seat["label"].get(language)
        said[f"label_{language}"] = own or label_of(label[language], section, seat)
        said[f"door_{language}"] = entrances[seat["entrance"]]["name"][language]
    return said


def label_of(words: str, section: str, seat: Part) -> str:
    """Return what a seat is called by the words of its plan."""
    named = words.replace("{section}", section).replace("{row}", seat["row"])
    return named.replace("{number}", seat["number"])


def document_of(code: str, drawing: Part, seats: Sequence[PlanSeat]) -> Part:
    """Return the document a stored plan is read from again, seat for seat."""
    names = {one["code"]: one["name"] for one in drawing["sections"]}
    return {
        "format": FORMAT,
        "id": code,
        "name": drawing["name"],
        "numbering": drawing["numbering"],
        "capacity": len(seats),
        "label": drawing["label"],
        "sections": drawing["sections"],
        "categories": drawing["zones"],
        "entrances": drawing["entrances"],
        "shapes": drawing["shapes"],
        "focus": drawing["focus"],
        "seats": [_written(seat, drawing["label"], names[seat.section]) for seat in seats],
    }


def _written(seat: PlanSeat, label: dict[str, str], section: dict[str, str]) -> Part:
    part: Part = {
        "id": seat.code,
        "section": seat.section,
        "row": seat.row,
        "number": seat.number,
        "x": seat.x,
        "y": seat.y,
        "angle": seat.angle,
        "block": seat.block,
        "pos": seat.position,
        "category": seat.zone,
        "type": seat.type.value,
        "restricted": seat.restricted,
        "entrance": seat.entrance,
    }
    own = {"zh": seat.label_zh, "en": seat.label_en}
    usual = {language: label_of(label[language], section[language], part) for language in own}
    return part if own == usual else part | {"label": own}
