"""How use is counted: minutes in open time, each counted once, whoever has the room."""

from __future__ import annotations

from datetime import date

import pytest

from palace.usage import rules
from palace.usage.rules import Date, Day, Stretch

MONDAY = date(2026, 12, 7)
OPEN = ((480, 720), (840, 1320))  # 8:00–12:00, 14:00–22:00
ROOM, TROUPE = 1, 7


def taken(begins: int, ends: int, *, arrived: bool = False, missed: bool = False) -> Date:
    span = (begins, ends)
    who = {"space_id": ROOM, "troupe_id": TROUPE, "day": MONDAY}
    return Date(**who, span=span, arrived=arrived, missed=missed)  # type: ignore[arg-type]  # ids and a day


def of(*dates: Date, held: tuple[Stretch, ...] = ()) -> rules.Report:
    spans = [*held, *(one.span for one in dates if not one.missed)]
    return rules.report([Day(space_id=ROOM, day=MONDAY, parts=OPEN, held=spans)], dates)


def test_a_week_begins_on_monday() -> None:
    assert rules.week_of(date(2026, 12, 13))[0] == rules.week_of(MONDAY)[0] == MONDAY
    assert rules.week_of(date(2026, 12, 6))[-1] == date(2026, 12, 6)


@pytest.mark.parametrize(
    ("stretches", "found"),
    [
        ([], []),
        ([(60, 120), (0, 60)], [(0, 120)]),
        ([(0, 60), (61, 120)], [(0, 60), (61, 120)]),
        ([(0, 120), (30, 60)], [(0, 120)]),
    ],
)
def test_stretches_that_touch_are_one(stretches: list[Stretch], found: list[Stretch]) -> None:
    assert rules.joined(stretches) == found


def test_a_free_day_is_free_for_as_long_as_it_is_open() -> None:
    total = of().total

    assert (total.opened, total.free, total.others, total.share) == (720, 720, 0, 0)


def test_signed_in_and_missed_are_reserved_and_nobody_could_have_what_was_missed() -> None:
    tally = of(taken(840, 960, arrived=True), taken(960, 1080, missed=True)).rooms[ROOM]

    assert (tally.dates, tally.reserved, tally.arrived, tally.missed) == (2, 240, 120, 120)
    assert (tally.missed_dates, tally.free) == (1, 480)


def test_what_others_have_is_counted_within_open_time_and_once() -> None:
    """A closure from 11:00 to 15:00 has two open hours; a show that lies over a date has none of its own."""
    total = of(taken(840, 960), held=((660, 900),)).total

    assert (total.others, total.free) == (60, 720 - 60 - 120)


def test_each_hour_has_its_share_of_the_open_time() -> None:
    report = of(taken(870, 960))

    assert list(report.hours) == [8, 9, 10, 11, *range(12, 22)]
    assert [report.share_at(0, hour) for hour in (11, 12, 14, 15, 16)] == [0, None, 50, 100, 0]
    assert report.share_at(1, 14) is None


def test_nothing_open_is_no_hours() -> None:
    assert list(rules.report([], []).hours) == []
    assert rules.report([], []).total.share == 0


def test_a_troupe_is_counted_over_all_rooms() -> None:
    elsewhere = Date(
        space_id=2, troupe_id=TROUPE, day=MONDAY, span=(480, 540), arrived=True, missed=False
    )

    report = rules.report([], [taken(840, 960), elsewhere])

    assert (report.troupes[TROUPE].dates, report.troupes[TROUPE].reserved) == (2, 180)
