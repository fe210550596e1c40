"""Who was at a session and what follows, leave, lessons of a month: plain values in, decision out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from palace.rollcall.errors import LeaveTooLate, RollEarly, SessionOff, SignInOver
from palace.text import N_

STEP_SECONDS = 30
SHOWN_STEPS, SCANNED_STEPS = 2, 20
"""How many half minutes a code counts that is shown, and one that was scanned: who signs in needs a while."""
LONGEST_AGO = 30 * 24 * 3600
"""A phone that was without a network for more seconds than these does not say when."""
LONGEST_WORDS = 200
CENT = 100


class Mark(StrEnum):
    """How somebody was at a session: there, late, away; leave is what they asked for before."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"


class Answer(StrEnum):
    """What a teacher says who was asked to teach."""

    ACCEPTED = "accepted"
    DECLINED = "declined"


class Shown(StrEnum):
    """How a code came to us: from the teacher's phone just now, or scanned a while ago."""

    LIVE = "live"
    SCANNED = "scanned"


MARK_WORDS = {Mark.PRESENT: N_("到课"), Mark.LATE: N_("迟到"), Mark.ABSENT: N_("缺课")}
CAME = (Mark.PRESENT, Mark.LATE)


@dataclass(frozen=True, kw_only=True)
class Saying:
    """What a phone says of the people of a session, once: `device` and `sequence` name it.

    `shown` is what the page had set of each when it was opened at `opened_at`, `said` what it had when
    it was saved, so many seconds `ago`.
    """

    device: str
    sequence: int
    shown: Mapping[int, Mark]
    said: Mapping[int, Mark]
    opened_at: datetime
    ago: timedelta = timedelta()


@dataclass(frozen=True)
class Fact:
    """A mark to be kept: of whom, what, and when it was said."""

    enrolment_id: int
    mark: Mark
    marked_at: datetime


def facts_of(saying: Saying, marked: Collection[int], now: datetime) -> list[Fact]:
    """Return what is new in what a phone says.

    What somebody tapped was said when they saved, which is never before the page was opened, whatever
    the phone's clock says. What nobody touched was said when the page was
    opened, and only of those who had no mark then: so it never stands above what another phone, or
    the person's own, said since.

    Args:
        marked: whose mark the page showed already, as the database knows it.
        now: when it arrived.
    """
    opened_at = min(saying.opened_at, now)
    saved_at = max(now - saying.ago, opened_at)
    found = []
    for enrolment_id, mark in saying.said.items():
        if mark is not saying.shown.get(enrolment_id):
            found.append(Fact(enrolment_id, mark, saved_at))
        elif enrolment_id not in marked:
            found.append(Fact(enrolment_id, mark, opened_at))
    return found


def is_on_roll(
    enrolled_at: datetime, ended_at: datetime | None, opens_at: datetime, ends_at: datetime
) -> bool:
    """Return whether somebody was in a class at a session: came before its end, left once it was open."""
    return enrolled_at < ends_at and (ended_at is None or ended_at >= opens_at)


def check_roll_open(opens_at: datetime, *, planned: bool, now: datetime) -> None:
    """Refuse a roll of a session that is off, or before anybody can be there; later is a correction.

    Raises:
        SessionOff, RollEarly: it is.
    """
    if not planned:
        raise SessionOff
    if now < opens_at:
        raise RollEarly(opens_at=opens_at)


def check_sign_in(opens_at: datetime, ends_at: datetime, *, planned: bool, now: datetime) -> None:
    """Refuse to let somebody sign in by the class's code outside of its time.

    Raises:
        SessionOff, RollEarly, SignInOver: it is off, not yet, or over.
    """
    check_roll_open(opens_at, planned=planned, now=now)
    if now >= ends_at:
        raise SignInOver


def leave_until(starts_at: datetime, leave_minutes: int) -> datetime:
    """Return until when leave from a session is asked for, and taken back."""
    return starts_at - timedelta(minutes=leave_minutes)


def check_leave(starts_at: datetime, leave_minutes: int, *, planned: bool, now: datetime) -> None:
    """Refuse leave from a session that is off, or about to begin.

    Raises:
        SessionOff, LeaveTooLate: it is.
    """
    until = leave_until(starts_at, leave_minutes)
    if not planned:
        raise SessionOff
    if now >= until:
        raise LeaveTooLate(until=until)


def frees_place(unexcused: int, absences: int) -> bool:
    """Return whether so many unexcused absences free a place; 0 `absences`: none do."""
    return 0 < absences <= unexcused


def step_of(now: datetime) -> int:
    """Return the half minute, counted from 1970, that a class's code is of."""
    return int(now.timestamp()) // STEP_SECONDS


def next_step_in(now: datetime) -> float:
    """Return in how many seconds the code is another."""
    return STEP_SECONDS - now.timestamp() % STEP_SECONDS


def steps_taken(now: datetime, shown: Shown) -> range:
    """Return the half minutes whose codes count: the running one and some before it."""
    kept = SHOWN_STEPS if shown is Shown.LIVE else SCANNED_STEPS
    return range(step_of(now) - kept + 1, step_of(now) + 1)


def lessons_hundredths(minutes: int, lesson_minutes: int) -> int:
    """Return minutes as hundredths of a lesson (课时), the nearest."""
    return (minutes * CENT + lesson_minutes // 2) // lesson_minutes


def lessons_words(hundredths: int) -> str:
    """Return lessons as people write them: 2, 1.5, 0.67."""
    whole, rest = divmod(hundredths, CENT)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def fee_of(fee: int | None, minutes: int, lesson_minutes: int) -> int | None:
    """Return what minutes of teaching are paid with in fen, the nearest; None: it is not told."""
    return None if fee is None else (fee * minutes + lesson_minutes // 2) // lesson_minutes


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """How somebody was at the sessions of a class whose roll was called: `held` of them."""

    attended: int = 0
    late: int = 0
    excused: int = 0
    absent: int = 0
    held: int = 0


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many were at a session: `late` ones are there too, `excused` ones asked for leave."""

    present: int
    late: int
    excused: int
    absent: int

    @property
    def came(self) -> int:
        """Return how many were there."""
        return self.present + self.late


def tally(lines: Iterable[tuple[Mark | None, bool]]) -> Tally:
    """Return how many were there of marks, each with whether leave was asked for."""
    those = [(mark, excused) for mark, excused in lines if mark is not None]
    away = [excused for mark, excused in those if mark is Mark.ABSENT]
    return Tally(
        present=sum(mark is Mark.PRESENT for mark, _ in those),
        late=sum(mark is Mark.LATE for mark, _ in those),
        excused=sum(away),
        absent=len(away) - sum(away),
    )
