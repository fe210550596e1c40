"""The seat map as an SVG fragment: one per plan version and language, the same for everybody."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask_babel import gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from palace.venues.models import Seat, SeatingPlan
from palace.venues.rules import PlanSeat, SeatType
from palace.venues.seatplan import COLOURS
from palace.words import named

DEPTH = 0.78
"""Rows are drawn this much closer than they stand, so that a deep house fits a phone."""

SIZE = 50
MARGIN = 110
STEEP = 60
PLAIN = frozenset("ABCD")
"""Zones whose code is a colour: the stylesheet knows them without being told."""

RAISED = {"text": 24, "pit": 15}
"""Names stand this much higher than the drawing puts them, clear of the rows and of each other."""

TURN = 3
"""Seats turn in steps of so many degrees: nobody sees it, and the page is a tenth lighter."""

WHEELCHAIR = (
    '<symbol id="wheelchair" viewBox="-12 -12 24 24"><circle cx="-1" cy="-9" r="2.4"/>'
    '<path d="M-1-5V2H5L8 8M-1-2H4M-4-1A6 6 0 1 0 4 6" fill="none" stroke-width="2.2"/></symbol>'
)


def plan_svg(plan: SeatingPlan, seats: Sequence[PlanSeat], language: str) -> Markup:
    """Return the map of a plan; seatmap.js paints the states over it.

    The seats stand in plan order, so the n-th checkbox is seat n of seats.bin.

    Args:
        plan: its drawing holds shapes, sections and zones with both names, in centimetres.
        seats: all of them, by ordinal.
        language: "zh" or "en", the language in force; names the seats.
    """
    return _fragment(_Drawn(plan, seats, language))


def drawn_svg(drawing: dict[str, Any], seats: Sequence[PlanSeat], language: str) -> Markup:
    """Return the map of a plan that may still change, drawn anew each time."""
    return _svg(drawing, seats, language)


@functools.lru_cache(maxsize=4)
def map_words(language: str, *, keeping: bool = False) -> Markup:  # noqa: ARG001 - the language in force, which the words are in
    """Return what seatmap.js says, as JSON for an attribute in single quotes.

    `keeping`: seats are chosen to be kept, not bought: their number is told, no price.
    """
    words = {
        "chosen": gettext("已选 {seat}"),
        "left": gettext("不选 {seat} 了"),
        "taken": gettext("{seat} 已被选"),
        "kept": gettext("{seat} 不开放"),
        "access": gettext("{seat} 为坐轮椅的人保留。需要的话，请在“我的”里打开“我坐轮椅”。"),
        "gone": gettext("{seat} 刚被别人选走，请另选。"),
        "limit": gettext("最多选{count}张。要换座位，先点掉一个。"),
        "none": gettext("这一场您的票已经订满了。"),
        "away": gettext("网络断了，座位图可能不是最新的。"),
        "free": gettext("免费"),
        "yuan": gettext("{yuan}元"),
        "total": gettext("合计 {money}"),
        "mixed": gettext("合计 {money}（{count}张免费）"),
        "drop": gettext("不选 {seat}"),
    }
    if keeping:
        words |= {"total": gettext("已选{count}个"), "access": words["kept"]}
    return htmlsafe_json_dumps(words)


class _Drawn:
    """What the cached fragment is made from; equal when plan, version and language are."""

    def __init__(self, plan: SeatingPlan, seats: Sequence[PlanSeat], language: str) -> None:
        self.key = (plan.id, plan.code, plan.version, language)
        self.drawing, self.seats, self.language = plan.drawing, seats, language

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Drawn) and self.key == other.key


@functools.lru_cache(maxsize=64)
def _fragment(drawn: _Drawn) -> Markup:
    svg = _svg(drawn.drawing, drawn.seats, drawn.language)
    drawn.seats = ()
    return svg


def _svg(drawing: dict[str, Any], seats: Sequence[PlanSeat], language: str) -> Markup:
    shapes = drawing.get("shapes", [])
    rows = groupby(seats, key=lambda seat: (seat.section, seat.row))
    colours = colours_of(drawing.get("zones", []))
    sections = {
        section["code"]: section["name"][language] for section in drawing.get("sections", [])
    }
    name = escape(gettext("座位图"))
    parts = [
        f'<svg class="plan" viewBox="{_view_box(seats, shapes)}" role="group" '
        f'aria-label="{name}">{WHEELCHAIR}',
        *(_shape(shape, language) for shape in shapes),
        *(
            _row(sections.get(section, section), row, list(those), colours)
            for (section, row), those in rows
        ),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - every text in it went through escape()


def colours_of(zones: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the colour of each zone that has not simply that of its code."""
    colours = {
        zone["code"]: zone.get("colour") or COLOURS[place % len(COLOURS)]
        for place, zone in enumerate(zones)
        if "colour" in zone or zone["code"] not in PLAIN
    }
    return {code: colour for code, colour in colours.items() if colour != code}


