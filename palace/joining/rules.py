"""What may happen to an application, and which units are offered first: plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypeVar

SUGGESTED = 3
SHORTEST_SEARCH, LONGEST_SEARCH = 2, 40
LONGEST_PLACE = 60
Thing = TypeVar("Thing")


class Verdict(StrEnum):
    """What a unit says of somebody who applies to be one of its members."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


def suggested(*sources: Iterable[Thing]) -> list[Thing]:
    """Return the first few different things of several sources, the earlier source first."""
    found = dict.fromkeys(thing for source in sources for thing in source)
    return list(found)[:SUGGESTED]


def is_search(typed: str) -> bool:
    """Return whether typed words are enough, and not too many, to look a unit up by."""
    return SHORTEST_SEARCH <= len(typed) <= LONGEST_SEARCH


def only_one(found: Sequence[Thing]) -> Thing | None:
    """Return the one thing found; None where there is none, or nobody can tell which."""
    return found[0] if len(found) == 1 else None
