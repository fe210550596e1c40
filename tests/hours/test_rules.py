"""Hours as people type them, and lists of special days as they bring them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palace.errors import PalaceError
from palace.hours import reading
from palace.hours.errors import (
    DaysMissing,
    DaysUnreadable,
    PartsOverlap,
    PartsUnreadable,
    TooManyDays,
    TooManyParts,
)
from palace.hours.rules import CLOSED, Part, counts_as, read_parts, say_parts

DAY = "2026-10-01,周日,国庆节,National Day"
PUBLIC_HOLIDAYS = 13
"""Days of a year since 2025; one on a weekend is given on a weekday."""


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("", []),
        ("  ", []),
        ("08:30-21:30", [(510, 1290)]),
        ("8:30–12:00 14:00~21:30", [(510, 720), (840, 1290)]),
        ("14：00至21：30，8：30到12：00", [(510, 720), (840, 1290)]),
        ("00:00-24:00", [(0, 1440)]),
        ("18:00-00:00", [(1080, 1440)]),
        ("08:00-12:00 12:00-18:00", [(480, 720), (720, 1080)]),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, parts: list[tuple[int, int]]) -> None:
    assert read_parts(typed) == tuple(Part(*one) for one in parts)


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("早上到晚上", PartsUnreadable),
        ("08:30", PartsUnreadable),
        ("08:30-21:30 闭馆", PartsUnreadable),
        ("21:30-08:30", PartsUnreadable),
        ("08:30-08:30", PartsUnreadable),
        ("08:61-09:00", PartsUnreadable),
        ("20:00-24:30", PartsUnreadable),
        ("24:00-24:00", PartsUnreadable),
        ("25:00-26:00", PartsUnreadable),
        ("08:00-12:00 11:59-14:00", PartsOverlap),
        (" ".join(f"{hour:02}:00-{hour:02}:30" for hour in range(7)), TooManyParts),
    ],
)
def test_what_is_no_hours_is_refused(typed: str, refused: type[PalaceError]) -> None:
    with pytest.raises(refused):
        read_parts(typed)


@given(some.lists(some.integers(0, 1440), min_size=2, max_size=12, unique=True))
def test_hours_said_are_read_again_as_they_were(cuts: list[int]) -> None:
    cuts = sorted(cuts[: len(cuts) // 2 * 2])
    parts = tuple(Part(*cuts[place : place + 2]) for place in range(0, len(cuts), 2))

    assert read_parts(say_parts(parts)) == parts


def test_midnight_at_the_end_is_kept_as_no_time() -> None:
    assert Part(1080, 1440).clock_times == (time(18), time())


@pytest.mark.parametrize(
    ("line", "day", "like"),
    [
        (DAY, date(2026, 10, 1), 7),
        ("2026/10/10,周三,调休", date(2026, 10, 10), 3),
        ("2026年2月16日,闭馆,除夕", date(2026, 2, 16), CLOSED),
        ("2028-02-29,Monday,Leap day", date(2028, 2, 29), 1),
        ("2026-12-31,星期天,年末", date(2026, 12, 31), 7),
        ("2026-01-04\t5\t元旦调休", date(2026, 1, 4), 5),
    ],
)
def test_a_line_is_read_in_either_language(line: str, day: date, like: int) -> None:
    (found,) = reading.read(line)

    assert (found.wrong, found.day, found.counts_as) == ("", day, like)
    assert found.name_en


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("2027-02-29,周一,没有这一天", reading.WRONG_DAY),
        ("国庆,周日,国庆节", reading.WRONG_DAY),
        ("1949-10-01,周日,国庆节", reading.WRONG_DAY),
        ("2026-10-01,周八,国庆节", reading.WRONG_LIKE),
        ("2026-10-01,8,国庆节", reading.WRONG_LIKE),
        ("2026-10-01", reading.WRONG_LIKE),
        ("2026-10-01,周日", reading.WRONG_NAME),
        (f"2026-10-01,周日,{'节' * 61}", reading.WRONG_NAME),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line: str, wrong: str) -> None:
    assert [one.wrong for one in reading.read(line)] == [wrong]


def test_headings_and_empty_lines_are_passed_and_a_day_stands_once() -> None:
    found = reading.read(f"日期,按周几,名称,英文名\n\n{DAY}\n2026-10-01,周一,再来一次\n")

    assert [(one.number, one.wrong) for one in found] == [(3, ""), (4, reading.TWICE)]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", DaysMissing),
        ("日期,按周几,名称\n", DaysMissing),
        (f"{DAY}\n" * 801, TooManyDays),
        (f'2026-10-01,周日,"{"长" * 140_000}', DaysUnreadable),
    ],
)
def test_what_is_no_list_is_refused(text: str, refused: type[PalaceError]) -> None:
    with pytest.raises(refused):
        reading.read(text)


def test_a_file_is_read_as_spreadsheets_write_it() -> None:
    assert reading.decode(DAY.encode("gb18030")) == DAY
    assert reading.decode(b"\xef\xbb\xbf" + DAY.encode()) == DAY
    with pytest.raises(DaysUnreadable):
        reading.decode(b"PK\x03\x04\x00\x00\x00\x00")


@pytest.mark.parametrize("year", reading.official_years())
def test_a_years_arrangement_is_whole(year: int) -> None:
    lines = reading.read(reading.official(year))

    assert not [one for one in lines if one.wrong]
    assert {one.day.year for one in lines} == {year}
    worked = [one for one in lines if one.counts_as != 7]
    assert all(one.day.isoweekday() >= 6 and one.counts_as <= 5 for one in worked)
    off = [one for one in lines if one.counts_as == 7 and one.day.isoweekday() <= 5]
    assert len(off) == PUBLIC_HOLIDAYS + len(
        worked
    )  # each weekend worked gave its rest to a weekday


def test_a_swapped_sunday_of_2026_is_a_friday() -> None:
    named = {one.day: one.counts_as for one in reading.read(reading.official(2026))}

    assert counts_as(date(2026, 1, 4), named) == 5
    assert counts_as(date(2026, 10, 1), named) == 7
    assert counts_as(date(2026, 10, 8), named) == 4
