"""What a code looks like and when it opens something, at the edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palace.codes import rules
from palace.codes.errors import (
    CodeEarly,
    CodeLapsed,
    CodeShowOff,
    CodesOutOfTime,
    CodeStopped,
    CodeUsed,
    NothingOpened,
)
from palace.codes.rules import Standing

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@given(st.binary(min_size=32, max_size=32))
def test_a_code_has_sixteen_letters_that_are_read_as_nothing_else(bits: bytes) -> None:
    text = rules.text_of(bits)
    assert len(text) == 16
    assert not set(text) & set("01OI")
    assert rules.plain(f" {rules.in_groups(text).lower()} ") == text


def test_every_letter_stands_for_equally_many_bytes() -> None:
    assert len(set(rules.LETTERS)) == 32


def test_a_code_is_printed_in_groups_of_four() -> None:
    assert rules.in_groups("ABCDEFGHJKLMNPQR") == "ABCD-EFGH-JKLM-NPQR"


def standing(**values: object) -> Standing:
    """Return a code that opens something, apart from what is said."""
    given: dict[str, object] = {"published": True, "cancelled": False, "ends_at": NOW + TICK}
    return Standing(**(given | values))  # type: ignore[arg-type]  # as named


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"published": False}, CodeEarly),
        ({"cancelled": True, "used": True, "theirs": True}, CodeShowOff),
        ({"ends_at": NOW}, CodeLapsed),
        ({"ends_at": NOW, "used": True, "theirs": True}, CodeLapsed),
        ({"used": True}, CodeUsed),
        ({"used": True, "stopped": True}, CodeUsed),
        ({"stopped": True}, CodeStopped),
    ],
)
def test_a_code_that_opens_nothing_says_why(
    values: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rules.check_opens(standing(**values), NOW)


@pytest.mark.parametrize(
    "values", [{}, {"used": True, "theirs": True}, {"used": True, "theirs": True, "stopped": True}]
)
def test_a_code_opens_until_its_end_and_stays_its_holder_s(values: dict[str, object]) -> None:
    rules.check_opens(standing(**values), NOW)


@pytest.mark.parametrize(
    ("ends_in", "starts_in", "fits"),
    [(0, 5, False), (1, 5, True), (5, 5, True), (6, 5, False)],
)
def test_codes_end_after_now_and_by_the_start(ends_in: int, starts_in: int, fits: bool) -> None:
    def check() -> None:
        rules.check_batch(
            ends_at=NOW + ends_in * TICK,
            now=NOW,
            starts_at=NOW + starts_in * TICK,
            keeps=True,
            has_tier=False,
        )

    if fits:
        check()
    else:
        with pytest.raises(CodesOutOfTime):
            check()


def test_codes_that_would_open_nothing_are_not_made() -> None:
    when = {"ends_at": NOW + TICK, "now": NOW, "starts_at": NOW + TICK}
    with pytest.raises(NothingOpened):
        rules.check_batch(**when, keeps=False, has_tier=False)
    rules.check_batch(**when, keeps=False, has_tier=True)


@pytest.mark.parametrize(
    ("used", "each", "taken", "owed"), [(0, 2, 0, 0), (2, 2, 1, 3), (2, 2, 4, 0), (1, 1, 3, 0)]
)
def test_who_has_opened_a_code_is_owed_the_rest_of_it(
    used: int, each: int, taken: int, owed: int
) -> None:
    assert rules.still_owed(used=used, each=each, taken=taken) == owed


@pytest.mark.parametrize(("is_over", "left", "lost"), [(False, 3, 0), (True, 0, 3)])
def test_unused_codes_are_lost_once_it_is_over(is_over: bool, left: int, lost: int) -> None:
    counted = rules.Counted(made=5, used=2, is_over=is_over)
    assert (counted.open, counted.lost) == (left, lost)
