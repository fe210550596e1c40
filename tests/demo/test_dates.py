"""The demonstration's dates count from the day of loading."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from palace.clock import SHANGHAI, palace_day
from palace.demo.house import read
from palace.demo.programme import starts

ROWS = read("programme.toml")["production"]


@pytest.mark.parametrize(
    ("loaded", "saturday"),
    [
        (datetime(2026, 11, 20, 23, 59, tzinfo=SHANGHAI), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 11, 59, tzinfo=SHANGHAI), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 12, tzinfo=SHANGHAI), date(2026, 11, 28)),
        (datetime(2026, 12, 31, 8, tzinfo=SHANGHAI), date(2027, 1, 2)),
    ],
)
def test_the_first_saturday_is_today_only_before_noon(loaded: datetime, saturday: date) -> None:
    first = starts({"nights": ["sat+0 19:30"]}, loaded)

    assert [palace_day(night) for night in first] == [saturday]


@pytest.mark.parametrize("days", range(7))
def test_something_is_on_by_tomorrow_and_nothing_after_six_weeks(days: int) -> None:
    loaded = datetime(2026, 11, 20, 22, tzinfo=SHANGHAI) + timedelta(days=days)

    nights = [night for row in ROWS for night in starts(row, loaded)]

    tomorrow = palace_day(loaded) + timedelta(days=1)
    assert any(loaded < night and palace_day(night) <= tomorrow for night in nights)
    assert all(palace_day(night) < palace_day(loaded) + timedelta(days=42) for night in nights)
