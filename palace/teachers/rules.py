"""When somebody teaches, and whether a time is one a teacher said to be free at: plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from palace.text import N_

MINUTE = timedelta(minutes=1)
ANY_LEVEL = 0
SUBJECTS = {
    "calligraphy": N_("书法"),
    "painting": N_("绘画"),
    "vocal": N_("声乐"),
    "instrument": N_("器乐"),
    "dance": N_("舞蹈"),
    "fitness": N_("健身"),
    "photography": N_("摄影"),
    "go": N_("棋类"),
    "opera": N_("戏曲"),
    "handicraft": N_("手工"),
    "language": N_("语言"),
    "computer": N_("手机和电脑"),
    "health": N_("健康"),
    "talk": N_("讲座"),
    "other": N_("其他"),
}
"""The subjects that come with the tables, in their order."""
LEVELS = {
    0: N_("不分程度"),
    1: N_("零基础"),
    2: N_("初级"),
    3: N_("中级"),
    4: N_("高级"),
    5: N_("研修"),
}


class Span(NamedTuple):
    """When something is taught: a palace day, and the half-open time on it."""

    day: date
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """Return how long it is."""
        return (self.ends_at - self.starts_at) // MINUTE

    def meets(self, other: Span) -> bool:
        """Return whether two share time."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class Free(NamedTuple):
    """From when to when somebody is free on a weekday (1 is Monday)."""

    weekday: int
    begins: time
    ends: time


class Asked(NamedTuple):
    """A stretch of a weekday in minutes from its midnight that somebody would teach."""

    weekday: int
    begins: int
    ends: int


def is_free(times: Collection[Free], asked: Iterable[Asked]) -> bool:
    """Return whether somebody is free at all of these; who said nothing is."""
    return not times or all(any(_holds(one, wish) for one in times) for wish in asked)


def _holds(one: Free, wish: Asked) -> bool:
    within = _minutes(one.begins) <= wish.begins and wish.ends <= _minutes(one.ends)
    return one.weekday == wish.weekday and within


def _minutes(clock_time: time) -> int:
    return clock_time.hour * 60 + clock_time.minute


def can_teach(up_to: int, level: int) -> bool:
    """Return whether a skill up to a level (0: any) is enough for a course of a level."""
    return up_to == ANY_LEVEL or level <= up_to
