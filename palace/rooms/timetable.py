"""A day of a room in minutes from its midnight: what is free, who has it, and what else could be taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from palace.hours.rules import MIDNIGHT
from palace.rooms.wishes import Figures

STEP = 30
"""Minutes of a cell of the grid."""
CLOCK = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(MIDNIGHT + 1))
"""Every minute of a day as people read it; the last is 24:00."""


def clock_span(begins: int, ends: int) -> str:
    """Return a stretch as people read it, as far as it lies on the day: 19:00–21:00."""
    return f"{CLOCK[max(begins, 0)]}–{CLOCK[min(ends, MIDNIGHT)]}"


def typed(day: date, minute: int) -> str:
    """Return an instant of a day as addresses have it: 2026-12-01T19:00."""
    return f"{day}T{CLOCK[minute]}"


class CellKind(StrEnum):
    """What a stretch of a room's day is to who wants it.

    GAP is needed before or after another use, PAST is over or too soon to be taken, EARLY is not
    to be taken yet, and ODD no length or start that the room is lent for.
    """

    FREE = "free"
    TAKEN = "taken"
    GAP = "gap"
    PAST = "past"
    EARLY = "early"
    CLOSED = "closed"
    ODD = "odd"


class Thing(NamedTuple):
    """Equipment that stands in a room, and how many of it."""

    code: str
    how_many: int
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room as the grid needs it; `shares` are the spaces that have a part of it, itself among them."""

    space_id: int
    site_id: int
    name_zh: str
    name_en: str
    floor: int
    capacity: int
    min_people: int
    setup_minutes: int
    teardown_minutes: int
    approval: bool
    purposes: Sequence[str]
    figures: Figures
    shares: Sequence[int]
    things: Sequence[Thing]

    def holds(self, people: int) -> bool:
        """Return whether it is lent for so many; none said: for any number."""
        return not people or self.min_people <= people <= self.capacity

    def serves(self, purpose: str) -> bool:
        """Return whether it is lent for a purpose; one that names none is for all."""
        return not purpose or not self.purposes or purpose in self.purposes

    def lends(self, begins: int, minutes: int) -> bool:
        """Return whether a use of this length may begin then, by its policy's lengths and raster."""
        figures = self.figures
        on_raster = begins % figures.step_minutes == minutes % figures.step_minutes == 0
        return on_raster and figures.min_minutes <= minutes <= figures.max_minutes


class Taken(NamedTuple):
    """A use of a room: `begins` to `ends` it holds the room, `starts` to `finishes` people are told.

    Names are those everybody may read; empty: it is said to be taken, and no more.
    """

    begins: int
    ends: int
    starts: int
    finishes: int
    use: str
    name_zh: str = ""
    name_en: str = ""
    pending: bool = False
    mine: bool = False

    @property
    def clock(self) -> str:
        """Return from when to when people are told it is, as far as it lies on the day."""
        return clock_span(self.starts, self.finishes)

    def next_day(self) -> Taken:
        """Return the use as the day after it sees it."""
        return self._replace(
            begins=self.begins - MIDNIGHT,
            ends=self.ends - MIDNIGHT,
            starts=self.starts - MIDNIGHT,
            finishes=self.finishes - MIDNIGHT,
        )


