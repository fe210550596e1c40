"""From when to when a place is open on a day: hours of the week, and days that are not like theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import NamedTuple

CLOSED = 0
"""What a special day counts as when nobody comes in; 1 to 7 are Monday to Sunday."""
WEEKDAYS = range(1, 8)
MIDNIGHT = 24 * 60


class Part(NamedTuple):
    """A stretch of a day in minutes from its midnight, half-open; 24:00 at the latest."""

    opens: int
    closes: int


def part(opens: time, closes: time) -> Part:
    """Return a stretch by its clock times; one that closes at 00:00 lasts until that midnight."""
    return Part(_minutes(opens), _minutes(closes) or MIDNIGHT)


def _minutes(clock_time: time) -> int:
    return clock_time.hour * 60 + clock_time.minute


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


def parts_of(
    day: date, week: Mapping[int, Sequence[Part]], special: Mapping[date, int]
) -> tuple[Part, ...]:
    """Return when a place with these hours of the week is open on a day; never, without hours."""
    return joined(week.get(counts_as(day, special), ()))
