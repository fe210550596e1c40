"""A plan as a file that is read again as it was: CSV, XLSX, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from enum import StrEnum

import xlsxwriter

from palace.lists.rules import as_text
from palace.plans.headings import Column, Line, heading, kind_word
from palace.plans.placing import outline_words
from palace.plans.rules import Part
from palace.venues.rules import SeatType

BOM = "\ufeff"
YES = {"zh": "是", "en": "yes"}
Cell = str | int | float


def lines(document: Part, language: str) -> Iterator[list[Cell]]:
    """Yield the lines of a plan's sheet: headings, what tells of the plan and draws the house, the seats."""
    yield [heading(column, language) for column in Column]
    for told in (*_about(document, language), *_seats(document, language)):
        yield [told.get(column, "") for column in Column]


def _about(document: Part, language: str) -> Iterator[dict[Column, Cell]]:
    yield {
        Column.TYPE: kind_word(Line.PLAN, language),
        Column.ID: document["id"],
        Column.OUTLINE: document["numbering"],
        **_spot(document["focus"]),
        **_names(document["name"]),
    }
    yield {Column.TYPE: kind_word(Line.LABEL, language), **_names(document["label"])}
    kinds = (
        (Line.SECTION, "sections"),
        (Line.ZONE, "categories"),
        (Line.ENTRANCE, "entrances"),
    )
    for kind, parts in kinds:
        for part in document[parts]:
            yield {
                Column.TYPE: kind_word(kind, language),
                Column.ID: part["code"],
                Column.OUTLINE: part.get("colour", ""),
                **_names(part["name"]),
            }
    for shape in document["shapes"]:
        yield {
            Column.TYPE: kind_word(Line(shape["kind"]), language),
            Column.OUTLINE: outline_words(shape),
            **_names(shape["name"]),
            **(_spot(shape["label"]) if "label" in shape else {}),
        }


def _names(names: dict[str, str]) -> dict[Column, Cell]:
    return {Column.NAME_ZH: names["zh"], Column.NAME_EN: names["en"]}


def _spot(spot: list[float]) -> dict[Column, Cell]:
    return {Column.X: spot[0], Column.Y: spot[1]}


def _seats(document: Part, language: str) -> Iterator[dict[Column, Cell]]:
    doors = {one["code"]: one["name"] for one in document["entrances"]}
    for seat in document["seats"]:
        own = seat.get("label", {"zh": "", "en": ""})
        door = doors[seat["entrance"]]
        yield {
            Column.TYPE: kind_word(SeatType(seat["type"]), language),
            Column.ID: seat["id"],
            Column.SECTION: seat["section"],
            Column.BLOCK: seat["block"],
            Column.ROW: seat["row"],
            Column.SEAT: seat["number"],
            Column.X: seat["x"],
            Column.Y: seat["y"],
            Column.ZONE: seat["category"],
            Column.ENTRANCE: seat["entrance"],
            Column.RESTRICTED: YES[language] if seat["restricted"] else "",
            Column.POSITION: seat["pos"],
            Column.ANGLE: seat["angle"],
            Column.DOOR_ZH: door["zh"],
            Column.DOOR_EN: door["en"],
            **_names(own),
        }


def as_csv(document: Part, language: str) -> bytes:
    """Return a CSV in UTF-8 with its mark; a text that looks like a formula sleeps behind an apostrophe."""
    to = io.StringIO()
    writer = csv.writer(to)
    for line in lines(document, language):
        writer.writerow([as_text(cell) if isinstance(cell, str) else cell for cell in line])
    return (BOM + to.getvalue()).encode()


def as_xlsx(document: Part, language: str) -> bytes:
    """Return a workbook; every text is text, nothing in a cell is computed."""
    to = io.BytesIO()
    book = xlsxwriter.Workbook(to, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, line in enumerate(lines(document, language)):
        for across, cell in enumerate(line):
            if isinstance(cell, str):
                sheet.write_string(place, across, cell)
            else:
                sheet.write_number(place, across, cell)
    sheet.freeze_panes(1, 0)
    book.close()
    return to.getvalue()


def as_json(document: Part, _language: str) -> bytes:
    """Return the document itself, a seat a line."""
    head = {name: value for name, value in document.items() if name != "seats"}
    seats = ",\n".join(json.dumps(seat, ensure_ascii=False) for seat in document["seats"])
    text = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{text},\n "seats": [\n{seats}\n]\n}}\n'.encode()


class FileKind(StrEnum):
    """What a plan leaves the house as."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


WRITE = {FileKind.CSV: as_csv, FileKind.XLSX: as_xlsx, FileKind.JSON: as_json}
