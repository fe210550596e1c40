"""The dates of a series, the rooms proposed for it, and what each date becomes."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from palace.rooms.series import (
    Candidate,
    Choice,
    plan,
    propose,
    raster,
    read_choice,
    settle,
    swaps_for,
    weekly,
)

DAYS = weekly(3, date(2026, 12, 1), date(2027, 12, 31), 4)
FIRST, SECOND, THIRD, FOURTH = DAYS


@pytest.mark.parametrize(
    ("opens", "spare", "step", "times"),
    [
        (time(8), 60, 30, [time(8), time(8, 30), time(9)]),
        (time(8, 10), 60, 30, [time(8, 30), time(9)]),
        (time(8), -30, 30, []),
        (time(8), 0, 30, [time(8)]),
        (time(23, 30), 600, 30, [time(23, 30)]),
    ],
)
def test_begins_lie_on_the_raster_and_leave_time_until_closing(
    opens: time, spare: int, step: int, times: list[time]
) -> None:
    assert list(raster(opens, spare, step)) == times


def room(
    number: int, *taken: date, floor: int = 2, capacity: int = 60, fits: bool = True
) -> Candidate:
    """Return a room that has all days but some."""
    return Candidate(
        space_id=number,
        floor=floor,
        capacity=capacity,
        fits=fits,
        free=frozenset(DAYS) - set(taken),
        taken=dict.fromkeys(taken, "有安排"),
    )


def test_the_dates_go_on_over_the_turn_of_the_year() -> None:
    assert weekly(3, date(2026, 12, 17), date(2027, 1, 13), 26) == (
        date(2026, 12, 23),
        date(2026, 12, 30),
        date(2027, 1, 6),
        date(2027, 1, 13),
    )


def test_the_leap_day_is_a_date_like_any_other() -> None:
    tuesdays = weekly(2, date(2028, 2, 22), date(2028, 3, 7), 26)
    assert tuesdays == (date(2028, 2, 22), date(2028, 2, 29), date(2028, 3, 7))


@pytest.mark.parametrize(
    ("until", "most", "count"),
    [
        (date(2026, 12, 1), 26, 0),
        (date(2026, 12, 2), 26, 1),
        (date(2026, 12, 8), 26, 1),
        (date(2026, 12, 9), 26, 2),
        (date(2027, 12, 31), 26, 26),
        (date(2027, 12, 31), 0, 0),
        (date(2026, 11, 1), 26, 0),
    ],
)
def test_the_dates_end_with_the_season_and_the_most_there_may_be(
    until: date, most: int, count: int
) -> None:
    assert len(weekly(3, date(2026, 12, 1), until, most)) == count


def test_today_counts_where_it_is_that_weekday() -> None:
    assert weekly(2, date(2026, 12, 1), date(2026, 12, 7), 26) == (date(2026, 12, 1),)


@pytest.mark.parametrize("weekday", range(1, 8))
def test_all_dates_have_the_weekday_and_are_a_week_apart(weekday: int) -> None:
    days = weekly(weekday, date(2026, 12, 1), date(2027, 12, 31), 26)
    assert {day.isoweekday() for day in days} == {weekday}
    gaps = {later - earlier for earlier, later in pairwise(days)}
    assert gaps == {timedelta(days=7)}


def numbers(*rooms: Candidate) -> list[int]:
    """Return which rooms are proposed."""
    return [proposal.room.space_id for proposal in propose(rooms, DAYS)]


def test_a_room_for_the_purpose_goes_before_one_with_more_free_days() -> None:
    assert numbers(room(1, fits=False), room(2, FIRST)) == [2, 1]


def test_fewer_swaps_go_first_then_the_same_floor_then_the_smaller_room() -> None:
    assert numbers(room(1, FIRST, SECOND), room(2, FIRST), room(3)) == [3, 2, 1]
    upstairs, same, spare = room(1, FIRST, floor=4), room(2, SECOND, floor=2), room(3, floor=2)
    assert numbers(upstairs, same, spare) == [3, 2, 1]
    assert numbers(room(1, capacity=90), room(2, capacity=40)) == [2, 1]


def test_a_day_that_no_room_has_weighs_more_than_one_in_another_room() -> None:
    lonely = [room(1, FIRST), room(2, FIRST, SECOND, THIRD)]
    (best, _) = propose(lonely, DAYS)
    assert (best.room.space_id, best.lost, best.swapped) == (1, [FIRST], [])


def test_three_rooms_are_proposed_and_none_without_a_day() -> None:
    assert numbers(*[room(number) for number in range(1, 6)]) == [1, 2, 3]
    assert numbers(room(1, *DAYS)) == []
    assert propose([], DAYS) == []


def test_a_swap_goes_to_a_room_for_the_purpose_on_the_same_floor() -> None:
    own = room(1, FIRST)
    others = [room(2, floor=3), room(3, floor=2, fits=False), room(4, floor=2), room(5, FIRST)]
    assert swaps_for(own, [own, *others], DAYS) == {FIRST: (4, 2, 3)}


@pytest.mark.parametrize("choice", [Choice(FIRST, 5), Choice(date(2028, 2, 29), None)])
def test_a_choice_is_read_as_it_was_written(choice: Choice) -> None:
    assert read_choice(str(choice)) == choice


@pytest.mark.parametrize("written", ["", "2026-12-02", "2026-13-02:5", "2027-02-29:skip", "x:5"])
def test_what_is_no_choice_is_none(written: str) -> None:
    assert read_choice(written) is None


def test_a_taken_day_is_open_until_somebody_chooses() -> None:
    own, other = room(1, FIRST), room(2)
    (open_day, *free) = plan(own, [own, other], DAYS, {})
    assert (open_day.choice, open_day.others, open_day.why) == (None, (2,), "有安排")
    assert [one.choice for one in free] == [Choice(day, 1) for day in DAYS[1:]]


def test_swapping_takes_the_best_other_room_and_leaves_out_what_nobody_has() -> None:
    own, other = room(1, FIRST, SECOND), room(2, SECOND)
    planned = plan(own, [own, other], DAYS, {})
    assert list(settle(planned, swap=True))[:2] == [Choice(FIRST, 2), Choice(SECOND, None)]
    assert list(settle(planned, swap=False))[:2] == [Choice(FIRST, None), Choice(SECOND, None)]


def test_what_was_chosen_stays_while_it_can_be_had() -> None:
    own, other = room(1, FIRST), room(2)
    chosen = {FIRST: Choice(FIRST, 2), SECOND: Choice(SECOND, None)}
    planned = plan(own, [own, other], DAYS, chosen)
    assert [one.choice for one in planned[:2]] == [Choice(FIRST, 2), Choice(SECOND, None)]


def test_a_chosen_room_that_was_taken_meanwhile_is_open_again_and_marked() -> None:
    own, other = room(1, FIRST), room(2, FIRST)
    (lost, *_) = plan(own, [own, other], DAYS, {FIRST: Choice(FIRST, 2)})
    assert (lost.choice, lost.is_lost, lost.others) == (None, True, ())


def test_a_room_that_is_no_candidate_is_no_choice() -> None:
    own = room(1, FIRST)
    (lost, *_) = plan(own, [own], DAYS, {FIRST: Choice(FIRST, 99)})
    assert lost.is_lost
