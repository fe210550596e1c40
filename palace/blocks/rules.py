"""How a unit's block may be handed out, to whom, until when: plain values in, decision out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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


def repeated(names: Iterable[tuple[str, str]]) -> Iterator[bool]:
    """Say of each name and last four whether they stood on the list before."""
    seen: set[tuple[str, str]] = set()
    for one in names:
        yield one in seen
        seen.add(one)