class Cell(NamedTuple):
    """One cell of the grid: a free half-hour, or a stretch of `length` half-hours that is not."""

    at: int
    length: int
    kind: CellKind
    taken: Taken | None = None

    @property
    def clock(self) -> str:
        """Return when it begins."""
        return CLOCK[self.at]

    @property
    def until(self) -> str:
        """Return when it ends."""
        return CLOCK[self.at + self.length * STEP]


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A room on a day; `parts` are when it is open, `earliest` the first minute a use may begin.

    `opens_at`: from when it may be taken, where that is still to come.
    """

    place: Place
    day: date
    parts: Sequence[tuple[int, int]]
    taken: Sequence[Taken]
    earliest: int = 0
    opens_at: datetime | None = None

    def stands(self, begins: int, ends: int) -> CellKind:
        """Return how the room stands for who wants it then, with what its use needs before and after."""
        if not any(opens <= begins and ends <= closes for opens, closes in self.parts):
            return CellKind.CLOSED
        if self.meets(begins, ends):
            return CellKind.TAKEN
        if begins < self.earliest:
            return CellKind.PAST
        if not self.place.lends(begins, ends - begins):
            return CellKind.ODD
        return CellKind.EARLY if self.opens_at else CellKind.FREE

    def is_free(self, begins: int, ends: int) -> bool:
        """Return whether people could take the room now for then."""
        return self.stands(begins, ends) is CellKind.FREE

    def meets(self, begins: int, ends: int) -> bool:
        """Return whether another use has the room at that time, or while it is set up or cleared."""
        first, last = begins - self.place.setup_minutes, ends + self.place.teardown_minutes
        return any(one.begins < last and first < one.ends for one in self.taken)

    def starts(self, minutes: int) -> Iterator[int]:
        """Yield when a use of this length could begin, on the room's raster."""
        step = self.place.figures.step_minutes
        for opens, closes in self.parts:
            for begins in range(-(-opens // step) * step, closes - minutes + 1, step):
                if self.is_free(begins, begins + minutes):
                    yield begins

    def lengths(self, begins: int) -> list[int]:
        """Return how long the room could be had from then on: what its policy lends, on its raster."""
        step, longest = self.place.figures.step_minutes, self.place.figures.max_minutes
        offered = range(step, longest + 1, step)
        return [minutes for minutes in offered if self.is_free(begins, begins + minutes)]

    def cells(self, first: int, last: int) -> list[Cell]:
        """Return the cells from one minute of the raster to another, in order."""
        marks: list[CellKind | Taken] = [CellKind.CLOSED] * ((last - first) // STEP)
        for opens, closes in self.parts:
            _paint(marks, opens - first, closes - first, CellKind.FREE, inside=True)
        if self.opens_at:
            _paint(marks, 0, last - first, CellKind.EARLY, over=CellKind.FREE)
        _paint(marks, 0, self.earliest - first, CellKind.PAST, over=CellKind.FREE)
        place = self.place
        for one in self.taken:
            begins, ends = one.begins - place.teardown_minutes, one.ends + place.setup_minutes
            _paint(marks, begins - first, ends - first, CellKind.GAP, over=CellKind.FREE)
        for one in self.taken:
            _paint(marks, one.begins - first, one.ends - first, one)
        return list(_runs(marks, first, max(place.figures.step_minutes, STEP)))


def _paint(
    marks: list[CellKind | Taken],
    begins: int,
    ends: int,
    mark: CellKind | Taken,
    *,
    over: CellKind | None = None,
    inside: bool = False,
) -> None:
    """Mark the half-hours a stretch touches, or only those wholly `inside` it."""
    start, stop = (
        (-(-begins // STEP), ends // STEP) if inside else (begins // STEP, -(-ends // STEP))
    )
    for index in range(max(start, 0), min(stop, len(marks))):
        if over is None or marks[index] is over:
            marks[index] = mark


def _runs(marks: Sequence[CellKind | Taken], first: int, raster: int) -> Iterator[Cell]:
    """Yield what is free a piece of the raster at a time, and neighbours of any other mark as one cell."""
    begun = 0
    for index, mark in enumerate(marks):
        ends = first + (index + 1) * STEP
        more = index + 1 < len(marks) and marks[index + 1] is mark
        if more and not (mark is CellKind.FREE and ends % raster == 0):
            continue
        at, length = first + begun * STEP, index + 1 - begun
        begun = index + 1
        if isinstance(mark, Taken):
            yield Cell(at, length, CellKind.TAKEN, mark)
        else:
            is_part = mark is CellKind.FREE and length * STEP < raster
            yield Cell(at, length, CellKind.GAP if is_part else mark)


def hours_shown(lanes: Sequence[Lane]) -> tuple[int, int]:
    """Return from which to which whole hour some rooms are open; nothing where none is."""
    parts = [part for lane in lanes for part in lane.parts]
    if not parts:
        return 0, 0
    first, last = min(opens for opens, _ in parts), max(closes for _, closes in parts)
    return first // 60 * 60, min(-(-last // 60) * 60, MIDNIGHT)


def side_by_side(lanes: Sequence[Lane]) -> list[tuple[int, list[Cell | None]]]:
    """Return lanes beside each other, half-hour by half-hour: the cells that begin then, None inside one."""
    first, last = hours_shown(lanes)
    columns = [{cell.at: cell for cell in lane.cells(first, last)} for lane in lanes]
    return [(at, [column.get(at) for column in columns]) for at in range(first, last, STEP)]
