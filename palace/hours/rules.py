"""From when to when a place is open on a day: hours of the week, and days that are not like theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from palace.hours.errors import PartsOverlap, PartsUnreadable, TooManyParts

CLOSED = 0
"""What a special day counts as when nobody comes in; 1 to 7 are Monday to Sunday."""
WEEKDAYS = range(1, 8)
MIDNIGHT = 24 * 60
MOST_PARTS = 6
MOST_CLOSED = 1000
"""Spaces times days of one closure: all of a house for three weeks."""
CLOCK = r"([01]?[0-9]|2[0-4])[:：]([0-5][0-9])"
PART = re.compile(rf"{CLOCK}\s*(?:-|–|—|－|~|～|至|到)\s*{CLOCK}")
BETWEEN = re.compile(r"[\s,，、;；/]*")


class Part(NamedTuple):
    """A stretch of a day in minutes from its midnight, half-open; 24:00 at the latest."""

    opens: int
    closes: int

    @property
    def clock_times(self) -> tuple[time, time]:
        """Return when it opens and closes; midnight at its end is 00:00."""
        return _time(self.opens), _time(self.closes % MIDNIGHT)


Week = Mapping[int, Sequence[Part]]


class Outcome(StrEnum):
    """What a line of a list of special days would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


def part(opens: time, closes: time) -> Part:
    """Return a stretch by its clock times; one that closes at 00:00 lasts until that midnight."""
    return Part(_minutes(opens), _minutes(closes) or MIDNIGHT)


def _minutes(clock_time: time) -> int:
    return clock_time.hour * 60 + clock_time.minute


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return parts in order of the day, those that touch or overlap as one."""
    found: list[Part] = []
    for one in sorted(parts):
        if found and one.opens <= found[-1].closes:
            found[-1] = Part(found[-1].opens, max(found[-1].closes, one.closes))
        else:
            found.append(one)
    return tuple(found)


def counts_as(day: date, special: Mapping[date, int]) -> int:
    """Return the weekday a day is like, 1 to 7, or CLOSED."""
    return special.get(day, day.isoweekday())


def parts_of(day: date, week: Week, special: Mapping[date, int]) -> tuple[Part, ...]:
    """Return when a place with these hours of the week is open on a day; never, without hours."""
    return joined(week.get(counts_as(day, special), ()))


def read_parts(typed: str) -> tuple[Part, ...]:
    """Return what somebody typed as the hours of a day, in order; nothing typed is closed.

    Raises:
        PartsUnreadable: it is no list of times like 08:30-12:00 14:00-24:00.
        TooManyParts, PartsOverlap: nobody opens like this.
    """
    if BETWEEN.fullmatch(PART.sub("", typed)) is None:
        raise PartsUnreadable(typed=typed)
    parts = sorted(_read(typed, *map(int, one.groups())) for one in PART.finditer(typed))
    if len(parts) > MOST_PARTS:
        raise TooManyParts(most=MOST_PARTS)
    if any(one.closes > after.opens for one, after in pairwise(parts)):
        raise PartsOverlap
    return tuple(parts)


def _read(typed: str, *clock: int) -> Part:
    opens, closes = clock[0] * 60 + clock[1], clock[2] * 60 + clock[3]
    found = Part(opens, closes or MIDNIGHT)
    if not found.opens < found.closes <= MIDNIGHT:
        raise PartsUnreadable(typed=typed)
    return found


def say_parts(parts: Iterable[Part]) -> str:
    """Return the hours of a day as they are typed: 08:30-12:00 14:00-24:00."""
    return " ".join(f"{_said(one.opens)}-{_said(one.closes)}" for one in sorted(parts))


def _said(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def week_as_said(week: Week) -> dict[str, str]:
    """Return the hours of a week by weekday, as a form and the audit have them."""
    return {f"weekday_{number}": say_parts(week.get(number, ())) for number in WEEKDAYS}
