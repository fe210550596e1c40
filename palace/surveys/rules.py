"""When a menu is open and how many lines somebody may choose; what scores say: plain values."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from palace.surveys.errors import (
    LineGone,
    LinesRepeated,
    LinesTooMany,
    SurveyClosed,
    SurveyNotOpen,
    VotesTooMany,
)
from palace.text import N_

MOST_LINES = 100
"""What a member reads through on a phone; a palace's menu has about 30."""
FEWEST_SHOWN = 5
"""With fewer scores an average would tell the public what a single person gave."""
BEST = 5
TOLD = 5


class Phase(StrEnum):
    """How a menu stands at an instant."""

    AHEAD = "ahead"
    OPEN = "open"
    CLOSED = "closed"


PHASES = {
    Phase.AHEAD: N_("还没开始"),
    Phase.OPEN: N_("正在选"),
    Phase.CLOSED: N_("截止了"),
}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a menu is called, how many lines each member chooses, and from when until when."""

    title_zh: str
    title_en: str
    choices: int
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A possible course as somebody wrote it for a menu."""

    subject: str
    title_zh: str
    title_en: str = ""
    about_zh: str = ""


@dataclass(frozen=True)
class Average:
    """What a class or a course was given, and by how many."""

    stars: float
    count: int

    @property
    def is_public(self) -> bool:
        """Return whether everybody may read it."""
        return self.count >= FEWEST_SHOWN


def phase_of(opens_at: datetime, closes_at: datetime, now: datetime) -> Phase:
    """Return how a menu stands: open from its first instant, closed at its last."""
    if now < opens_at:
        return Phase.AHEAD
    return Phase.OPEN if now < closes_at else Phase.CLOSED


def check_open(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Refuse votes outside a menu's time.

    Raises:
        SurveyNotOpen, SurveyClosed: it is not open.
    """
    phase = phase_of(opens_at, closes_at, now)
    if phase is Phase.AHEAD:
        raise SurveyNotOpen(opens_at=opens_at)
    if phase is Phase.CLOSED:
        raise SurveyClosed(closes_at=closes_at)


def check_votes(chosen: Collection[int], lines: Collection[int], choices: int) -> None:
    """Refuse more votes than somebody has; exactly `choices` and none are fine.

    Raises:
        VotesTooMany: there are more.
        LineGone: one is for no line of the menu.
    """
    if len(chosen) > choices:
        raise VotesTooMany(choices=choices)
    if not set(chosen) <= set(lines):
        raise LineGone


def told_apart(title: str) -> str:
    """Return what makes a title the same as another: its letters, however they are spaced and written."""
    return "".join(unicodedata.normalize("NFKC", title).casefold().split())


def check_lines(new: Sequence[Wanted], there: Iterable[str]) -> None:
    """Refuse courses that stand on the menu already, or twice among the new ones, and a menu too long.

    Raises:
        LinesRepeated: with the titles, each once.
        LinesTooMany: there would be more than `MOST_LINES`.
    """
    known = {told_apart(title) for title in there}
    counts = Counter(told_apart(one.title_zh) for one in new)
    again = [
        one.title_zh
        for one in new
        if told_apart(one.title_zh) in known or counts[told_apart(one.title_zh)] > 1
    ]
    if again:
        raise LinesRepeated(titles=list(dict.fromkeys(again))[:TOLD])
    if len(new) + len(known) > MOST_LINES:
        raise LinesTooMany(most=MOST_LINES)
