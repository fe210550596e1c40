"""A day of a room in minutes from its midnight: what is free, who has it, and what else could be taken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from palace.hours.rules import MIDNIGHT

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
    """What a stretch of a room's day is to who wants it; GAP is another use's setting up or clearing."""

    FREE = "free"
    TAKEN = "taken"
    GAP = "gap"
    PAST = "past"
    CLOSED = "closed"


class Thing(NamedTuple):
    """Equipment that stands in a room, and how many of it."""

    code: str
    how_many: int
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room as the grid needs it; minutes are those of its policy, `shares` the spaces with a part of it."""

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
    takers: str
    step_minutes: int
    min_minutes: int
    max_minutes: int
    lead_minutes: int
    shares: Sequence[int]
    things: Sequence[Thing]

    def lends(self, begins: int, minutes: int) -> bool:
        """Return whether a use of this length may begin then, by its policy's lengths and raster."""
        on_raster = begins % self.step_minutes == minutes % self.step_minutes == 0
        return on_raster and self.min_minutes <= minutes <= self.max_minutes


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
    """A room on a day; `parts` are when it is open, `earliest` the first minute a use may begin."""

    place: Place
    day: date
    parts: Sequence[tuple[int, int]]
    taken: Sequence[Taken]
    earliest: int = 0

    def is_free(self, begins: int, ends: int) -> bool:
        """Return whether people could have the room then, with what its use needs before and after."""
        inside = any(opens <= begins and ends <= closes for opens, closes in self.parts)
        lent = self.place.lends(begins, ends - begins) and begins >= self.earliest
        return inside and lent and not self.meets(begins, ends)

    def meets(self, begins: int, ends: int) -> bool:
        """Return whether another use has the room at that time, or while it is set up or cleared."""
        first, last = begins - self.place.setup_minutes, ends + self.place.teardown_minutes
        return any(one.begins < last and first < one.ends for one in self.taken)

    def starts(self, minutes: int) -> Iterator[int]:
        """Yield when a use of this length could begin, on the room's raster."""
        step = self.place.step_minutes
        for opens, closes in self.parts:
            for begins in range(-(-opens // step) * step, closes - minutes + 1, step):
                if self.is_free(begins, begins + minutes):
                    yield begins

    def lengths(self, begins: int) -> list[int]:
        """Return how long the room could be had from then on: what its policy lends, on its raster."""
        offered = range(
            self.place.step_minutes, self.place.max_minutes + 1, self.place.step_minutes
        )
        return [minutes for minutes in offered if self.is_free(begins, begins + minutes)]

    def cells(self, first: int, last: int) -> list[Cell]:
        """Return the cells from one minute of the raster to another, in order."""
        marks: list[CellKind | Taken] = [CellKind.CLOSED] * ((last - first) // STEP)
        for opens, closes in self.parts:
            _paint(marks, opens - first, closes - first, CellKind.FREE, inside=True)
        _paint(marks, 0, self.earliest - first, CellKind.PAST, over=CellKind.FREE)
        place = self.place
        for one in self.taken:
            begins, ends = one.begins - place.teardown_minutes, one.ends + place.setup_minutes
            _paint(marks, begins - first, ends - first, CellKind.GAP, over=CellKind.FREE)
        for one in self.taken:
            _paint(marks, one.begins - first, one.ends - first, one)
        return list(_runs(marks, first, max(place.step_minutes, STEP)))


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


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for: a time of a day, and what the room must have."""

    day: date
    begins: int
    minutes: int
    people: int = 0
    floor: int | None = None
    purpose: str = ""
    equipment: Collection[str] = ()
    space_id: int | None = None

    @property
    def ends(self) -> int:
        """Return when it would be over."""
        return self.begins + self.minutes

    @property
    def starts(self) -> str:
        """Return the start as addresses have it."""
        return typed(self.day, self.begins)

    @property
    def clock(self) -> str:
        """Return from when to when it would be: 19:00–21:00."""
        return clock_span(self.begins, self.ends)

    def fits(self, place: Place, stock: Mapping[str, int]) -> bool:
        """Return whether a room has the size, floor, use and things; `stock` is carried to any room."""
        there = {thing.code for thing in place.things}
        return (
            place.min_people <= (self.people or place.min_people) <= place.capacity
            and self.floor in (None, place.floor)
            and (not self.purpose or self.purpose in place.purposes)
            and all(code in there or stock.get(code, 0) > 0 for code in self.equipment)
        )


@dataclass(frozen=True)
class Way:
    """A room at a time that could be taken."""

    lane: Lane
    begins: int
    minutes: int

    @property
    def starts(self) -> str:
        """Return the start as addresses have it."""
        return typed(self.lane.day, self.begins)

    @property
    def clock(self) -> str:
        """Return from when to when it is: 19:00–21:00."""
        return clock_span(self.begins, self.begins + self.minutes)


@dataclass(frozen=True)
class Ways:
    """What could be taken instead: another room then, the nearest time, a shorter one; each may lack."""

    room: Way | None = None
    time: Way | None = None
    shorter: Way | None = None


def instead(lanes: Sequence[Lane], fitting: Collection[int], wanted: Wanted) -> Ways:
    """Return three ways out where what was wanted is not free, the wanted room first among equals.

    Args:
        lanes: rooms on the wanted day, and on days around it.
        fitting: the rooms that have what is wanted.
        wanted: the wish.
    """
    near = sorted(lanes, key=lambda lane: lane.place.space_id != wanted.space_id)
    own = [lane for lane in near if lane.place.space_id in fitting]
    return Ways(
        room=_other_room(near, fitting, wanted),
        time=_nearest_time(own, wanted),
        shorter=_shorter([lane for lane in own if lane.day == wanted.day], wanted),
    )


def _other_room(lanes: Sequence[Lane], fitting: Collection[int], wanted: Wanted) -> Way | None:
    """Return a room that is free then: one that fits, else the least that holds the people."""
    free = [
        lane
        for lane in lanes
        if lane.day == wanted.day
        and lane.place.space_id != wanted.space_id
        and wanted.people <= lane.place.capacity
        and lane.is_free(wanted.begins, wanted.ends)
    ]
    best = min(
        free,
        key=lambda lane: (lane.place.space_id not in fitting, lane.place.capacity),
        default=None,
    )
    return Way(best, wanted.begins, wanted.minutes) if best else None


def _nearest_time(lanes: Sequence[Lane], wanted: Wanted) -> Way | None:
    """Return the start nearest to the wanted one; in doubt the wanted room, and the later."""
    ways = [
        Way(lane, begins, wanted.minutes)
        for lane in lanes
        for begins in lane.starts(wanted.minutes)
    ]
    return min(ways, key=lambda way: _far(way, wanted), default=None)


def _far(way: Way, wanted: Wanted) -> tuple[int, bool, bool]:
    apart = (way.lane.day - wanted.day).days * MIDNIGHT + way.begins - wanted.begins
    return abs(apart), way.lane.place.space_id != wanted.space_id, apart < 0


def _shorter(lanes: Sequence[Lane], wanted: Wanted) -> Way | None:
    """Return the longest time inside the wanted one that is long enough to be lent."""
    best: Way | None = None
    for lane in lanes:
        step = lane.place.step_minutes
        for minutes in range(wanted.minutes - step, lane.place.min_minutes - 1, -step):
            if best is not None and minutes <= best.minutes:
                break
            begins = next(
                (
                    one
                    for one in lane.starts(minutes)
                    if wanted.begins <= one <= wanted.ends - minutes
                ),
                None,
            )
            if begins is not None:
                best = Way(lane, begins, minutes)
                break
    return best
