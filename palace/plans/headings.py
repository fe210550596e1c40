"""The words a plan's sheet uses for its columns and its kinds of line, in both languages, ours first."""

from __future__ import annotations

import re
from enum import StrEnum

from palace.venues.rules import SeatType

FORMULA = re.compile(r"^'(?=[=+\-@\t\r])")
LANGUAGES = ("zh", "en")


class Column(StrEnum):
    """What a column holds; a line that is no seat uses some of them for itself."""

    ID = "id"
    TYPE = "type"
    SECTION = "section"
    BLOCK = "block"
    ROW = "row"
    SEAT = "seat"
    X = "x"
    Y = "y"
    ZONE = "zone"
    ENTRANCE = "entrance"
    RESTRICTED = "restricted"
    POSITION = "position"
    ANGLE = "angle"
    NAME_ZH = "name_zh"
    NAME_EN = "name_en"
    DOOR_ZH = "door_zh"
    DOOR_EN = "door_en"
    OUTLINE = "outline"


HEADINGS: dict[Column, tuple[str, ...]] = {
    Column.ID: ("编号", "id", "座位编号", "seatid", "code", "guid"),
    Column.TYPE: ("类型", "type", "座位类型", "种类", "kind"),
    Column.SECTION: ("区域", "section", "分区", "楼层", "area", "level"),
    Column.BLOCK: ("区块", "block", "块"),
    Column.ROW: ("排", "row", "排号", "rownumber"),
    Column.SEAT: ("座", "seat", "座号", "座位号", "号", "seatnumber", "number"),
    Column.X: ("横", "x", "横坐标"),
    Column.Y: ("纵", "y", "纵坐标"),
    Column.ZONE: ("票区", "zone", "票档", "价区", "category"),
    Column.ENTRANCE: ("入口", "entrance", "门", "gate", "door"),
    Column.RESTRICTED: ("视线受限", "restricted", "受限"),
    Column.POSITION: ("位次", "position", "pos"),
    Column.ANGLE: ("角度", "angle"),
    Column.NAME_ZH: ("中文名称", "name_zh", "座位名称", "名称", "label_zh"),
    Column.NAME_EN: ("英文名称", "name_en", "label_en"),
    Column.DOOR_ZH: ("入口中文名", "door_zh", "入口名称"),
    Column.DOOR_EN: ("入口英文名", "door_en"),
    Column.OUTLINE: ("外形", "outline", "colour"),
}


class Line(StrEnum):
    """What a line that is no seat tells: of the plan, of its parts, or a shape of the house."""

    PLAN = "plan"
    LABEL = "label"
    SECTION = "section"
    ZONE = "zone"
    ENTRANCE = "entrance"
    STAGE = "stage"
    PIT = "pit"
    DESK = "desk"
    RAIL = "rail"
    TEXT = "text"
    WALL = "wall"
    DOOR = "door"


KINDS: dict[StrEnum, tuple[str, ...]] = {
    SeatType.SEAT: ("普通", "seat", "座位", "普通座", "普通座位", "normal"),
    SeatType.WHEELCHAIR: ("轮椅席", "wheelchair", "轮椅", "轮椅位", "无障碍"),
    SeatType.COMPANION: ("陪同席", "companion", "陪同", "陪护", "陪护席"),
    Line.PLAN: ("座位图", "plan"),
    Line.LABEL: ("座位叫法", "label"),
    Line.SECTION: ("区域", "section"),
    Line.ZONE: ("票区", "zone"),
    Line.ENTRANCE: ("入口", "entrance"),
    Line.STAGE: ("舞台", "stage"),
    Line.PIT: ("乐池", "pit"),
    Line.DESK: ("调音台", "desk"),
    Line.RAIL: ("栏杆", "rail"),
    Line.TEXT: ("文字", "text"),
    Line.WALL: ("墙", "wall"),
    Line.DOOR: ("门", "door"),
}
SHAPES = frozenset({Line.STAGE, Line.PIT, Line.DESK, Line.RAIL, Line.TEXT, Line.WALL, Line.DOOR})
YES = frozenset({"是", "有", "yes", "y", "true", "1", "视线受限", "restricted"})
NO = frozenset({"", "否", "无", "no", "n", "false", "0"})
SECTIONS = {"池座": ("ST", "Stalls"), "楼座": ("BA", "Balcony"), "包厢": ("BX", "Boxes")}
"""Parts of a house with a usual code, and what they are called in English."""


def plain(text: str) -> str:
    """Return a cell as it is compared: without spaces, dots or the mark that keeps a formula asleep."""
    return re.sub(r"[\s._-]+", "", text).lower()


COLUMN_OF = {plain(word): column for column, words in HEADINGS.items() for word in words}
KIND_OF = {plain(word): kind for kind, words in KINDS.items() for word in words}


def cell(text: str) -> str:
    """Return what a cell says, without the apostrophe that exports put before what looks like a formula."""
    return FORMULA.sub("", text).strip()


def columns_of(cells: list[str]) -> dict[Column, int]:
    """Return which column stands where; the first of a kind counts."""
    found: dict[Column, int] = {}
    for place, text in enumerate(cells):
        column = COLUMN_OF.get(plain(cell(text)))
        if column is not None:
            found.setdefault(column, place)
    return found


def heading(column: Column, language: str) -> str:
    """Return what an export calls a column."""
    return HEADINGS[column][LANGUAGES.index(language)]


def kind_word(kind: StrEnum, language: str) -> str:
    """Return what an export calls a kind of line."""
    return KINDS[kind][LANGUAGES.index(language)]
