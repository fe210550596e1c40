"""How a unit's block may be handed out, to whom, until when: plain values in, decision out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

from palace.blocks.errors import (
    HasOne,
    MembershipOver,
    NotOfUnit,
    NotThisWay,
    ReleaseOutOfTime,
    TurnOutOfTime,
    UnitPending,
)
from palace.members.rules import Standing, tidy_name
from palace.tickets.neighbours import best_sets
from palace.venues.rules import PlanSeat

TURN_BEFORE = timedelta(hours=1)
"""Sign-ups are given out so long before the release: the worker has had many turns by then."""
MOST_NAMES = 300
MOST_PAPER = 100
LONGEST_LINE = 60
FIRST_HAN = 0x3400
DIGITS = re.compile(r"[0-9Xx]{4}(?=\)?$)")
CARD = re.compile(r"[A-Za-z]*[0-9*]+$")
BREAKS = re.compile(r"[\s,，;；、\t]+")


class Way(StrEnum):
    """How a block may be handed out; `ANY`: as its organiser likes."""

    ANY = "any"
    LINK = "link"
    NAMES = "names"
    PAPER = "paper"


class Outcome(StrEnum):
    """What became of a name that was pasted: first what was found, then what was given."""

    FOUND = "found"
    NAMESAKE = "namesake"
    HAS = "has"
    OVER = "over"
    UNKNOWN = "unknown"
    REPEATED = "repeated"
    GIVEN = "given"
    REFUSED = "refused"
    NO_SEAT = "no_seat"


class LinkState(StrEnum):
    """What somebody may do who has opened a block's link."""

    OPEN = "open"
    SIGN_UP = "sign_up"
    SIGNED_UP = "signed_up"
    HAS = "has"
    REFUSED = "refused"
    EMPTY = "empty"
    OVER = "over"


def key_of(block_id: int) -> str:
    """Return what the block's seats are kept for, as claims and grants name it."""
    return f"block:{block_id}"


def check_way(way: Way, wanted: Way) -> None:
    """Refuse a way that the palace has not left open.

    Raises:
        NotThisWay: it is another one.
    """
    if way not in (Way.ANY, wanted):
        raise NotThisWay


def check_release(releases_at: datetime, *, now: datetime, starts_at: datetime) -> None:
    """Refuse a release outside `(now, starts_at]`.

    Raises:
        ReleaseOutOfTime: it lies outside.
    """
    if not now < releases_at <= starts_at:
        raise ReleaseOutOfTime(starts_at=starts_at)


def check_turn(turn_at: datetime, *, now: datetime, releases_at: datetime) -> None:
    """Refuse an hour for the sign-ups that is past, or too near the release.

    Raises:
        TurnOutOfTime: it lies outside `(now, releases_at - TURN_BEFORE]`.
    """
    if turn_at <= now:
        raise TurnOutOfTime(releases_at=releases_at)
    check_turn_fits(turn_at, releases_at)


def check_turn_fits(turn_at: datetime, releases_at: datetime) -> None:
    """Refuse an hour for the sign-ups that leaves too little time before the release.

    Raises:
        TurnOutOfTime: it is later than `releases_at - TURN_BEFORE`.
    """
    if turn_at > releases_at - TURN_BEFORE:
        raise TurnOutOfTime(releases_at=releases_at)


def check_belongs(
    standing: Standing, unit_id: int | None, units: Collection[int], unit: str
) -> None:
    """Refuse who is no valid member of a unit or one below it; the sentence says which it is.

    Raises:
        UnitPending, MembershipOver, NotOfUnit.
    """
    if standing is Standing.PENDING:
        raise UnitPending
    if unit_id not in units:
        raise NotOfUnit(unit=unit)
    if standing is Standing.EXPIRED:
        raise MembershipOver


def check_share(has: int, limit: int) -> None:
    """Refuse one more to who has as many as each may have.

    Raises:
        HasOne: `has` is `limit` or more.
    """
    if has >= limit:
        raise HasOne(limit=limit)


