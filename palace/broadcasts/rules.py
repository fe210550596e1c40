"""Who may start a mass notice, and how many of its receivers are let go at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from palace.broadcasts.errors import AnotherMustStart, NobodyThere
from palace.money import Fen

LONGEST_TITLE = 20
"""What a provider takes as one variable."""
LONGEST_BODY = 2000
WORD_DIGITS = 4
MINUTE = 60.0


class Audience(StrEnum):
    """To whom a mass notice goes."""

    MEMBERS = "members"
    UNIT = "unit"
    PERFORMANCE = "performance"


class Stage(StrEnum):
    """Where a mass notice stands."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True)
class Estimate:
    """What a mass notice would reach and cost: people, of these by message, fen for one of them."""

    receivers: int
    messages: int
    price: Fen
    per_minute: int
    budget_left: Fen

    @property
    def cost(self) -> Fen:
        """Return what all messages cost together."""
        return Fen(self.messages * self.price)

    @property
    def minutes(self) -> int:
        """Return how long it takes at the house's pace, begun minutes counted whole."""
        return -(-self.messages // self.per_minute)


def check_starts(*, receivers: int, written_by: int, starts: int, above: int) -> None:
    """Refuse a start that needs another person; exactly `above` receivers still do not.

    Raises:
        NobodyThere: it would reach nobody.
        AnotherMustStart: to so many, who wrote it last does not start it.
    """
    if receivers == 0:
        raise NobodyThere
    if receivers > above and written_by == starts:
        raise AnotherMustStart(above=above)


def share_now(per_minute: int, released_at: datetime | None, now: datetime) -> int:
    """Return how many receivers may be let go now: by the time since the last ones, a minute's at most."""
    passed = (now - released_at).total_seconds() if released_at else MINUTE
    return int(per_minute * min(max(passed, 0.0), MINUTE) / MINUTE)
