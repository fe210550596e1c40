"""Files as units send them, and as nobody should: read, or refused with a sentence, in bounded memory."""

from __future__ import annotations

import io
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from palace.config import ROOT
from palace.roster import reading, services, xlsx
from palace.roster.errors import (
    ColumnsMissing,
    NothingInside,
    RosterRefused,
    TooLarge,
    TooMuchWork,
    Unreadable,
    WrongEncoding,
)
from palace.roster.headings import Column
from palace.roster.rules import Reason, asks_again, columns_of, read_line

HEAD = ["姓名", "手机号", "会员卡号", "单位名称", "有效期至", "状态", "离职/退休日期"]
ROWS = [
    ["张建华", "13800000001", "ty1", "first", "2026-12-31", "在职", ""],
    ["古丽·阿依", "", "TY-2", "steel", "2026/1/2", "退休", "20251231"],
]
READ = [
    "2\tfirst\tTY1\t张建华\t13800000001\t2026-12-31\tactive\t\\N\t\\N",
    "3\tsteel\tTY-2\t古丽·阿依\t\\N\t2026-01-02\tretired\t2025-12-31\t\\N",
]


def read(content: bytes) -> list[str]:
    """Return the lines a file becomes."""
    to = io.BytesIO()
    reading.write(io.BytesIO(content), to)
    return to.getvalue().decode().splitlines()


def text(rows: Iterable[list[str]], delimiter: str = ",") -> str:
    """Return rows as a CSV."""
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


def book(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as an XLSX."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return content.getvalue()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_csv_is_read_alike(encoding: str, delimiter: str) -> None:
    assert read(text([HEAD, *ROWS], delimiter).encode(encoding)) == READ


def test_a_workbook_is_read_like_a_csv() -> None:
    assert read(book([HEAD, *ROWS])) == READ


def test_numbers_and_days_of_a_sheet_are_what_they_mean() -> None:
    row: list[object] = ["张建华", 13800000001, 88001, "first", 46387, "在职", ""]
    assert read(book([[*HEAD], row])) == [
        "2\tfirst\t88001\t张建华\t13800000001\t2026-12-31\tactive\t\\N\t\\N"
    ]


def test_a_title_above_the_header_is_passed_over() -> None:
    assert read(text([["太原市会员名册"], HEAD, *ROWS]).encode())[0].startswith("3\t")


def test_english_headers_are_known() -> None:
    found = columns_of(
        ["Name", "Mobile Phone", "Card Number", "Unit Code", "valid_until", "Status"]
    )
    assert set(found) == set(Column) - {Column.LEFT_ON}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["", "", "1"], Reason.NAME_MISSING),
        (["=HYPERLINK(1)", "", "1"], Reason.NAME_FORMULA),
        (["＋张建华", "", "1"], Reason.NAME_FORMULA),
        (["@张建华", "", "1"], Reason.NAME_FORMULA),
        (["张3", "", "1"], Reason.NAME),
        (["张建华", "", ""], Reason.CARD_MISSING),
        (["张建华", "", "1.23E+15"], Reason.CARD_MANGLED),
        (["张建华", "", "T/1"], Reason.CARD),
        (["张建华", "", "11010519491231002x"], Reason.CARD_IDENTITY),
        (["张建华", "", "1101 0519 4912 3100 2X"], Reason.CARD_IDENTITY),
        (["张建华", "12345", "1"], Reason.PHONE),
        (["张建华", "10000000000", "1"], Reason.PHONE),
        (["张建华", "", "1", "", "2026-02-30"], Reason.VALID_UNTIL),
        (["张建华", "", "1", "", "", "也许"], Reason.STATUS),
        (["张建华", "", "1", "", "", "", "昨天"], Reason.LEFT_ON),
        (["张建华", "", "1", "", "", "在职", "2026-01-01"], Reason.LEFT_ACTIVE),
        (["张\x07建华", "", "1"], Reason.CONTROL),
        (["张" * 201, "", "1"], Reason.TOO_LONG),
    ],
)
def test_a_wrong_cell_is_named(cells: list[str], reason: Reason) -> None:
    assert read_line(cells, columns_of(HEAD)).reason == reason.value


@pytest.mark.parametrize(("leaving", "again"), [(20, False), (21, True), (0, False)])
def test_exactly_the_percentage_may_leave_unasked(leaving: int, again: bool) -> None:
    assert asks_again(leaving, 100, 20) is again


