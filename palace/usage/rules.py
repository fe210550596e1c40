"""How the use of rooms is counted, and how a week of a house is told: plain values in, figures out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

HOUR, HOURS, WEEK = 60, 24, 7
LONGEST_SPAN = 366
Stretch = tuple[int, int]
"""From a minute of a day to another, counted from its midnight."""


class Paper(StrEnum):
    """What a slip is printed on: a sheet, or a till's roll of 80 mm."""

    A4 = "a4"
    ROLL = "roll"


class Sheet(StrEnum):
    """What a week is printed on."""

    A4 = "a4"
    A3 = "a3"


def week_of(day: date) -> list[date]:
    """Return the days of a day's week, Monday first."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=number) for number in range(WEEK)]


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches in order, those that touch or overlap as one."""
    found: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def overlap(parts: Iterable[Stretch], stretches: Iterable[Stretch]) -> int:
    """Return how many minutes of stretches lie in parts; neither may overlap among themselves."""
    those = list(stretches)
    return sum(
        max(0, min(ends, closes) - max(begins, opens))
        for opens, closes in parts
        for begins, ends in those
    )


def by_hour(stretches: Iterable[Stretch]) -> list[int]:
    """Return how many minutes of stretches lie in each of a day's hours."""
    those = list(stretches)
    return [overlap([(hour * HOUR, (hour + 1) * HOUR)], those) for hour in range(HOURS)]


@dataclass(frozen=True, kw_only=True)
class Date:
    """One date of a reservation as it is counted; minutes are from the day's midnight."""

    space_id: int
    troupe_id: int | None
    day: date
    span: Stretch
    arrived: bool
    missed: bool

    @property
    def minutes(self) -> int:
        """Return how long it is."""
        return self.span[1] - self.span[0]


@dataclass(frozen=True, kw_only=True)
class Day:
    """A room on a day: when it is open, and what holds it, whoever has it."""

    space_id: int
    day: date
    parts: Sequence[Stretch]
    held: Sequence[Stretch]


@dataclass
class Tally:
    """Minutes and dates of a room, of a troupe, or of all.

    Attributes:
        opened: minutes the room was open.
        others: minutes that shows, classes and closures had of them.
        free: minutes nobody had reserved, not even who missed.
        reserved: minutes of dates, signed in and missed ones among them.
    """

    opened: int = 0
    others: int = 0
    free: int = 0
    reserved: int = 0
    arrived: int = 0
    missed: int = 0
    dates: int = 0
    missed_dates: int = 0

    def add_date(self, one: Date) -> None:
        """Count a date."""
        self.dates += 1
        self.reserved += one.minutes
        self.arrived += one.minutes if one.arrived else 0
        self.missed += one.minutes if one.missed else 0
        self.missed_dates += one.missed

    def add_day(self, day: Day, dates: Sequence[Date]) -> None:
        """Count a room's day with its dates."""
        taken = joined([*day.held, *(one.span for one in dates)])
        opened = sum(closes - opens for opens, closes in day.parts)
        used = overlap(day.parts, taken)
        self.opened += opened
        self.free += opened - used
        self.others += used - overlap(day.parts, joined(one.span for one in dates))

    @property
    def share(self) -> int:
        """Return how many per cent of the open time somebody had."""
        return round(100 * (self.opened - self.free) / self.opened) if self.opened else 0


@dataclass
class Report:
    """The use of rooms over some days.

    `heat`: by weekday (Monday is 0) and hour, minutes in use and minutes open, of all rooms.
    """

    rooms: dict[int, Tally] = field(default_factory=dict)
    troupes: dict[int | None, Tally] = field(default_factory=dict)
    total: Tally = field(default_factory=Tally)
    heat: list[list[Stretch]] = field(default_factory=list)

    def share_at(self, weekday: int, hour: int) -> int | None:
        """Return how many per cent of the open time of an hour were in use; None: never open."""
        used, opened = self.heat[weekday][hour]
        return round(100 * used / opened) if opened else None

    @property
    def hours(self) -> range:
        """Return the hours at which anything is ever open."""
        found = [hour for hour in range(HOURS) if any(day[hour][1] for day in self.heat)]
        return range(found[0], found[-1] + 1) if found else range(0)


def report(days: Iterable[Day], dates: Iterable[Date]) -> Report:
    """Return the report of rooms on days."""
    told = Report(heat=[[(0, 0)] * HOURS for _ in range(WEEK)])
    at: dict[tuple[int, date], list[Date]] = {}
    for one in dates:
        at.setdefault((one.space_id, one.day), []).append(one)
        for tally in (told.total, told.troupes.setdefault(one.troupe_id, Tally())):
            tally.add_date(one)
        told.rooms.setdefault(one.space_id, Tally()).add_date(one)
    for day in days:
        of_day = at.get((day.space_id, day.day), [])
        for tally in (told.total, told.rooms.setdefault(day.space_id, Tally())):
            tally.add_day(day, of_day)
        _warm(told.heat[day.day.weekday()], day, of_day)
    return told


def _warm(hours: list[Stretch], day: Day, dates: Sequence[Date]) -> None:
    """Add a room's day to the hours of its weekday."""
    taken = joined([*day.held, *(one.span for one in dates)])
    used = [
        (max(begins, opens), min(ends, closes))
        for opens, closes in day.parts
        for begins, ends in taken
        if begins < closes and opens < ends
    ]
    for hour, (busy, opened) in enumerate(zip(by_hour(used), by_hour(day.parts), strict=True)):
        before = hours[hour]
        hours[hour] = (before[0] + busy, before[1] + opened)
