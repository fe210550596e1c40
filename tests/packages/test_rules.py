"""A package's price is spread in whole fen that add up; its shows do not overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palace.money import Fen
from palace.packages.errors import ShowsMissing, ShowsOverlap, TooManyPackages
from palace.packages.rules import check_limit, check_shows, spread

START = datetime(2026, 12, 5, 11, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Span:
    """A show of two hours, so many hours after the first."""

    hours: int

    @property
    def starts_at(self) -> datetime:
        return START + timedelta(hours=self.hours)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(hours=2)


def test_the_parts_of_a_price_go_by_what_the_shows_cost_singly() -> None:
    assert spread(Fen(6000), {1: Fen(3000), 2: Fen(3000), 3: Fen(6000)}) == {
        1: 1500,
        2: 1500,
        3: 3000,
    }


def test_what_cannot_be_divided_goes_to_the_largest_remainders_first() -> None:
    assert spread(Fen(100), {1: Fen(50), 2: Fen(50), 3: Fen(50)}) == {1: 34, 2: 33, 3: 33}


def test_a_free_package_is_free_at_each_show() -> None:
    assert spread(Fen(0), {1: Fen(0), 2: Fen(0)}) == {1: 0, 2: 0}
    assert spread(Fen(0), {1: Fen(3000), 2: Fen(0)}) == {1: 0, 2: 0}


def test_a_package_is_never_dearer_than_its_shows() -> None:
    assert spread(Fen(100), {1: Fen(60), 2: Fen(40)}) == {1: 60, 2: 40}
    with pytest.raises(ValueError, match="101"):
        spread(Fen(101), {1: Fen(60), 2: Fen(40)})


@given(st.lists(st.integers(0, 200_000), min_size=2, max_size=12), st.integers(0, 1_000_000))
def test_parts_add_up_and_none_is_more_than_its_show(singly: list[int], share: int) -> None:
    costs = {show: Fen(amount) for show, amount in enumerate(singly)}
    total = Fen(sum(singly) * share // 1_000_000)
    parts = spread(total, costs)
    assert sum(parts.values()) == total
    assert all(0 <= parts[show] <= costs[show] for show in costs)


@pytest.mark.parametrize("count", [0, 1, 13])
def test_two_to_twelve_shows_make_a_package(count: int) -> None:
    with pytest.raises(ShowsMissing):
        check_shows([Span(3 * place) for place in range(count)])


@pytest.mark.parametrize("count", [2, 12])
def test_the_edges_are_allowed(count: int) -> None:
    check_shows([Span(3 * place) for place in range(count)])


def test_shows_may_follow_each_other_but_not_overlap() -> None:
    check_shows([Span(2), Span(0)])
    with pytest.raises(ShowsOverlap):
        check_shows([Span(0), Span(5), Span(1)])


def test_exactly_the_limit_is_allowed() -> None:
    check_limit(held=2, wanted=2, limit=4)
    with pytest.raises(TooManyPackages) as refusal:
        check_limit(held=3, wanted=2, limit=4)
    assert refusal.value.values == {"limit": 4, "held": 3}
