"""What a figure of a house is: its words, what it counts, its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_SPAN = 3660
"""Days: what is kept or counted longer is a slip of the hand."""


class Unit(StrEnum):
    """What a figure counts."""

    TICKETS = "tickets"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    TIMES = "times"
    MESSAGES = "messages"
    PEOPLE = "people"
    PERCENT = "percent"
    MEGABYTES = "megabytes"
    YEARS = "years"
    O_CLOCK = "o_clock"
    FEN = "fen"
    CLOCK = "clock"
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Figure:
    """One figure of `house_rules`: what it is called, what it counts, and between which bounds it lies.

    `lowest` and `highest` are both allowed and lie inside the table's own; `at_most` names a figure
    of the same group that it may not pass. Its default is the column's.
    """

    name: str
    words: str
    unit: Unit
    lowest: int = 0
    highest: int = 1
    hint: str = ""
    at_most: str = ""
