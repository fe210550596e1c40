"""Who is barred until when: the edges of the window, leap days, strikes that are used up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from palace.strikes.rules import Ladder, bar_today, barred_until, count_barred, leads_to_the_same

WARNING = Ladder(strikes=0, within_days=60, bar_days=30)
THREE = Ladder(strikes=3, within_days=60, bar_days=30)
TWO = Ladder(strikes=2, within_days=365, bar_days=365)
FIRST = date(2026, 1, 1)


def days(*after: int) -> list[date]:
    """Return days so many after the first."""
    return [FIRST + timedelta(days=number) for number in after]


def test_a_warning_never_bars() -> None:
    assert barred_until(days(0, 1, 2, 3), WARNING) is None


@pytest.mark.parametrize(
    ("after", "until"),
    [
        ((), None),
        ((0, 1), None),
        ((0, 30, 59), FIRST + timedelta(days=59 + 30)),  # the 60th day, the first among them
        ((0, 30, 60), None),  # just after it
        ((0, 0, 0), FIRST + timedelta(days=30)),
        ((0, 30, 60, 61), FIRST + timedelta(days=61 + 30)),  # the first has fallen out
        ((0, 1, 2, 40), FIRST + timedelta(days=2 + 30)),  # used up: the fourth begins anew
        ((0, 1, 2, 20, 21, 22), FIRST + timedelta(days=22 + 30)),
    ],
)
def test_three_in_sixty_days(after: tuple[int, ...], until: date | None) -> None:
    assert barred_until(days(*after), THREE) == until
    assert barred_until(reversed(days(*after)), THREE) == until


def test_a_leap_day_is_a_day() -> None:
    within = [date(2028, 1, 1), date(2028, 2, 1), date(2028, 2, 29)]
    assert barred_until(within, THREE) == date(2028, 3, 30)
    assert barred_until([*within[:2], date(2028, 3, 1)], THREE) is None
    assert barred_until([date(2028, 2, 28), date(2028, 2, 29)], TWO) == date(2029, 2, 28)


def test_the_day_that_is_named_is_open_again() -> None:
    until = date(2026, 3, 5)
    strikes = [date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 3)]
    assert bar_today(strikes, THREE, until - timedelta(days=1)) == until
    assert bar_today(strikes, THREE, until) is None


def test_everybody_is_counted_once_on_the_days_they_are_barred() -> None:
    everybody = [days(0, 1, 2), days(0, 1), days(0, 1, 2, 20, 21, 22), []]
    last = FIRST + timedelta(days=2 + 30)

    assert count_barred(everybody, THREE, last - timedelta(days=1)) == 2
    assert count_barred(everybody, THREE, last) == 1
    assert count_barred(everybody, WARNING, FIRST) == 0


def test_two_warnings_are_the_same_whatever_their_days() -> None:
    assert leads_to_the_same(WARNING, Ladder(strikes=0, within_days=7, bar_days=1))
    assert leads_to_the_same(THREE, Ladder(strikes=3, within_days=60, bar_days=30))
    assert not leads_to_the_same(THREE, Ladder(strikes=3, within_days=60, bar_days=31))
    assert not leads_to_the_same(THREE, WARNING)