def sheet_of(xml: bytes) -> bytes:
    """Return an archive with this as its only sheet."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", xml)
    return content.getvalue()


def entities() -> bytes:
    """Return a workbook whose entities unpack without an end."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<!DOCTYPE s [<!ENTITY l0 "lol">{lines}]><sheetData><row><c><v>&l9;</v></c></row></sheetData>'
    return sheet_of(xml.encode())


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", NothingInside),
        (text([HEAD]).encode(), NothingInside),
        (text([["a", "b"]] * 9).encode(), ColumnsMissing),
        (b"name,card\n\xff\xff\xff\xff\n", WrongEncoding),
        (b"name,card\n" + b'"' * 70_001, Unreadable),
        (b"name,card\n" + b"x" * 200_000, Unreadable),
        (b"PK\x03\x04 no archive", Unreadable),
        (sheet_of(b"<sheetData><row>"), Unreadable),
        (sheet_of(b'<sheetData><row><c t="s"><v>99999</v></c></row></sheetData>'), Unreadable),
        (entities(), Unreadable),
    ],
)
def test_what_is_no_roster_is_refused(content: bytes, refusal: type[RosterRefused]) -> None:
    with pytest.raises(refusal):
        read(content)


def test_a_workbook_that_unpacks_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_UNPACKED", 1 << 20)
    declared = sheet_of(b"<sheetData>" + b" " * (2 << 20))
    with pytest.raises(TooLarge):
        read(declared)
    size = (2 << 20) + 11
    lying = declared.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    with pytest.raises((TooLarge, RosterRefused)):
        read(lying)


@pytest.mark.parametrize("kind", ["line", "bomb"])
def test_memory_stays_bounded(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        if kind == "line":
            file.truncate(1 << 30)  # a gigabyte without a line's end, which takes no room
        else:
            cell = '<c t="str"><v>' + "x" * 1000 + "</v></c>"
            file.write(sheet_of(b"<sheetData><row>" + cell.encode() * 60_000))
    with path.open("rb") as file:
        reader = subprocess.Popen(
            [sys.executable, "-m", "palace.roster.reading"],
            stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        most = 0
        while reader.poll() is None:
            most = max(most, resident(reader.pid))
            time.sleep(0.02)
    _, told = reader.communicate(timeout=60)

    assert b'"refusal"' in told, told[-500:]
    assert 0 < most < 300


@pytest.mark.parametrize(
    "way", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_damaged_archive_is_refused_however_it_is_packed(way: int) -> None:
    content, chance = io.BytesIO(), random.Random(way)
    with zipfile.ZipFile(content, "w", way) as made:
        made.writestr(
            "xl/worksheets/sheet1.xml", b"<s>" + b"<row><c><v>1</v></c></row>" * 50 + b"</s>"
        )
    for _ in range(300):
        damaged = bytearray(content.getvalue())
        damaged[chance.randrange(4, len(damaged))] ^= chance.randrange(1, 256)
        with pytest.raises(RosterRefused):  # at best it has no columns
            read(bytes(damaged))


def test_more_lines_than_any_roster_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["name", "card"], *[["张建华", f"TY{one}"] for one in range(3)]]
    monkeypatch.setattr(reading, "MOST_LINES", 3)
    assert len(read(text(rows).encode())) == 3
    monkeypatch.setattr(reading, "MOST_LINES", 2)
    for content in (text(rows).encode(), book(rows)):
        with pytest.raises(TooLarge):
            read(content)


ENDLESS = """
from palace.roster import reading
def write(file, to):
    while True: pass
reading.write, reading.SECONDS = write, 1
reading.main()
"""


def test_whoever_works_too_long_is_told_apart_from_whoever_is_killed() -> None:
    ended = subprocess.run([sys.executable, "-c", ENDLESS], cwd=ROOT, timeout=60, check=False)
    assert ended.returncode == -signal.SIGXCPU
    with pytest.raises(TooMuchWork):
        services._columns(ended.returncode, b"")


def resident(pid: int) -> int:
    """Return the most megabytes a process has had so far."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except FileNotFoundError:
        return 0
    return int(found[1]) >> 10 if found else 0


def test_any_bytes_are_read_or_refused() -> None:
    chance = random.Random(7)
    good = book([HEAD, *ROWS])
    for _ in range(150):
        broken = bytearray(good)
        for _ in range(chance.randint(1, 20)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            read(bytes(broken))
        except RosterRefused:
            continue