@dataclass(frozen=True)
class Counted:
    """A block in figures at one instant: all its places, those handed out, and whether it is over."""

    places: int
    taken: int
    is_over: bool

    @property
    def left(self) -> int:
        """Return how many wait to be handed out."""
        return 0 if self.is_over else self.places - self.taken

    @property
    def returned(self) -> int:
        """Return how many went back on sale because nobody was named for them."""
        return self.places - self.taken if self.is_over else 0


@dataclass(frozen=True)
class TurnOut:
    """How many tickets were given for shows that are over, and how many of them were used (到场率)."""

    given: int = 0
    came: int = 0

    @property
    def percent(self) -> int | None:
        """Return the share that came, rounded down; None where nothing was given."""
        return self.came * 100 // self.given if self.given else None

    def __add__(self, other: TurnOut) -> TurnOut:
        """Return both together."""
        return TurnOut(self.given + other.given, self.came + other.came)


@dataclass(frozen=True)
class Line:
    """A line of a pasted list: the name, and the end of a phone or card where one stands beside it."""

    typed: str
    name: str
    end: str


def read_names(pasted: str) -> list[Line]:
    """Return the lines of a pasted list that say anything, each as name and last four."""
    lines = (unicodedata.normalize("NFKC", line).strip() for line in pasted.splitlines())
    return [_line(line[:LONGEST_LINE]) for line in lines if line]


def _line(typed: str) -> Line:
    found = DIGITS.search(typed)
    end = found[0].upper() if found else ""
    words = typed[: found.start()] if found else typed
    name = _chinese_name(words) if _is_chinese(words) else words
    return Line(typed, tidy_name(name.rstrip(" 0123456789*-:：()（）.,，;；、\t")), end)


def _chinese_name(words: str) -> str:
    """Return a name without its gaps, and without the beginning of a number that stands behind it."""
    parts = [part for part in BREAKS.split(words) if _is_chinese(part) or part.isalpha()]
    return CARD.sub("", "".join(parts).rstrip("("))


def _is_chinese(words: str) -> bool:
    return any(ord(letter) >= FIRST_HAN for letter in words)


def together(free: Sequence[PlanSeat], count: int) -> list[PlanSeat]:
    """Return `count` free seats as near to each other and as good as can be, or none at all.

    Neighbours in one row where there are so many; else whole stretches of rows one behind another.
    The seats come in plan order, as they go.
    """
    sets = best_sets(free, count, 1)
    if sets:
        return sets[0]
    runs = [
        _longest(list(row)) for _, row in groupby(free, key=lambda seat: (seat.section, seat.row))
    ]
    found = [seats for first in range(len(runs)) if (seats := _gathered(runs[first:], count))]
    best = min(found, key=lambda seats: sum(seat.score for seat in seats), default=[])
    return sorted(best, key=lambda seat: seat.ordinal)


def _longest(row: list[PlanSeat]) -> list[PlanSeat]:
    """Return the longest stretch of neighbours in a row."""
    runs = [row[:1]]
    for before, seat in pairwise(row):
        near = seat.position - before.position == 1 and seat.block == before.block
        runs[-1:] = [[*runs[-1], seat]] if near else [runs[-1], [seat]]
    return max(runs, key=len)


def _gathered(runs: Sequence[list[PlanSeat]], count: int) -> list[PlanSeat]:
    """Return `count` seats of stretches one behind another in one section, or none."""
    found: list[PlanSeat] = []
    for run in runs:
        if run[0].section != runs[0][0].section:
            break
        found += _best_part(run, min(len(run), count - len(found)))
        if len(found) == count:
            return found
    return []


def _best_part(run: Sequence[PlanSeat], count: int) -> list[PlanSeat]:
    parts = [list(run[first : first + count]) for first in range(len(run) - count + 1)]
    return min(parts, key=lambda seats: sum(seat.score for seat in seats))


def repeated(names: Iterable[tuple[str, str]]) -> Iterator[bool]:
    """Say of each name and last four whether they stood on the list before."""
    seen: set[tuple[str, str]] = set()
    for one in names:
        yield one in seen
        seen.add(one)
