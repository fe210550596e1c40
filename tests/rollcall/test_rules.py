"""When rolls and leave are open, what a late phone may still say, lessons of minutes: at their edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from palace.errors import PalaceError
from palace.rollcall import rules
from palace.rollcall.errors import LeaveTooLate, RollEarly, SessionOff, SignInOver
from palace.rollcall.rules import Fact, Mark, Saying, Shown

START = datetime(2026, 12, 1, 11, tzinfo=UTC)
END = START + timedelta(minutes=90)
INSTANT = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
PRESENT, LATE, ABSENT = Mark.PRESENT, Mark.LATE, Mark.ABSENT


def said(**values: object) -> Saying:
    given: dict[str, object] = {
        "device": "a-phone",
        "sequence": 1,
        "shown": {1: PRESENT, 2: PRESENT},
        "said": {1: PRESENT, 2: ABSENT},
        "opened_at": START,
    }
    return Saying(**(given | values))  # type: ignore[arg-type]  # of a saying


def test_what_was_tapped_is_of_the_saving_what_nobody_touched_of_the_opening() -> None:
    found = rules.facts_of(said(), set(), START + MINUTE)
    assert found == [Fact(1, PRESENT, START), Fact(2, ABSENT, START + MINUTE)]


def test_who_was_marked_before_and_nobody_touched_is_not_said_again() -> None:
    assert rules.facts_of(said(), {1}, START + MINUTE) == [Fact(2, ABSENT, START + MINUTE)]


def test_a_phone_without_a_network_says_how_long_ago_it_saved() -> None:
    late = said(ago=timedelta(hours=2))
    found = rules.facts_of(late, set(), START + timedelta(hours=3))
    assert found == [Fact(1, PRESENT, START), Fact(2, ABSENT, START + timedelta(hours=1))]


@pytest.mark.parametrize(
    ("opened", "ago", "saved"),
    [
        (START, MINUTE, START + 59 * MINUTE),
        (START, 60 * MINUTE, START),
        (START, timedelta(days=400), START),
        (START + timedelta(days=1), timedelta(days=400), START + 60 * MINUTE),
    ],
)
def test_no_phones_clock_says_what_is_to_come_or_was_before_its_page_was_opened(
    opened: datetime, ago: timedelta, saved: datetime
) -> None:
    found = rules.facts_of(said(ago=ago, opened_at=opened), {1}, START + 60 * MINUTE)
    assert found == [Fact(2, ABSENT, saved)]


@pytest.mark.parametrize(
    ("enrolled_at", "ended_at", "was_there"),
    [
        (END - INSTANT, None, True),
        (END, None, False),
        (START, START + MINUTE, True),
        (START - MINUTE, START, True),
        (START - MINUTE, START - INSTANT, False),
    ],
)
def test_who_is_on_a_roll_came_before_the_end_and_left_after_the_opening(
    enrolled_at: datetime, ended_at: datetime | None, was_there: bool
) -> None:
    assert rules.is_on_roll(enrolled_at, ended_at, START, END) is was_there


@pytest.mark.parametrize(
    ("now", "planned", "refusal"),
    [
        (START - 20 * MINUTE - INSTANT, True, RollEarly),
        (START - 20 * MINUTE, True, None),
        (END + timedelta(days=90), True, None),
        (START, False, SessionOff),
    ],
)
def test_a_roll_is_called_from_some_minutes_before_and_corrected_ever_after(
    now: datetime, planned: bool, refusal: type[PalaceError] | None
) -> None:
    opens_at = START - 20 * MINUTE
    if refusal is None:
        rules.check_roll_open(opens_at, planned=planned, now=now)
        return
    with pytest.raises(refusal):
        rules.check_roll_open(opens_at, planned=planned, now=now)


def test_the_code_signs_in_until_the_end() -> None:
    rules.check_sign_in(START, END, planned=True, now=END - INSTANT)
    with pytest.raises(SignInOver):
        rules.check_sign_in(START, END, planned=True, now=END)
    with pytest.raises(RollEarly):
        rules.check_sign_in(START, END, planned=True, now=START - INSTANT)


def test_leave_is_asked_for_until_so_long_before() -> None:
    rules.check_leave(START, 60, planned=True, now=START - 60 * MINUTE - INSTANT)
    with pytest.raises(LeaveTooLate):
        rules.check_leave(START, 60, planned=True, now=START - 60 * MINUTE)
    with pytest.raises(SessionOff):
        rules.check_leave(START, 60, planned=False, now=START - 90 * MINUTE)
    rules.check_leave(START, 0, planned=True, now=START - INSTANT)


@pytest.mark.parametrize(
    ("unexcused", "absences", "frees"),
    [(2, 3, False), (3, 3, True), (4, 3, True), (9, 0, False), (1, 1, True), (0, 1, False)],
)
def test_so_many_absences_free_the_place_and_nought_never(
    unexcused: int, absences: int, frees: bool
) -> None:
    assert rules.frees_place(unexcused, absences) is frees


def test_a_code_counts_for_half_a_minute_at_least_and_a_scan_for_ten() -> None:
    step = rules.step_of(START)
    assert list(rules.steps_taken(START, Shown.LIVE)) == [step - 1, step]
    assert len(rules.steps_taken(START, Shown.SCANNED)) == 20
    assert rules.step_of(START - INSTANT) == step - 1
    assert rules.next_step_in(START + timedelta(seconds=12)) == 18


@pytest.mark.parametrize(
    ("minutes", "lesson", "said_as"),
    [
        (90, 45, "2"),
        (45, 45, "1"),
        (60, 40, "1.5"),
        (30, 45, "0.67"),
        (0, 45, "0"),
        (91, 45, "2.02"),
    ],
)
def test_minutes_are_told_as_lessons(minutes: int, lesson: int, said_as: str) -> None:
    assert rules.lessons_words(rules.lessons_hundredths(minutes, lesson)) == said_as


def test_lessons_are_paid_to_the_nearest_fen_where_a_fee_is_told() -> None:
    assert rules.fee_of(20000, 90, 45) == 40000
    assert rules.fee_of(10000, 50, 45) == 11111
    assert rules.fee_of(None, 90, 45) is None


def test_a_tally_tells_leave_from_staying_away() -> None:
    marks = [(PRESENT, False), (LATE, False), (ABSENT, True), (ABSENT, False), (None, False)]
    found = rules.tally(marks)
    assert (found.present, found.late, found.excused, found.absent) == (1, 1, 1, 1)
    assert found.came == 2
