"""What a figure of a house is: its words, what it counts, its bounds; whether it is still what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from palace.money import FEN_PER_YUAN
from palace.text import N_

Value = int | bool | str
Figures = Mapping[str, Value]

LONGEST_SPAN = 3660
"""Days: what is kept or counted longer is a slip of the hand."""


WEEKDAY_WORDS = dict(
    enumerate(
        (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日")),
        start=1,
    )
)


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
    YUAN = "yuan"
    CLOCK = "clock"
    YES_NO = "yes_no"
    WEEKDAY = "weekday"
    CHOICE = "choice"


@dataclass(frozen=True)
class Figure:
    """One figure of a table of rules: what it is called, what it counts, between which bounds it lies.

    `lowest` and `highest` are both allowed and lie inside the table's own, in what is typed; `at_most`
    names a figure of the same group that it may not pass; `choices` are the values of a choice with
    their words. Its default is the column's.
    """

    name: str
    words: str
    unit: Unit
    lowest: int = 0
    highest: int = 1
    hint: str = ""
    at_most: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def options(self) -> dict[str, str]:
        """Return what may be chosen, with its words; nothing where something is typed."""
        if self.unit is Unit.WEEKDAY:
            return {str(number): words for number, words in WEEKDAY_WORDS.items()}
        return dict(self.choices)

    @property
    def scale(self) -> int:
        """Return how many of what the table holds one of what people type is: yuan in fen."""
        return FEN_PER_YUAN if self.unit is Unit.YUAN else 1

    def typed(self, value: Value) -> Value:
        """Return what the table holds as it is typed, and told to programs."""
        return value // self.scale if self.unit is Unit.YUAN and isinstance(value, int) else value


def seen_as(figures: Figures) -> str:
    """Return figures as a page carries them along: name=value, a space between, yes and no as 1 and 0."""
    return " ".join(f"{name}={_told(value)}" for name, value in figures.items())


def moved_since(seen: str, figures: Figures) -> list[str]:
    """Return which figures are not what somebody saw; what cannot be read was never seen like this."""
    known = dict(part.partition("=")[::2] for part in seen.split())
    return [name for name, value in figures.items() if known.get(name) != _told(value)]


def changed_by(wanted: Figures, figures: Figures) -> dict[str, Value]:
    """Return what is wanted otherwise than it is."""
    return {name: value for name, value in wanted.items() if value != figures[name]}


def _told(value: Value) -> str:
    return value if isinstance(value, str) else str(int(value))
