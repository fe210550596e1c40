"""What somebody looks for, and what they could have instead: plain values in, three ways out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from palace.hours.rules import MIDNIGHT
from palace.rooms.timetable import Lane, Place, clock_span, typed


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
        """Return whether a room has the size, floor, use and things; `stock` is carried to any room.

        A room that names no purposes is for all.
        """
        there = {thing.code for thing in place.things}
        return (
            place.holds(self.people)
            and self.floor in (None, place.floor)
            and place.serves(self.purpose)
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
    """Return three ways out: another room then; the wanted one, or any that fits, at another time or shorter.

    Args:
        lanes: rooms on the wanted day, and on days around it.
        fitting: the rooms that have what is wanted.
        wanted: the wish, which is not free.
    """
    own = {wanted.space_id} if wanted.space_id in fitting else set(fitting)
    those = [lane for lane in lanes if lane.place.space_id in own]
    return Ways(
        room=_other_room(lanes, fitting, wanted),
        time=_nearest_time(those, wanted),
        shorter=_shorter([lane for lane in those if lane.day == wanted.day], wanted),
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
    """Return the start nearest to the wanted one; in doubt the later."""
    ways = [
        Way(lane, begins, wanted.minutes)
        for lane in lanes
        for begins in lane.starts(wanted.minutes)
    ]
    return min(ways, key=lambda way: _far(way, wanted), default=None)


def _far(way: Way, wanted: Wanted) -> tuple[int, bool]:
    days = (way.lane.day - wanted.day).days
    apart = days * MIDNIGHT + way.begins - wanted.begins
    return abs(apart), apart < 0


def _shorter(lanes: Sequence[Lane], wanted: Wanted) -> Way | None:
    """Return the longest time inside the wanted one that is long enough to be lent."""
    best: Way | None = None
    for lane in lanes:
        step, shortest = lane.place.figures.step_minutes, lane.place.figures.min_minutes
        for minutes in range((wanted.minutes - 1) // step * step, shortest - 1, -step):
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
