"""When a space is open: hours of the week, parts of a day, holidays and swap days, at their edges."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from flask import Flask

from palace.clock import SHANGHAI, at
from palace.hours.models import SpecialDay
from palace.hours.queries import open_spans
from palace.hours.rules import CLOSED, MIDNIGHT, Part, counts_as, joined, part, parts_of
from palace.venues.models import Site, Space
from tests.factory import Factory
from tests.hours.conftest import hours

MONDAY = date(2026, 11, 30)
SUNDAY = date(2026, 12, 6)
NEW_YEARS_EVE = date(2026, 12, 31)
LEAP_DAY = date(2028, 2, 29)
DAY = Part(8 * 60 + 30, 21 * 60 + 30)


def told(space: Space, day: date) -> list[str]:
    """Return when a space is open on a day, as people at the palace read it."""
    found = open_spans({space.id: space.site_id}, [day])[space.id, day]
    return [
        f"{starts.astimezone(SHANGHAI):%d %H:%M}-{ends.astimezone(SHANGHAI):%d %H:%M}"
        for starts, ends in found
    ]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], ()),
        ([Part(600, 700), Part(500, 600)], (Part(500, 700),)),
        ([Part(500, 599), Part(600, 700)], (Part(500, 599), Part(600, 700))),
        ([Part(500, 900), Part(600, 700)], (Part(500, 900),)),
    ],
)
def test_parts_that_touch_are_one(parts: list[Part], expected: tuple[Part, ...]) -> None:
    assert joined(parts) == expected


def test_midnight_as_the_end_is_the_end_of_the_day() -> None:
    assert part(time(18), time()) == Part(18 * 60, MIDNIGHT)
    assert part(time(), time()) == Part(0, MIDNIGHT)


@pytest.mark.parametrize("number", [CLOSED, 1, 7])
def test_a_special_day_counts_as_what_its_row_says(number: int) -> None:
    assert counts_as(MONDAY, {MONDAY: number}) == number
    assert counts_as(MONDAY + timedelta(days=7), {MONDAY: number}) == 1


def test_a_holiday_is_closed_and_a_swapped_sunday_is_a_weekday() -> None:
    week = {1: [DAY]}  # open on Mondays only
    assert parts_of(MONDAY, week, {}) == (DAY,)
    assert parts_of(MONDAY, week, {MONDAY: CLOSED}) == ()
    assert parts_of(SUNDAY, week, {}) == ()
    assert parts_of(SUNDAY, week, {SUNDAY: 1}) == (DAY,)


def test_no_hours_at_all_is_closed(make: Factory) -> None:
    assert told(make.space(), MONDAY) == []


@pytest.mark.parametrize("day", [MONDAY, SUNDAY, NEW_YEARS_EVE, LEAP_DAY])
def test_a_space_without_hours_of_its_own_has_those_of_its_house(make: Factory, day: date) -> None:
    space = make.space()
    make.add(*hours(make.site(), "08:30-21:30"))

    assert told(space, day) == [f"{day:%d} 08:30-{day:%d} 21:30"]


def test_a_space_with_any_hours_of_its_own_has_only_those(make: Factory) -> None:
    theatre, other = make.space(), make.space()
    make.add(*hours(make.site(), "08:30-21:30"), *hours(theatre, "12:00-23:00", range(6, 8)))

    assert told(theatre, SUNDAY) == ["06 12:00-06 23:00"]
    assert told(theatre, MONDAY) == []
    assert told(other, SUNDAY) == ["06 08:30-06 21:30"]


def test_a_day_that_closes_at_midnight_ends_where_the_next_begins(make: Factory) -> None:
    space = make.space()
    make.add(*hours(make.site(), "18:00-24:00"))

    assert told(space, NEW_YEARS_EVE) == ["31 18:00-01 00:00"]
    found = open_spans({space.id: space.site_id}, [NEW_YEARS_EVE])[space.id, NEW_YEARS_EVE]
    assert found[-1][1] == at(date(2027, 1, 1), time())


def test_two_parts_of_a_day_leave_its_noon_closed(make: Factory) -> None:
    space = make.space()
    make.add(*hours(make.site(), "14:00-21:30 08:30-12:00"))

    assert told(space, MONDAY) == ["30 08:30-30 12:00", "30 14:00-30 21:30"]


def test_a_house_has_its_own_word_on_a_holiday_of_the_palace(make: Factory) -> None:
    space = make.space()
    branch = Site(code="b", kind="branch", name_zh="分站", name_en="Branch", seal="职工之家")
    make.add(branch)
    elsewhere = make.space()
    elsewhere.site_id = branch.id
    closed = SpecialDay(
        site_id=None, day=MONDAY, counts_as=CLOSED, name_zh="元旦", name_en="New Year"
    )
    open_there = SpecialDay(
        site_id=branch.id, day=MONDAY, counts_as=7, name_zh="照开", name_en="Open all the same"
    )
    make.add(*hours(make.site(), "08:30-21:30"), *hours(branch, "09:00-17:00"), closed, open_there)

    assert told(space, MONDAY) == []
    assert told(elsewhere, MONDAY) == ["30 09:00-30 17:00"]


def test_many_spaces_and_days_are_answered_at_once(make: Factory) -> None:
    spaces = [make.space(), make.space()]
    make.add(*hours(make.site(), "08:30-21:30", range(1, 6)))
    days = [MONDAY + timedelta(days=7 * week) for week in range(26)] + [SUNDAY]

    found = open_spans({space.id: space.site_id for space in spaces}, days)

    assert len(found) == 2 * 27
    assert all(len(spans) == (day != SUNDAY) for (_, day), spans in found.items())


def test_nothing_asked_is_nothing_answered(app: Flask) -> None:
    assert open_spans({}, [MONDAY]) == {}
