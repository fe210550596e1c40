"""Rules of a weekly series: its dates, which rooms are proposed, and what each date shall be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

WEEK = timedelta(days=7)
LAST_MINUTE = 24 * 60 - 1
MOST_PROPOSALS = 3
MOST_SWAPS = 3
SKIP = "skip"
CHOICE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}:(?:skip|[0-9]{1,18})")


def weekly(weekday: int, since: date, until: date, most: int) -> tuple[date, ...]:
    """Return the days with this weekday (1 is Monday) from `since` to `until`, `most` at the most."""
    first = since + timedelta(days=(weekday - since.isoweekday()) % WEEK.days)
    found = max(0, (until - first).days // WEEK.days + 1)
    return tuple(first + WEEK * number for number in range(min(found, most)))


def raster(opens: time, spare: int, step: int) -> Iterator[time]:
    """Give the clock times on a raster of `step` minutes from `opens` on, `spare` minutes later at most."""
    since = opens.hour * 60 + opens.minute
    for minute in range(since + -since % step, min(since + spare, LAST_MINUTE) + 1, step):
        yield time(*divmod(minute, 60))


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A room as a series sees it: its days that are free, and why the others are not.

    `fits`: what it is for includes what is wanted. `taken` has a sentence for each other day.
    """

    space_id: int
    floor: int
    capacity: int
    fits: bool
    free: frozenset[date]
    taken: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """A room for a series, and for each day on which it is not free the rooms that are, best first."""

    room: Candidate
    swaps: Mapping[date, tuple[int, ...]]

    @property
    def swapped(self) -> list[date]:
        """Return the days that another room has."""
        return [day for day, rooms in self.swaps.items() if rooms]

    @property
    def lost(self) -> list[date]:
        """Return the days that no room has."""
        return [day for day, rooms in self.swaps.items() if not rooms]


def propose(
    candidates: Sequence[Candidate], days: Sequence[date], most: int = MOST_PROPOSALS
) -> list[Proposal]:
    """Return the best rooms for a series that have any of its days.

    Better is: for this purpose, fewest days lost, fewest in another room, these on the same floor,
    least space left over.
    """
    some = [one for one in candidates if one.free.intersection(days)]
    proposals = [Proposal(one, swaps_for(one, some, days)) for one in some]
    floors = {one.space_id: one.floor for one in some}

    def rank(proposal: Proposal) -> tuple[bool, int, int, int, int, int]:
        room, firsts = proposal.room, [rooms[0] for rooms in proposal.swaps.values() if rooms]
        stairs = sum(abs(floors[one] - room.floor) for one in firsts)
        missed = len(proposal.lost), len(proposal.swapped)
        return not room.fits, *missed, stairs, room.capacity, room.space_id

    return sorted(proposals, key=rank)[:most]


def swaps_for(
    room: Candidate, candidates: Iterable[Candidate], days: Iterable[date]
) -> dict[date, tuple[int, ...]]:
    """Return which other rooms are free on the days on which a room is not, best first."""

    def rank(other: Candidate) -> tuple[bool, int, int, int]:
        return not other.fits, abs(other.floor - room.floor), other.capacity, other.space_id

    others = sorted((one for one in candidates if one.space_id != room.space_id), key=rank)
    return {
        day: tuple([one.space_id for one in others if day in one.free][:MOST_SWAPS])
        for day in days
        if day not in room.free
    }


@dataclass(frozen=True)
class Choice:
    """What a day of a series shall be: held in a room, or left out."""

    day: date
    space_id: int | None

    def __str__(self) -> str:
        """Write it as a form carries it: 2026-12-02:5, or 2026-12-02:skip."""
        return f"{self.day.isoformat()}:{self.space_id or SKIP}"


def read_choice(written: str) -> Choice | None:
    """Return what a form carried, None where it is no such thing."""
    if not CHOICE.fullmatch(written):
        return None
    day, _, what = written.partition(":")
    try:
        return Choice(date.fromisoformat(day), None if what == SKIP else int(what))
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A day of a series as the page shows it, with what was chosen for it, if anything.

    `why` says why the series' own room does not have it; `others` are rooms that do, and
    `is_lost` marks a choice that is free no more.
    """

    day: date
    own_is_free: bool
    why: str
    others: tuple[int, ...]
    choice: Choice | None
    is_lost: bool = False


def plan(
    room: Candidate,
    candidates: Sequence[Candidate],
    days: Sequence[date],
    choices: Mapping[date, Choice],
) -> list[Planned]:
    """Return each day of a series in a room with what it shall be.

    A day on which the room is free is held there unless something else was chosen. For any other one
    only what was chosen counts, and that only while it can be had.
    """
    swaps = swaps_for(room, candidates, days)
    free = {one.space_id: one.free for one in candidates}
    return [_planned(room, day, swaps.get(day, ()), choices.get(day), free) for day in days]


def _planned(
    room: Candidate,
    day: date,
    others: tuple[int, ...],
    chosen: Choice | None,
    free: Mapping[int, frozenset[date]],
) -> Planned:
    own = day in room.free
    is_lost = bool(chosen and chosen.space_id and day not in free.get(chosen.space_id, ()))
    by_itself = Choice(day, room.space_id) if own else None
    return Planned(
        day=day,
        own_is_free=own,
        why=room.taken.get(day, ""),
        others=others,
        choice=by_itself if chosen is None or is_lost else chosen,
        is_lost=is_lost,
    )


def settle(planned: Sequence[Planned], *, swap: bool) -> Iterator[Choice]:
    """Give what each day becomes where the open ones are swapped, those without a room left out.

    With `swap` False all open ones are left out.
    """
    for one in planned:
        if one.choice:
            yield one.choice
        else:
            yield Choice(one.day, one.others[0] if swap and one.others else None)


class Scope(StrEnum):
    """Which dates of a series a change is about."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"
