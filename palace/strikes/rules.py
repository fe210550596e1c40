"""What strikes lead to: plain values in, decision out. The figures are rows of the palace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from palace.strikes.errors import Barred, NotYoursToDecide

LONGEST_WHY = 200


class Verdict(StrEnum):
    """What comes of asking to have a strike looked at again."""

    FORGIVEN = "forgiven"
    KEPT = "kept"


class StrikeKind(StrEnum):
    """What stayed empty: a seat, a room, a place in a class."""

    TICKET = "ticket"
    ROOM = "room"
    CLASS = "class"


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """After `strikes` within `within_days` palace days no new booking for `bar_days`; 0 strikes: never."""

    strikes: int
    within_days: int
    bar_days: int


def barred_until(strike_days: Iterable[date], ladder: Ladder) -> date | None:
    """Return the first day on which somebody may book again, None where nothing ever barred them.

    The window is `within_days` palace days long, the days of its first and its last strike among
    them. Strikes that have led to a bar are used up: the next one begins a new count.

    Args:
        strike_days: palace days of the strikes that stand, in any order.
    """
    if ladder.strikes == 0:
        return None
    counted: list[date] = []
    until: date | None = None
    for day in sorted(strike_days):
        first = day - timedelta(days=ladder.within_days - 1)
        counted = [*(before for before in counted if before >= first), day]
        if len(counted) >= ladder.strikes:
            ended = day + timedelta(days=ladder.bar_days)
            until = max(until, ended) if until else ended
            counted = []
    return until


def leads_to_the_same(one: Ladder, other: Ladder) -> bool:
    """Return whether two ladders bar the same people: where nothing ever bars, the days say nothing."""
    return one == other or one.strikes == other.strikes == 0


def count_barred(everybodys_days: Iterable[Sequence[date]], ladder: Ladder, today: date) -> int:
    """Return how many people may not book today; each is the palace days of their strikes that stand."""
    return sum(bar_today(days, ladder, today) is not None for days in everybodys_days)


def bar_today(strike_days: Iterable[date], ladder: Ladder, today: date) -> date | None:
    """Return until when somebody is barred today, or None: the last day itself is open again."""
    until = barred_until(strike_days, ladder)
    return until if until and today < until else None


def check_not_barred(strike_days: Iterable[date], ladder: Ladder, today: date) -> None:
    """Refuse a new booking of somebody who missed too many.

    Raises:
        Barred: says the first day on which they may book again.
    """
    until = bar_today(strike_days, ladder, today)
    if until:
        raise Barred(until=until)


def check_decides(actor: str, *, member_id: int, written_by: str) -> None:
    """Refuse to let somebody decide about their own strike, or what they wrote down.

    Args:
        actor: who decides, as the audit names them (staff:2, member:5).
        member_id: whose strike it is.
        written_by: who wrote it down.

    Raises:
        NotYoursToDecide: it is.
    """
    if actor in (f"member:{member_id}", written_by):
        raise NotYoursToDecide
