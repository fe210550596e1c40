"""The days of a class by its pattern, around holidays: plain values, known before anything is planned."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from palace.text import N_

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SATURDAY = 6
LONGEST_GAP = timedelta(days=4)
"""Between running days: a weekend, and a day left out beside it."""
WORKING_DAYS = range(1, SATURDAY)
MOST_SESSIONS = 60
FARTHEST = timedelta(days=550)
"""So far ahead is looked for days, however many are skipped."""


class Pattern(StrEnum):
    """How the days of a class follow each other."""

    WEEKLY = "weekly"
    RUNNING = "running"
    SINGLE = "single"
    PICKED = "picked"


PATTERN_WORDS = {
    Pattern.WEEKLY: N_("每周一次"),
    Pattern.RUNNING: N_("连着上（周一到周五）"),
    Pattern.SINGLE: N_("只上一次"),
    Pattern.PICKED: N_("自己选日期"),
}


@dataclass(frozen=True, kw_only=True)
class Special:
    """A day that is not like its weekday: what it counts as (1 is Monday, 0: closed) and its name."""

    counts_as: int
    name_zh: str
    name_en: str

    @property
    def is_holiday(self) -> bool:
        """Return whether nobody works: no class is planned by itself on such a day."""
        return self.counts_as not in WORKING_DAYS


@dataclass(frozen=True, kw_only=True)
class Series:
    """What days of a class are wished for."""

    pattern: Pattern
    first: date
    count: int = 1
    picked: Sequence[date] = ()
    skips: Collection[date] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Days:
    """The days of a class, and those that were left out for a holiday or because somebody said so."""

    planned: Sequence[date]
    skipped: Sequence[date]


def days_of(wish: Series, special: Mapping[date, Special]) -> Days:
    """Return the days of a class; a day that is left out is made up for at the end.

    Days somebody picked are taken as they are: they are shown with what stands against them.
    """
    if wish.pattern in (Pattern.SINGLE, Pattern.PICKED):
        chosen = [wish.first] if wish.pattern is Pattern.SINGLE else sorted(set(wish.picked))
        return Days(planned=[day for day in chosen if day not in wish.skips], skipped=[])
    planned: list[date] = []
    skipped: list[date] = []
    for day in _in_turn(wish):
        if len(planned) == wish.count:
            break
        left_out = day in wish.skips or (day in special and special[day].is_holiday)
        (skipped if left_out else planned).append(day)
    return Days(planned=planned, skipped=skipped)


def _in_turn(wish: Series) -> Iterator[date]:
    """Yield the days a pattern goes on to: each week, or each day from Monday to Friday."""
    weekly = wish.pattern is Pattern.WEEKLY
    day = wish.first
    while day <= wish.first + FARTHEST:
        if weekly or day.isoweekday() in WORKING_DAYS:
            yield day
        day += WEEK if weekly else DAY


def again(days: Sequence[date], first_on: date) -> Series:
    """Return the days of another class like one that had these, from a day on.

    The same weekday every week, running days from the first working day on, others as far apart as before.
    """
    before = sorted(days)
    pattern = _pattern(before)
    if pattern is Pattern.RUNNING:
        ahead = range(WEEK.days)
        first = next(
            day for day in (first_on + by * DAY for by in ahead) if day.isoweekday() in WORKING_DAYS
        )
    else:
        first = first_on + DAY * ((before[0].isoweekday() - first_on.isoweekday()) % WEEK.days)
    by = first - before[0]
    picked = [day + by for day in before] if pattern is Pattern.PICKED else []
    return Series(pattern=pattern, first=first, count=len(before), picked=picked)


def _pattern(days: Sequence[date]) -> Pattern:
    """Return how days in order follow each other, holidays that were left out aside."""
    if len(days) == 1:
        return Pattern.SINGLE
    if len({day.isoweekday() for day in days}) == 1:
        return Pattern.WEEKLY
    working = all(day.isoweekday() in WORKING_DAYS for day in days)
    gaps = [after - day for day, after in pairwise(days)]
    return Pattern.RUNNING if working and max(gaps) <= LONGEST_GAP else Pattern.PICKED