def _view_box(seats: Iterable[PlanSeat], shapes: Iterable[dict[str, Any]]) -> str:
    labels = [shape["label"] for shape in shapes if shape.get("kind") == "stage"]
    across = [seat.x for seat in seats]
    deep = [seat.y * DEPTH for seat in seats] + [(label[1] - 240) * DEPTH for label in labels]
    left, top = min(across) - MARGIN, min(deep) - 10
    width, height = max(across) + MARGIN - left, max(deep) + 60 - top
    return f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}"


def _shape(shape: dict[str, Any], language: str) -> str:
    """Return a piece of the house: stage, pit, desk, balcony rail, or only its name."""
    kind = escape(shape["kind"])
    squeezed = f'class="house-{kind}" transform="scale(1 {DEPTH})"'
    drawn = ""
    if "d" in shape:
        drawn = f'<path {squeezed} d="{escape(shape["d"])}"/>'
    elif "rect" in shape:
        x, y, width, height = (float(value) for value in shape["rect"])
        drawn = f'<rect {squeezed} x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"/>'
    elif "arc" in shape:
        drawn = f'<path {squeezed} d="{_arc(shape["arc"][0], shape["arc"][1], shape["cy"])}"/>'
    if "label" in shape:
        x, y = (float(value) for value in shape["label"])
        y = y * DEPTH - RAISED.get(shape["kind"], 0)
        drawn += f'<text class="name-{kind}" x="{x:g}" y="{y:.0f}">{escape(shape["name"][language])}</text>'
    return drawn


def _arc(radius: float, half_angle: float, centre: float) -> str:
    across, deep = radius * math.sin(half_angle), radius * math.cos(half_angle) + centre
    return f"M{-across:.0f} {deep:.0f}A{radius:.0f} {radius:.0f} 0 0 0 {across:.0f} {deep:.0f}"


def _row(section: str, row: str, seats: list[PlanSeat], colours: dict[str, str]) -> str:
    """Return a row as a named group, its number at both ends."""
    name = gettext("%(section)s%(row)s排", section=section, row=row)
    ends = [
        (seat, side) for seat, side in ((seats[0], -70), (seats[-1], 70)) if abs(seat.angle) < STEEP
    ]
    numbers = "".join(
        f'<text x="{seat.x + side:.0f}" y="{seat.y * DEPTH:.0f}">{escape(row)}</text>'
        for seat, side in ends
    )
    drawn = "".join(_seat(seat, colours.get(seat.zone, "")) for seat in seats)
    return f'<g role="group" aria-label="{escape(name)}">{drawn}{numbers}</g>'


def _seat(seat: PlanSeat, colour: str) -> str:
    """Return one seat: a checkbox that turns towards the stage; narrower along the side walls."""
    radians = math.radians(seat.angle)
    angle = math.degrees(math.atan2(math.sin(radians) * DEPTH, math.cos(radians)))
    width = SIZE if abs(seat.angle) < STEEP else round(SIZE * DEPTH)
    place = f'transform="translate({seat.x:.0f} {seat.y * DEPTH:.0f})rotate({round(angle / TURN) * TURN})"'
    mark = {
        SeatType.WHEELCHAIR: f'<use href="#wheelchair" x="-20" y="-20" width="40" height="40" {place}/>',
        SeatType.COMPANION: f'<circle class="companion" r="9" {place}/>',
    }.get(seat.type, "")
    limits = ' class="restricted"' if seat.restricted else ""
    coloured = f' data-colour="{colour}"' if colour else ""
    return (
        f'<rect role="checkbox" aria-checked="false" data-type="{seat.type}" '
        f'data-zone="{escape(seat.zone)}"{coloured}{limits} '
        f'x="{-width / 2:g}" y="-25" width="{width}" height="{SIZE}" rx="10" '
        f'data-code="{escape(seat.code)}" aria-label="{escape(spoken(seat))}" {place}/>{mark}'
    )


def spoken(seat: Seat | PlanSeat) -> str:
    """Return a seat's name with what is special about it, as on the map and on paper: 池座5排12座 轮椅席."""
    kinds = {SeatType.WHEELCHAIR: gettext("轮椅席"), SeatType.COMPANION: gettext("陪同席")}
    extra = [kinds.get(seat.type, ""), gettext("视线受限") if seat.restricted else ""]
    return " ".join(part for part in (named(seat, "label"), *extra) if part)
