"""A list of special days somebody brings, file or pasted: one line a day, in the words of either language."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

from palace.hours.errors import DaysMissing, DaysUnreadable, TooManyDays
from palace.hours.rules import CLOSED
from palace.text import N_

MOST_DAYS = 800
"""Lines of a list: each day of two years, and headings."""
LONGEST_NAME = 60
YEARS = Path(__file__).parent / "years"
FIRST_YEAR, LAST_YEAR = 2000, 2999
HEADINGS = frozenset({"日期", "day", "date"})
ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LIKE = {
    **{str(number): number for number in range(8)},
    **dict.fromkeys(("闭馆", "关门", "closed"), CLOSED),
    **{
        f"{week}{name}": number
        for week in ("周", "星期", "礼拜")
        for number, name in enumerate("一二三四五六日", 1)
    },
    **{f"{week}天": 7 for week in ("星期", "礼拜")},
    **{word: number for number, name in enumerate(ENGLISH, 1) for word in (name, name[:3])},
}
"""What a day counts as, as people write it."""
WRONG_DAY = N_("日期看不懂，请写成 2026-10-01 这样。")
WRONG_LIKE = N_("“按周几”看不懂，请写周一到周日，或者闭馆。")
WRONG_NAME = N_("请写名称，60个字以内。")
TWICE = N_("上面已经有这一天了。")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a list: what it says, or what is wrong with it (`wrong`, a message id)."""

    number: int
    text: str
    wrong: str = ""
    day: date = date.min
    counts_as: int = CLOSED
    name_zh: str = ""
    name_en: str = ""


def decode(content: bytes) -> str:
    """Return a file's text: UTF-8, or what spreadsheets of this country write.

    Raises:
        DaysUnreadable: it is no text.
    """
    for coding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise DaysUnreadable


def read(text: str) -> list[Line]:
    """Return the lines of a list of days, without its headings.

    Raises:
        DaysMissing, TooManyDays, DaysUnreadable: it is no such list.
    """
    dialect = csv.excel_tab if "\t" in text else csv.excel
    try:
        rows = list(csv.reader(StringIO(text), dialect))
    except csv.Error:
        raise DaysUnreadable from None
    if len(rows) > MOST_DAYS:
        raise TooManyDays(most=MOST_DAYS)
    lines = list(_once_each(_lines(rows)))
    if not lines:
        raise DaysMissing
    return lines


def one(cells: Iterable[str]) -> Line:
    """Return a day that was typed by itself: date, what it counts as, both names."""
    return _line(1, [cell.strip() for cell in cells])


def _lines(rows: Iterable[list[str]]) -> Iterable[Line]:
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if any(cells) and cells[0].lower() not in HEADINGS:
            yield _line(number, [*cells, "", "", ""])


def _line(number: int, cells: list[str]) -> Line:
    text = " ".join(filter(None, cells))
    day, like, (name_zh, name_en) = _day(cells[0]), LIKE.get(cells[1].lower()), cells[2:4]
    if day is None:
        return Line(number=number, text=text, wrong=WRONG_DAY)
    if like is None:
        return Line(number=number, text=text, wrong=WRONG_LIKE)
    if not name_zh or max(len(name_zh), len(name_en)) > LONGEST_NAME:
        return Line(number=number, text=text, wrong=WRONG_NAME)
    return Line(
        number=number,
        text=text,
        day=day,
        counts_as=like,
        name_zh=name_zh,
        name_en=name_en or name_zh,
    )


def _day(typed: str) -> date | None:
    numbers = typed.replace("年", "-").replace("月", "-").rstrip("日").replace("/", "-").split("-")
    try:
        year, month, day = map(int, numbers)
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def _once_each(lines: Iterable[Line]) -> Iterable[Line]:
    known: set[date] = set()
    for line in lines:
        again = not line.wrong and line.day in known
        known.add(line.day)
        yield Line(number=line.number, text=line.text, wrong=TWICE) if again else line


def official_years() -> list[int]:
    """Return the years whose arrangement comes with the palace: the State Council's notice, line by line."""
    return sorted(int(path.stem) for path in YEARS.glob("*.csv"))


def official(year: int) -> str:
    """Return the lines of such a year; nothing where there is none."""
    return (YEARS / f"{year}.csv").read_text(encoding="utf-8") if year in official_years() else ""
