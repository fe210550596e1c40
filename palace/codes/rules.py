"""What a code looks like, and whether it opens something: plain values in, decision out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from palace.codes.errors import (
    CodeEarly,
    CodeLapsed,
    CodeShowOff,
    CodesOutOfTime,
    CodeStopped,
    CodeUsed,
    NothingOpened,
)
from palace.text import N_

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What codes are made of: nothing that is read as something else (0 O 1 I); five bits each."""
LENGTH, GROUP = 16, 4
MOST_CODES, MOST_EACH, MOST_PLACES = 500, 20, 2000


class Reason(StrEnum):
    """What codes are given for."""

    PARTNER = "partner"
    SPONSOR = "sponsor"
    PRIZE = "prize"
    OTHER = "other"


REASONS = {
    Reason.PARTNER: N_("合作单位"),
    Reason.SPONSOR: N_("赞助"),
    Reason.PRIZE: N_("奖品"),
    Reason.OTHER: N_("别的"),
}


class CodeState(StrEnum):
    """How a code stands."""

    OPEN = "open"
    USED = "used"
    STOPPED = "stopped"
    LAPSED = "lapsed"


STATES = {
    CodeState.OPEN: N_("还没用"),
    CodeState.USED: N_("用了"),
    CodeState.STOPPED: N_("停用"),
    CodeState.LAPSED: N_("过期"),
}


def key_of(batch_id: int | str) -> str:
    """Return what a batch's seats are kept for, as claims and grants name it."""
    return f"code:{batch_id}"


def text_of(bits: bytes) -> str:
    """Return the code that random bytes stand for: five bits of each of the first sixteen."""
    return "".join(LETTERS[byte % len(LETTERS)] for byte in bits[:LENGTH])


def in_groups(text: str) -> str:
    """Return a code as it is printed: ABCD-EFGH-JKLM-NPQR."""
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def plain(typed: str) -> str:
    """Return a code without what people put between its groups."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What decides about a code: its show, its batch, and whether somebody (`theirs`: who asks) used it."""

    published: bool
    cancelled: bool
    ends_at: datetime
    stopped: bool = False
    used: bool = False
    theirs: bool = False


def check_opens(code: Standing, now: datetime) -> None:
    """Refuse a code that opens nothing; who has used it before is told the same again.

    Raises:
        CodeEarly, CodeShowOff: its show is not public, or called off.
        CodeLapsed: `now` is not before its end.
        CodeUsed: by somebody else.
        CodeStopped: nobody has used it, and nobody may any more.
    """
    if not code.published:
        raise CodeEarly
    if code.cancelled:
        raise CodeShowOff
    if now >= code.ends_at:
        raise CodeLapsed(ends_at=code.ends_at)
    if code.used and not code.theirs:
        raise CodeUsed
    if code.stopped and not code.theirs:
        raise CodeStopped


def check_batch(
    *, ends_at: datetime, now: datetime, starts_at: datetime, keeps: bool, has_tier: bool
) -> None:
    """Refuse a batch whose codes end outside `(now, starts_at]`, or would open nothing.

    Raises:
        CodesOutOfTime, NothingOpened.
    """
    if not now < ends_at <= starts_at:
        raise CodesOutOfTime(starts_at=starts_at)
    if not keeps and not has_tier:
        raise NothingOpened


def still_owed(*, used: int, each: int, taken: int) -> int:
    """Return how many places those who have opened codes may still take of what was kept for them."""
    return max(0, used * each - taken)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A batch in figures: codes made, used and still good, places kept for it and those of them taken."""

    made: int
    used: int
    is_over: bool
    kept: int = 0
    taken: int = 0

    @property
    def open(self) -> int:
        """Return how many codes can still be used."""
        return 0 if self.is_over else self.made - self.used

    @property
    def lost(self) -> int:
        """Return how many were never used and never will be."""
        return self.made - self.used if self.is_over else 0
