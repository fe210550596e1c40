"""The queue model against openings worked out by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from bench.model import Opening, Outcome, Service, crowd, simulate, thinking

SERVICE = Service(page=1.0, full_page=0.5, win=2.0, refusal=0.25)


def opening(
    arrivals: Sequence[float],
    *,
    seats: int = 10,
    processes: int = 1,
    thinks: float = 0.0,
) -> Outcome:
    """Let people come, each thinking equally long."""
    return simulate(
        Opening(
            arrivals=arrivals,
            thinking=[thinks] * len(arrivals),
            seats=seats,
            processes=processes,
            service=SERVICE,
        )
    )


def test_one_visitor_waits_for_page_thought_and_claim() -> None:
    assert opening([7.0], thinks=4.0).waited == [1 + 4 + 2]


def test_two_at_once_share_one_process_first_come_first_served() -> None:
    # pages 0-1 and 1-2; the first's claim came at 1, so it is served 2-4, the second's 4-6
    assert opening([0.0, 0.0]).waited == [4.0, 6.0]


def test_two_processes_keep_two_visitors_apart() -> None:
    assert opening([0.0, 0.0], processes=2).waited == [3.0, 3.0]


def test_who_chose_while_the_last_seat_went_is_refused() -> None:
    # pages 0-1 and 1-2, the one seat is claimed 2-4, the refusal takes 4-4.25
    outcome = opening([0.0, 0.0], seats=1)
    assert outcome.waited == [4.0, 4.25]
    assert (outcome.won, outcome.full_at) == (1, 2.0)


def test_who_comes_after_the_house_is_full_knows_from_the_page() -> None:
    assert opening([0.0, 10.0], seats=1).waited == [3.0, 0.5]


def test_a_house_that_does_not_fill_has_no_moment_of_being_full() -> None:
    outcome = opening([0.0], seats=2)
    assert outcome.won == 1
    assert math.isnan(outcome.full_at)


def test_no_seats_are_never_won() -> None:
    outcome = opening([0.0, 0.0], seats=0)
    assert (outcome.won, outcome.waited) == (0, [0.5, 1.0])


def test_nobody_came() -> None:
    assert opening([]).waited == []


def test_seats_are_never_oversold_whatever_the_crowd() -> None:
    chance = random.Random(1)
    arrivals = crowd(3000, 60, 15, chance)
    outcome = opening(arrivals, seats=100, processes=3, thinks=2.0)
    assert outcome.won == 100
    assert not any(math.isnan(seconds) for seconds in outcome.waited)


def test_a_process_is_never_idle_while_somebody_waits() -> None:
    # 200 visitors at once, all work conserved: the last is done after all services on one process
    outcome = opening([0.0] * 200, seats=50)
    looks = 200 * SERVICE.page
    assert max(outcome.waited) == pytest.approx(looks + 50 * SERVICE.win + 150 * SERVICE.refusal)


def test_a_crowd_comes_in_order_within_its_time_and_thickest_first() -> None:
    arrivals = crowd(10_000, 60, 15, random.Random(1))
    assert arrivals == sorted(arrivals)
    assert arrivals[0] >= 0
    assert arrivals[-1] <= 60
    early = sum(at < 15 for at in arrivals) / 10_000
    assert early == pytest.approx((1 - math.exp(-1)) / (1 - math.exp(-4)), abs=0.02)


def test_the_same_seed_brings_the_same_crowd() -> None:
    assert crowd(50, 60, 15, random.Random(3)) == crowd(50, 60, 15, random.Random(3))


def test_everybody_thinks_a_second_at_least_and_the_mean_is_kept() -> None:
    seconds = list(thinking(20_000, 5, random.Random(1)))
    assert min(seconds) >= 1
    assert sum(seconds) / len(seconds) == pytest.approx(5, rel=0.03)
