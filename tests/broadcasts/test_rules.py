"""Who may start a mass notice, and how many go at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from palace.broadcasts.errors import AnotherMustStart, NobodyThere
from palace.broadcasts.rules import Estimate, check_starts, share_now
from palace.money import Fen

NOW = datetime(2026, 11, 27, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("receivers", "starts", "refused"),
    [
        (0, 2, NobodyThere),
        (500, 1, None),
        (501, 1, AnotherMustStart),
        (501, 2, None),
    ],
)
def test_above_a_number_another_person_starts_it(
    receivers: int, starts: int, refused: type[Exception] | None
) -> None:
    def start() -> None:
        check_starts(receivers=receivers, written_by=1, starts=starts, above=500)

    if refused:
        with pytest.raises(refused):
            start()
    else:
        start()


@pytest.mark.parametrize(
    ("passed", "count"),
    [
        (None, 600),
        (0.0, 0),
        (30.0, 300),
        (59.95, 599),
        (60.0, 600),
        (3600.0, 600),
        (-5.0, 0),
    ],
)
def test_no_more_go_than_the_time_since_the_last_ones_allows(
    passed: float | None, count: int
) -> None:
    last = None if passed is None else NOW - timedelta(seconds=passed)

    assert share_now(600, last, NOW) == count


def test_cost_and_time_are_said_before() -> None:
    told = Estimate(
        receivers=50_000, messages=48_001, price=Fen(5), per_minute=600, budget_left=Fen(0)
    )

    assert (told.cost, told.minutes) == (240_005, 81)
