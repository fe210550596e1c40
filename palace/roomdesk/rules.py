"""A policy's figures as a form has them, and what other figures would make of dates that are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from palace.rooms.figures import ALL
from palace.rooms.rules import monday, month
from palace.rooms.wishes import Approval, Opens
from palace.text import N_
from palace.venues.figure import Figures, Unit, Value

MINUTE, HUNDRED = 60, 100
CLOCKS = frozenset(one.name for one in ALL if one.unit is Unit.CLOCK)
KINDS: dict[str, type[StrEnum]] = {"opens": Opens, "approval": Approval}
WORDS = {
    "too_short": N_("比新的“一次至少”短"),
    "too_long": N_("比新的“一次最多”长"),
    "off_raster": N_("开始或结束不在新的格子上"),
    "troupe_week": N_("团队那一周超过新的时数"),
    "troupe_month": N_("团队那个月超过新的时数"),
    "member_day": N_("会员那一天超过新的时数"),
    "unit_day": N_("单位那一天超过新的次数"),
}
"""Why a date that is taken would not keep other figures."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A date that holds: people's time as minutes of its palace day, by which policy, and whose.

    It is a troupe's, with that troupe's own limits if it has any, or a member's alone and of their unit.
    """

    day: date
    begins: int
    ends: int
    policy_id: int
    is_coming: bool
    troupe_id: int | None = None
    member_id: int | None = None
    unit_id: int | None = None
    week_minutes: int | None = None
    month_minutes: int | None = None

    @property
    def minutes(self) -> int:
        """Return how long it is."""
        return self.ends - self.begins


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What `figure` allows a troupe, member or unit in each week, month or day."""

    figure: str
    who: str
    period: Callable[[date], date]
    own: str = ""
    counts: bool = False

    def key(self, one: Taken) -> tuple[int, date] | None:
        """Return whose, and in which period, a date is; None where the limit is not about it."""
        who = getattr(one, self.who)
        return None if who is None else (who, self.period(one.day))


def _day(day: date) -> date:
    return day


LIMITS = {
    "troupe_week": Limit(
        figure="troupe_week_minutes", who="troupe_id", period=monday, own="week_minutes"
    ),
    "troupe_month": Limit(
        figure="troupe_month_minutes", who="troupe_id", period=month, own="month_minutes"
    ),
    "member_day": Limit(figure="member_day_minutes", who="member_id", period=_day),
    "unit_day": Limit(figure="unit_day_count", who="unit_id", period=_day, counts=True),
}


def plain(value: Any) -> Value:
    """Return a column's value as a form has it: a clock time as 2130, a word as its text."""
    if isinstance(value, time):
        return value.hour * HUNDRED + value.minute
    if isinstance(value, StrEnum):
        return value.value
    known: Value = value
    return known


def of_column(name: str, value: Value) -> Any:
    """Return a form's value as its column has it."""
    if name in CLOCKS:
        return time(*divmod(int(value), HUNDRED))
    return KINDS[name](str(value)) if name in KINDS else value


def of_preset(figures: Mapping[str, Any]) -> dict[str, Value]:
    """Return a preset's figures as a form has them; its clock times are written 08:00."""
    return {
        name: plain(time.fromisoformat(value)) if name in CLOCKS else value
        for name, value in figures.items()
    }


def would_fail(figures: Figures, taken: Iterable[Taken], policy_id: int) -> dict[str, int]:
    """Return how many dates to come of a policy would not keep other figures of it, by why.

    Whoever has them keeps them: figures hold for what is asked after they changed.
    """
    taken = list(taken)
    ours = [one for one in taken if one.is_coming and one.policy_id == policy_id]
    step = int(figures["step_minutes"])
    whys = {
        "too_short": [one for one in ours if one.minutes < int(figures["min_minutes"])],
        "too_long": [one for one in ours if one.minutes > int(figures["max_minutes"])],
        "off_raster": [one for one in ours if one.begins % step or one.ends % step],
        **{why: _beyond(limit, figures, taken, ours) for why, limit in LIMITS.items()},
    }
    return {why: len(found) for why, found in whys.items() if found}


def _beyond(limit: Limit, figures: Figures, taken: list[Taken], ours: list[Taken]) -> list[Taken]:
    """Return the dates of a policy that lie in a week, month or day which would be over a limit."""
    summed: dict[tuple[int, date], int] = {}
    for one in taken:
        if key := limit.key(one):
            summed[key] = summed.get(key, 0) + (1 if limit.counts else one.minutes)
    most = int(figures.get(limit.figure, 0))
    found = []
    for one in ours:
        own = getattr(one, limit.own) if limit.own else None
        key = limit.key(one)
        if key and 0 < (most if own is None else own) < summed[key]:
            found.append(one)
    return found


def minutes_between(midnight: datetime, instant: datetime) -> int:
    """Return the minutes from a day's midnight to an instant."""
    return int((instant - midnight).total_seconds()) // MINUTE
