"""What other figures would make of dates that are taken, at each edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from palace.roomdesk.rules import Taken, of_column, of_preset, plain, would_fail
from palace.rooms.wishes import Opens

MONDAY = date(2026, 11, 30)
FIGURES: dict[str, Any] = {"step_minutes": 30, "min_minutes": 60, "max_minutes": 240}
EVENING = Taken(day=MONDAY, begins=19 * 60, ends=21 * 60, policy_id=1, is_coming=True, troupe_id=7)
COURT = replace(EVENING, troupe_id=None, member_id=3, unit_id=4)


@pytest.mark.parametrize(
    ("figures", "failing"),
    [
        ({}, {}),
        ({"min_minutes": 120}, {}),
        ({"min_minutes": 121}, {"too_short": 1}),
        ({"max_minutes": 120}, {}),
        ({"max_minutes": 119}, {"too_long": 1}),
        ({"step_minutes": 60}, {}),
        ({"step_minutes": 50}, {"off_raster": 1}),
        ({"troupe_week_minutes": 120}, {}),
        ({"troupe_week_minutes": 119}, {"troupe_week": 1}),
        ({"troupe_week_minutes": 0}, {}),
        ({"troupe_month_minutes": 119}, {"troupe_month": 1}),
        ({"member_day_minutes": 1, "unit_day_count": 1}, {}),
    ],
)
def test_a_troupes_date_fails_just_beyond_a_figure(
    figures: dict[str, int], failing: dict[str, int]
) -> None:
    assert would_fail(FIGURES | figures, [EVENING], 1) == failing


@pytest.mark.parametrize(
    ("figures", "failing"),
    [
        ({"member_day_minutes": 120}, {}),
        ({"member_day_minutes": 119}, {"member_day": 1}),
        ({"unit_day_count": 1}, {}),
        ({"troupe_week_minutes": 1}, {}),
    ],
)
def test_a_members_date_fails_just_beyond_a_figure(
    figures: dict[str, int], failing: dict[str, int]
) -> None:
    assert would_fail(FIGURES | figures, [COURT], 1) == failing


def test_what_was_used_this_week_and_in_other_rooms_counts() -> None:
    used = replace(EVENING, is_coming=False)
    elsewhere = replace(EVENING, policy_id=2, day=date(2026, 12, 6))
    next_week = replace(EVENING, day=date(2026, 12, 7))

    found = would_fail(
        FIGURES | {"troupe_week_minutes": 359}, [used, EVENING, elsewhere, next_week], 1
    )
    assert found == {"troupe_week": 1}


def test_two_of_a_unit_are_too_many_for_one() -> None:
    both = [COURT, replace(COURT, member_id=5, begins=600, ends=660)]

    assert would_fail(FIGURES | {"unit_day_count": 1}, both, 1) == {"unit_day": 2}


def test_a_troupe_with_hours_of_its_own_keeps_those() -> None:
    own = replace(EVENING, week_minutes=500)

    assert would_fail(FIGURES | {"troupe_week_minutes": 60}, [own], 1) == {}
    assert would_fail(FIGURES, [replace(EVENING, week_minutes=60)], 1) == {"troupe_week": 1}


def test_figures_go_to_the_form_and_back() -> None:
    assert plain(time(8, 5)) == 805
    assert of_column("opens_at", 805) == time(8, 5)
    assert of_column("opens", plain(Opens.WEEKLY)) is Opens.WEEKLY
    assert of_column("sign_in", plain(True)) is True
    assert of_preset({"opens_at": "00:00", "opens_days": 5}) == {"opens_at": 0, "opens_days": 5}
