"""The hours of a day and what is left of a limit: tables at the edges."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from palace.courts.rules import hours_of, left_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(clock_time: str, day: int = 28) -> datetime:
    """Return an instant of November 2026 at the palace; 24:00 is the next midnight."""
    hour, minute = (int(part) for part in clock_time.split(":"))
    return datetime(2026, 11, day + hour // 24, hour % 24, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("opened", "minutes", "step", "begins"),
    [
        ([("09:00", "12:00")], 60, 60, ["09:00", "10:00", "11:00"]),
        ([("09:00", "11:59")], 60, 60, ["09:00", "10:00"]),
        ([("09:00", "09:59")], 60, 60, []),
        ([("08:30", "11:00")], 60, 60, ["09:00", "10:00"]),
        ([("08:30", "11:00")], 60, 30, ["08:30", "09:30"]),
        ([("08:31", "11:00")], 60, 30, ["09:00", "10:00"]),
        ([("09:00", "12:00")], 90, 60, ["09:00"]),
        ([("22:00", "24:00")], 60, 60, ["22:00", "23:00"]),
        ([("09:00", "10:00"), ("14:00", "15:30")], 60, 60, ["09:00", "14:00"]),
        ([], 60, 60, []),
    ],
)
def test_a_day_is_cut_into_whole_hours(
    opened: list[tuple[str, str]], minutes: int, step: int, begins: list[str]
) -> None:
    found = list(hours_of([(on(a), on(b)) for a, b in opened], minutes=minutes, step=step))
    assert [f"{start:%H:%M}" for start, _ in found] == begins
    assert all((end - start).total_seconds() == minutes * 60 for start, end in found)


@pytest.mark.parametrize(
    ("limit", "used", "left"), [(60, 0, 60), (60, 60, 0), (60, 120, 0), (0, 0, None), (0, 9, None)]
)
def test_what_is_left_of_a_limit(limit: int, used: int, left: int | None) -> None:
    assert left_of(limit, used) == left
