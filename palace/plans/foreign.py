"""pretix's seating plans (seating-plan.schema.json): zones of rows of seats, in pixels, made into ours."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from palace.plans import placing
from palace.plans.placing import Placed
from palace.plans.rules import DEFAULT_ENTRANCE, Part
from palace.venues.errors import PlanUnreadable
from palace.venues.rules import SeatType
from palace.venues.seatplan import COLOURS, FORMAT, MOST_PARTS, MOST_SEATS

SEAT_EVERY = 55.0
FRONT = 200.0
WHERE = "pretix"


def is_pretix(document: object) -> bool:
    """Return whether a JSON document is one of pretix's."""
    return isinstance(document, dict) and "zones" in document and "format" not in document


def from_pretix(document: Part) -> Part:
    """Return pretix's plan as a seatplan/1 document; pixels become centimetres by how far seats stand apart.

    Raises:
        PlanUnreadable: it is not what its schema says.
    """
    try:
        return _translated(document)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
        raise PlanUnreadable(where=WHERE, field="zones") from None


def _translated(document: Part) -> Part:
    sections = {
        f"S{number}": str(zone.get("name") or f"Zone {number}")[:40]
        for number, zone in enumerate(document["zones"][:MOST_PARTS], 1)
    }
    zones = {
        str(one["name"]): COLOURS[place % len(COLOURS)]
        for place, one in enumerate(document.get("categories", [])[:MOST_PARTS])
    }
    codes = {name: f"Z{number}" for number, name in enumerate(zones, 1)}
    seats = list(_seats(document, codes))
    if not 0 < len(seats) <= MOST_SEATS:
        raise PlanUnreadable(where=WHERE, field="seats")
    _scale(seats)
    placing.give_codes(seats)
    placing.place(seats, list(sections))
    used = {seat.zone for seat in seats}
    name = str(document.get("name") or "pretix")[:40]
    return {
        "format": FORMAT,
        "id": re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:20] or "pretix",
        "name": {"zh": name, "en": name},
        "numbering": "as-given",
        "capacity": len(seats),
        "label": {"zh": "{section}{row}排{number}座", "en": "{section} row {row} seat {number}"},
        "sections": [
            {"code": code, "name": {"zh": said, "en": said}}
            for code, said in sections.items()
            if any(seat.section == code for seat in seats)
        ],
        "categories": [
            {"code": code, "name": {"zh": said[:40], "en": said[:40]}, "colour": zones[said]}
            for said, code in codes.items()
            if code in used
        ],
        "entrances": [DEFAULT_ENTRANCE],
        "shapes": [placing.stage_before(seats)],
        "seats": [seat.part for seat in seats],
    }


def _seats(document: Part, codes: dict[str, str]) -> Iterator[Placed]:
    """Yield the seats: a place is the sum of the zone's, the row's and the seat's own."""
    line = 0
    for number, zone in enumerate(document["zones"][:MOST_PARTS], 1):
        for place, row in enumerate(zone["rows"], 1):
            for seat in row["seats"]:
                line += 1
                if line > MOST_SEATS:
                    return
                spots = [part.get("position") or {} for part in (zone, row, seat)]
                yield Placed(
                    line=line,
                    code="",
                    section=f"S{number}",
                    row=str(row.get("row_number") or place)[:6],
                    number=str(seat["seat_number"])[:6],
                    block="",
                    position=None,
                    x=sum(float(spot.get("x", 0)) for spot in spots),
                    y=sum(float(spot.get("y", 0)) for spot in spots),
                    angle=None,
                    zone=codes[str(seat["category"])],
                    type=SeatType.SEAT,
                    restricted=False,
                    entrance=DEFAULT_ENTRANCE["code"],
                )


def _scale(seats: list[Placed]) -> None:
    """Turn pixels into centimetres with the middle at x = 0 and the first row some steps behind the stage."""
    apart = [
        _between(one, other)
        for row in placing.rows_of(seats)
        for one, other in pairwise(row)
        if _between(one, other) > 0
    ]
    scale = SEAT_EVERY / median(apart) if apart else 1.0
    across = [seat.x or 0 for seat in seats]
    middle, front = (min(across) + max(across)) / 2, min(seat.y or 0 for seat in seats)
    for seat in seats:
        seat.x = ((seat.x or 0) - middle) * scale
        seat.y = ((seat.y or 0) - front) * scale + FRONT


def _between(one: Placed, other: Placed) -> float:
    return math.hypot((one.x or 0) - (other.x or 0), (one.y or 0) - (other.y or 0))
