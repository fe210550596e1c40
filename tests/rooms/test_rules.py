"""The rules of rooms at their edges: plain values in, every failed rule out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from palace.clock import at
from palace.rooms.wishes import Opens, Shut, Span
from tests.rooms.wished import DAY, NOW, WEEK, Wished, facts, failed, hours, one, span, weekly


def test_an_evening_keeps_every_rule() -> None:
    assert failed(one(), facts()) == []


@pytest.mark.parametrize(
    ("begins", "minutes", "closes", "codes"),
    [
        ("20:00", 120, 22 * 60, []),
        ("20:30", 120, 22 * 60, ["outside_hours"]),
        ("08:00", 60, 22 * 60, []),
        ("07:30", 60, 22 * 60, ["outside_hours"]),
        ("22:00", 120, 24 * 60, []),
        ("22:30", 120, 24 * 60, ["over_midnight", "outside_hours"]),
    ],
)
def test_closing_time_and_midnight_are_kept_to_the_minute(
    begins: str, minutes: int, closes: int, codes: list[str]
) -> None:
    assert failed(one(begins, minutes), facts(open=hours(closes=closes))) == codes


def test_what_begins_on_another_day_than_said_is_refused() -> None:
    late = Span(
        day=DAY,
        starts_at=at(DAY + timedelta(days=1), time(19)),
        ends_at=NOW + 8 * timedelta(days=1),
    )
    assert "over_midnight" in failed(
        Wished((replace(late, ends_at=late.starts_at + timedelta(hours=1)),)), facts()
    )


def test_an_end_before_the_start_is_told_alone() -> None:
    codes = failed(one(minutes=-60), facts())
    assert "ends_first" in codes
    assert "too_short" not in codes


@pytest.mark.parametrize(
    ("day", "is_open"),
    [(date(2028, 2, 29), True), (date(2027, 2, 28), True), (date(2028, 3, 1), True)],
)
def test_the_leap_day_is_a_day_like_others(day: date, is_open: bool) -> None:
    held = facts(
        {"opens_days": 366}, open=hours(days=900), now=at(day - 6 * timedelta(days=1), time(9))
    )
    assert (failed(one(day=day), held) == []) is is_open


def test_a_holiday_has_no_hours_and_a_swapped_day_those_of_its_weekday() -> None:
    swapped = at(DAY, time(13)), at(DAY, time(17))
    assert failed(one(), facts(open={})) == ["closed_day"]
    held = facts(open={DAY: [swapped]})
    assert failed(one(), held) == ["outside_hours"]
    assert failed(one("13:00", 240), held) == []


def test_two_parts_of_a_day_are_not_bridged() -> None:
    parts = [(at(DAY, time(8)), at(DAY, time(12))), (at(DAY, time(14)), at(DAY, time(22)))]
    assert failed(one("11:00", 240), facts(open={DAY: parts})) == ["outside_hours"]
    assert failed(one("14:00", 240), facts(open={DAY: parts})) == []


@pytest.mark.parametrize(("ends", "codes"), [("19:00", []), ("19:01", ["shut"])])
def test_a_closure_ends_at_its_minute(ends: str, codes: list[str]) -> None:
    shut = Shut(
        starts_at=at(DAY, time(8)),
        ends_at=at(DAY, time.fromisoformat(ends)),
        name_zh="检修",
        name_en="Repairs",
    )
    assert failed(one(), facts(shut=[shut])) == codes


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        (at(DAY, time(19)), []),
        (at(DAY, time(19)) + timedelta(seconds=1), ["past"]),
        (at(DAY, time(18, 59)), []),
    ],
)
def test_the_start_itself_is_not_past(now: datetime, codes: list[str]) -> None:
    assert failed(one(), facts(now=now)) == codes


@pytest.mark.parametrize(("clock", "codes"), [("18:00", []), ("18:01", ["too_late"])])
def test_lead_time_is_kept_to_the_minute(clock: str, codes: list[str]) -> None:
    now = at(DAY, time.fromisoformat(clock))
    assert failed(one(), facts({"lead_minutes": 60}, now=now)) == codes


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        (at(date(2026, 12, 7), time(7, 59, 59)), ["not_open_yet"]),
        (at(date(2026, 12, 7), time(8)), []),
        (at(DAY, time(10)), []),
    ],
)
def test_tomorrow_opens_at_eight(now: datetime, codes: list[str]) -> None:
    assert failed(one(), facts({"opens_days": 1}, now=now)) == codes


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        (at(date(2026, 12, 2), time(7, 59, 59)), ["not_open_yet"]),
        (at(date(2026, 12, 2), time(8)), []),
        (at(date(2026, 12, 4), time(23, 59, 59)), []),
        (at(date(2026, 12, 5), time()), ["window_over"]),
        (at(DAY, time(9)), ["window_over"]),
    ],
)
def test_wednesday_to_friday_opens_the_next_week(now: datetime, codes: list[str]) -> None:
    assert failed(one(), facts({"opens": Opens.WEEKLY}, now=now)) == codes


@pytest.mark.parametrize("day", [date(2026, 12, 7), date(2026, 12, 13)])
def test_the_next_week_is_monday_to_sunday(day: date) -> None:
    held = facts({"opens": Opens.WEEKLY}, now=at(date(2026, 12, 2), time(8)))
    assert failed(one(day=day), held) == []
    assert failed(one(day=day + WEEK), held) == ["not_open_yet"]


def test_a_window_may_end_in_the_week_it_opens() -> None:
    figures = {"opens": Opens.WEEKLY, "opens_weekday": 7, "opens_last_weekday": 2}
    assert (
        failed(one(day=date(2026, 12, 12)), facts(figures, now=at(date(2026, 12, 8), time(23))))
        == []
    )
    assert failed(
        one(day=date(2026, 12, 12)), facts(figures, now=at(date(2026, 12, 9), time()))
    ) == ["window_over"]


@pytest.mark.parametrize(("weeks", "codes"), [(26, []), (27, ["series_too_long"])])
def test_a_series_has_so_many_dates(weeks: int, codes: list[str]) -> None:
    assert failed(weekly(weeks), facts(in_series=True)) == codes


@pytest.mark.parametrize(("days", "codes"), [(14, []), (13, ["series_too_far"])])
def test_a_series_ends_so_many_days_ahead(days: int, codes: list[str]) -> None:
    held = facts({"series_days": days}, in_series=True)
    assert failed(weekly(2), held) == codes  # its last date is the 15th, a fortnight ahead


def test_a_series_is_weekly_and_not_of_courts() -> None:
    days = Wished((span(), span(day=DAY + timedelta(days=1))))
    assert failed(days, facts(in_series=True)) == ["not_weekly"]
    assert failed(weekly(2), facts({"series_weeks": 1}, in_series=True)) == ["no_series"]


def test_skipped_dates_keep_no_rule_of_a_date() -> None:
    held = facts(in_series=True, open={DAY: hours()[DAY]})
    assert failed(weekly(2), held) == ["closed_day"]
    assert failed(weekly(2), held, skips={DAY + WEEK}) == []
    assert failed(weekly(2), held, skips={DAY, DAY + WEEK}) == ["no_dates"]


@pytest.mark.parametrize(
    ("people", "codes"),
    [
        (4, ["too_few_people"]),
        (5, []),
        (30, []),
        (31, ["too_many_people"]),
        (0, ["nobody"]),
        (-1, ["nobody"]),
    ],
)
def test_heads_are_counted(people: int, codes: list[str]) -> None:
    assert failed(replace(one(), people=people), facts()) == codes


@pytest.mark.parametrize(
    ("minutes", "codes"),
    [(60, []), (30, ["too_short"]), (240, []), (270, ["too_long"]), (65, ["off_raster"])],
)
def test_length_and_raster_are_kept(minutes: int, codes: list[str]) -> None:
    assert failed(one("13:00", minutes), facts()) == codes


def test_the_raster_is_that_of_the_start_too() -> None:
    assert failed(one("13:15", 60), facts()) == ["off_raster"]


def test_with_its_buffers_a_use_is_a_day_at_most() -> None:
    held = facts(
        {"max_minutes": 1440}, open=hours("00:00", 24 * 60), setup_minutes=30, teardown_minutes=30
    )
    assert failed(one("00:00", 1380), held) == []
    assert failed(one("00:00", 1410), held) == ["too_long"]


def test_a_rooms_purposes_are_its_own() -> None:
    held = facts()
    dance = replace(held, room=replace(held.room, purposes=("dance",)))
    assert failed(one(), dance) == ["purpose_unfit"]
    assert failed(replace(one(), purpose="flying"), facts()) == ["purpose_unknown"]
