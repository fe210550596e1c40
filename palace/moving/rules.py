"""When a show may be moved: plain values in, decision out.

Until when holders answer is typed, or `house_rules.move_answer_days`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from palace import proposals
from palace.moving.errors import (
    AnswerTooLate,
    MovedToThePast,
    OpensTooLate,
    WrongTitle,
)

LONGEST_REASON = 200


class MoveKind(StrEnum):
    """What happens to a show."""

    CANCEL = "cancel"
    MOVE = "move"


class MoveState(StrEnum):
    """How a move stands: until a second person decides, while people are told, after that."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Figures(proposals.Figures):
    """Whom a move concerns: people, their valid tickets, orders that wait for money, what was paid."""

    tickets: int
    orders: int


@dataclass(frozen=True, kw_only=True)
class Times:
    """When a show is, and until when it is sold."""

    doors_at: datetime
    starts_at: datetime
    ends_at: datetime
    sale_closes_at: datetime

    def at(self, starts_at: datetime) -> Times:
        """Return the same show at another time: everything moves along."""
        by = starts_at - self.starts_at
        return Times(
            doors_at=self.doors_at + by,
            starts_at=starts_at,
            ends_at=self.ends_at + by,
            sale_closes_at=self.sale_closes_at + by,
        )


def mark_of(parts: Sequence[object]) -> str:
    """Return the mark of what a second person is shown: another content has another mark."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()[:32]


def check_title(typed: str, titles: Sequence[str]) -> None:
    """Refuse who did not type the show's name, in either language; gaps and case do not count.

    Raises:
        WrongTitle: it is another name.
    """
    if _plain(typed) not in {_plain(title) for title in titles if title}:
        raise WrongTitle


def _plain(title: str) -> str:
    return "".join(title.split()).casefold()


def check_new_time(times: Times, last_opening: datetime, now: datetime) -> None:
    """Refuse a start that is not to come, or a sale that would end before everybody's opening.

    Args:
        last_opening: the last of the public's, the members' and the unions'; a move changes none.

    Raises:
        MovedToThePast, OpensTooLate.
    """
    if times.starts_at <= now:
        raise MovedToThePast
    if times.sale_closes_at <= last_opening:
        raise OpensTooLate(closes_at=times.sale_closes_at, opens_at=last_opening)


def answer_until(
    typed: datetime | None, *, days: int, starts_at: datetime, now: datetime
) -> datetime:
    """Return until when holders may give tickets back: as typed, or so many days, before the show.

    Raises:
        AnswerTooLate: what was typed is over, or after the show has begun.
    """
    if typed is None:
        return min(now + timedelta(days=days), starts_at)
    check_answer(typed, starts_at=starts_at, now=now)
    return typed


def check_answer(until: datetime, *, starts_at: datetime, now: datetime) -> None:
    """Refuse an end of the holders' time that is over, or lies after the show has begun.

    Raises:
        AnswerTooLate.
    """
    if not now < until <= starts_at:
        raise AnswerTooLate(until=until)
