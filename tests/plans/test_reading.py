"""Sheets of plans: what comes in as it went out, what is told line by line, what is worked out."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
import xlsxwriter

from palace.demo.house import FILES
from palace.errors import PalaceError
from palace.plans import placing
from palace.plans.errors import PlanFileTooLarge, PlanFileUnreadable, PlanRowsWrong
from palace.plans.reading import read_file
from palace.plans.rules import Doubt, Problem, Wrong, doubts_about, wheelchairs_wanted
from palace.plans.writers import WRITE, FileKind
from palace.venues import seatplan

Document = dict[str, Any]
SMALL = [
    ["排", "座", "票区", "类型", "入口"],
    ["1", "1", "A区", "普通", "东门"],
    ["1", "2", "A区", "轮椅席", "东门"],
    ["2", "1", "B区", "陪同", "西门"],
]


def demo(name: str) -> Document:
    """Return a plan of the demonstration palace as a document that was read once."""
    document = json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))
    return again(document)


def again(document: Document) -> Document:
    """Return a document as it is stored and written again."""
    read = seatplan.read(document)
    return seatplan.document_of(read.code, read.drawing, placing.as_seats(read.seats))


def sheet(rows: Iterable[Iterable[object]], encoding: str = "utf-8") -> io.BytesIO:
    """Return a CSV."""
    to = io.StringIO()
    csv.writer(to).writerows(rows)
    return io.BytesIO(to.getvalue().encode(encoding))


def problems(rows: Iterable[Iterable[object]]) -> list[tuple[int, Wrong]]:
    """Return what is wrong with a CSV, line by line."""
    with pytest.raises(PlanRowsWrong) as refused:
        read_file(sheet(rows))
    found: Sequence[Problem] = refused.value.problems
    return [(one.line, one.wrong) for one in found]


@pytest.mark.parametrize("kind", FileKind)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["theatre", "concert"])
def test_what_goes_out_comes_in_as_it_was(name: str, language: str, kind: FileKind) -> None:
    document = demo(name)

    assert again(read_file(io.BytesIO(WRITE[kind](document, language)))) == document


@pytest.mark.parametrize("kind", FileKind)
def test_own_names_colours_and_formulas_come_back_too(kind: FileKind) -> None:
    document = demo("concert")
    document["categories"][1] |= {"colour": "F", "name": {"zh": "=1+1", "en": "@SUM(A1)"}}
    document["seats"][3] |= {"label": {"zh": "贵宾席1", "en": "-VIP 1"}, "restricted": True}
    document["shapes"].append(
        {"kind": "text", "name": {"zh": "+乐池", "en": "Pit"}, "label": [0.0, 5.5]}
    )
    document["shapes"].append(
        {"kind": "rail", "name": {"zh": "栏", "en": "R"}, "arc": [900.0, 0.6], "cy": -2.5}
    )

    assert again(read_file(io.BytesIO(WRITE[kind](document, "zh")))) == again(document)


def test_a_formula_leaves_the_house_asleep() -> None:
    document = demo("concert")
    document["categories"][0]["name"]["zh"] = '=HYPERLINK("x")'

    assert b"'=HYPERLINK" in WRITE[FileKind.CSV](document, "zh")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_small_sheet_is_enough(encoding: str) -> None:
    document = read_file(sheet(SMALL, encoding))

    assert [seat["id"] for seat in document["seats"]] == ["ST-01-01", "ST-01-02", "ST-02-01"]
    assert [seat["type"] for seat in document["seats"]] == ["seat", "wheelchair", "companion"]
    assert [zone["code"] for zone in document["categories"]] == ["A", "B"]
    assert [zone["name"]["zh"] for zone in document["entrances"]] == ["东门", "西门"]
    assert document["shapes"][0]["kind"] == "stage"
    assert document["seats"][0]["y"] < document["seats"][2]["y"]
    assert seatplan.read(document).seats[0]["label_zh"] == "池座1排1座"


def test_english_headings_and_a_workbook_do_as_well() -> None:
    to = io.BytesIO()
    book = xlsxwriter.Workbook(to)
    page = book.add_worksheet()
    rows = [["Row", "Seat", "X", "Y", "Zone", "Entrance", "Section"], [5, 12, -27.5, 300, "A", "E", "Stalls"],
            [5, 14, 27.5, 300, "A", "E", "Stalls"]]  # fmt: skip
    for place, row in enumerate(rows):
        page.write_row(place, 0, row)
    book.close()
    to.seek(0)

    seats = read_file(to)["seats"]

    assert [(seat["row"], seat["number"], seat["x"]) for seat in seats] == [
        ("5", "12", -27.5),
        ("5", "14", 27.5),
    ]
    assert [seat["pos"] for seat in seats] == [0, 1]


def test_neighbours_are_who_stands_beside_whatever_the_numbers_say() -> None:
    head = ["排", "座", "横", "纵", "区块"]
    spots = {
        "3": (-110, "左"),
        "1": (-55, "左"),
        "2": (150, "右"),
        "4": (205, "右"),
        "6": (500, "右"),
    }
    row = [["1", number, x, 0, block] for number, (x, block) in spots.items()]

    seats = {seat["number"]: seat for seat in read_file(sheet([head, *row]))["seats"]}

    assert [seats[number]["pos"] for number in "31246"] == [0, 1, 3, 4, 6]
    assert [seats[number]["block"] for number in "31246"] == [0, 0, 1, 1, 1]


def test_rows_along_a_wall_turn_to_the_middle() -> None:
    head = ["排", "座", "横", "纵"]
    wall = [["1", str(number), -900, 100 + 58 * number] for number in range(1, 5)]

    seats = read_file(sheet([head, *wall]))["seats"]

    assert {seat["angle"] for seat in seats} == {90.0}
    assert [seat["pos"] for seat in seats] == [0, 1, 2, 3]


def with_cell(row: int, column: int, value: object) -> list[list[object]]:
    """Return the small sheet with one cell changed."""
    rows: list[list[object]] = [list(one) for one in SMALL]
    rows[row][column] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        (with_cell(2, 3, "沙发"), [(3, Wrong.TYPE)]),
        (with_cell(2, 0, ""), [(3, Wrong.MISSING)]),
        (with_cell(2, 1, ""), [(3, Wrong.MISSING)]),
        (with_cell(2, 4, ""), [(3, Wrong.ENTRANCE)]),
        (with_cell(2, 1, "1"), [(3, Wrong.REPEATED)]),
        (with_cell(2, 0, "1234567"), [(3, Wrong.TEXT)]),
        (with_cell(2, 2, "A\x07"), [(3, Wrong.TEXT)]),
        ([["排", "座", "横"], ["1", "1", "左边"], ["1", "2", "nan"]], [(2, Wrong.NUMBER), (3, Wrong.NUMBER)]),
        ([["排", "座", "横"], ["1", "1", "5"], ["1", "2", ""]], [(3, Wrong.PARTLY)]),
        ([["排", "座", "视线受限"], ["1", "1", "也许"]], [(2, Wrong.YES_NO)]),
        ([["排", "座", "编号"], ["1", "1", "=1+1"]], [(2, Wrong.CODE)]),
        ([["排", "座", "类型", "外形"], ["", "", "舞台", "圆"], ["1", "1", "", ""]], [(2, Wrong.OUTLINE)]),
        ([["排", "座"]], [(0, Wrong.EMPTY)]),
        ([["姓名", "电话"], ["a", "b"]], [(1, Wrong.HEADINGS)]),
    ],
)  # fmt: skip
def test_each_wrong_line_is_told(rows: list[list[object]], wrong: list[tuple[int, Wrong]]) -> None:
    assert problems(rows) == wrong


def test_all_wrong_lines_are_told_at_once() -> None:
    rows = [
        SMALL[0],
        ["1", "1", "A", "沙发", "东"],
        ["", "2", "A", "", "东"],
        ["1", "3", "A", "", ""],
    ]

    assert problems(rows) == [(2, Wrong.TYPE), (3, Wrong.MISSING), (4, Wrong.ENTRANCE)]


def test_a_new_version_keeps_what_its_sheet_leaves_out() -> None:
    before = demo("theatre")
    rows = [["区域", "排", "座", "票区", "入口"], ["楼座", "1", "1", "C区", "二层单号门"]]

    document = read_file(sheet(rows), before)

    assert document["id"] == "grand-theatre"
    assert document["shapes"] == before["shapes"]
    assert (document["seats"][0]["section"], document["seats"][0]["entrance"]) == ("BA", "2L")
    assert document["sections"] == [before["sections"][1]]


PRETIX = {
    "name": "Small hall",
    "categories": [{"name": "Stalls", "color": "#7f4a91"}, {"name": "Side", "color": "#ff0000"}],
    "zones": [
        {
            "name": "Ground floor",
            "position": {"x": 100, "y": 50},
            "rows": [
                {
                    "row_number": "1",
                    "position": {"x": 0, "y": 0},
                    "seats": [
                        {"seat_number": str(n), "seat_guid": f"0-0-{n}", "position": {"x": 20 * n, "y": 0},
                         "category": "Stalls" if n < 3 else "Side"}
                        for n in range(4)
                    ],
                }
            ],
            "areas": [],
        }
    ],
    "size": {"width": 500, "height": 300},
}  # fmt: skip


def test_a_plan_of_pretix_comes_in() -> None:
    document = read_file(io.BytesIO(json.dumps(PRETIX).encode()))

    assert [seat["x"] for seat in document["seats"]] == [-82.5, -27.5, 27.5, 82.5]
    assert [seat["pos"] for seat in document["seats"]] == [0, 1, 2, 3]
    assert [zone["name"]["en"] for zone in document["categories"]] == ["Stalls", "Side"]
    assert document["sections"] == [
        {"code": "S1", "name": {"zh": "Ground floor", "en": "Ground floor"}}
    ]


def bomb() -> bytes:
    """Return a small workbook that unpacks to much."""
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * (80 << 20))
    return to.getvalue()


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (b"", PlanRowsWrong),
        (b"{", PlanFileUnreadable),
        (b'{"zones": 3}', PalaceError),
        (b'{"zones": [{"rows": [{"seats": [{}]}]}]}', PalaceError),
        (b'{"format": "seatplan/1"}', PalaceError),
        (b'{"a":' * 60_000, PlanFileUnreadable),
        (b"PK\x03\x04 nothing", PlanFileUnreadable),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x80", PalaceError),
        (b'"a' + b"x" * 40_000, PlanFileUnreadable),
    ],
)
def test_what_is_no_plan_is_refused(file: bytes, refusal: type[PalaceError]) -> None:
    with pytest.raises(refusal):
        read_file(io.BytesIO(file))


def test_a_workbook_that_unpacks_without_an_end_is_refused() -> None:
    with pytest.raises(PlanFileTooLarge):
        read_file(io.BytesIO(bomb()))


def test_more_than_any_house_is_refused() -> None:
    rows = [["排", "座"], *(["1", str(number)] for number in range(22_000))]

    assert (0, Wrong.MANY) in problems(rows)


@pytest.mark.parametrize(
    ("seats", "wanted"), [(1, 2), (400, 2), (401, 3), (600, 3), (750, 4), (1234, 7)]
)
def test_the_least_wheelchair_places(seats: int, wanted: int) -> None:
    assert wheelchairs_wanted(seats) == wanted


def test_doubts_are_told_and_do_not_refuse() -> None:
    head = ["排", "座", "横", "纵"]
    document = read_file(sheet([head, ["1", "1", 0, 0], ["1", "2", 53.9, 0], ["1", "3", 107.9, 0]]))

    doubts = {one.doubt: one.values for one in doubts_about(document)}

    assert doubts[Doubt.CLOSE] == {"first": "ST-01-01", "second": "ST-01-02", "cm": 54, "count": 1}
    assert doubts[Doubt.WHEELCHAIRS] == {"seats": 3, "wanted": 2, "count": 0}
    assert Doubt.ENTRANCE in doubts


@pytest.mark.parametrize("name", ["theatre", "concert"])
def test_the_plans_of_the_demonstration_raise_no_doubt(name: str) -> None:
    assert doubts_about(demo(name)) == []
