"""Bars, ratios and tables of the bench."""

from __future__ import annotations

import json
import math

import pytest

from bench.table import Figure, as_json, judged, markdown, meets, number, percentile


@pytest.mark.parametrize(
    ("value", "bar", "ok"),
    [
        (3.5, "≤ 3.5", True),
        (3.5001, "≤ 3.5", False),
        (400, "≥ 400", True),
        (399.999, "≥ 400", False),
        (0.025, "≥ 0.025", True),
        (50, "= 50", True),
        (49, "= 50", False),
        (0, "= 0", True),
        (math.nan, "≤ 3.5", False),
        (math.nan, "≥ 0", False),
        (math.inf, "≤ 3.5", False),
    ],
)
def test_a_value_meets_its_bar_up_to_the_bar_itself(value: float, bar: str, ok: bool) -> None:
    assert meets(value, bar) is ok
    assert Figure("any", value, "ms", bar).ok is ok


@pytest.mark.parametrize("bar", ["", "3.5", "< 3", "≤ many", "≥"])
def test_what_is_no_bar_is_refused_rather_than_met(bar: str) -> None:
    with pytest.raises(ValueError, match=r"bar|float"):
        meets(1, bar)


def test_without_a_bar_nothing_is_judged() -> None:
    assert Figure("any", 1, "ms").ok is None


def test_the_file_says_what_was_computed() -> None:
    rows = json.loads(
        as_json(
            [
                Figure("票", 3.14159, "ms", "≤ 3"),
                Figure("free", 2, "ms"),
                Figure("never", math.nan, "ms", "≤ 3"),
            ]
        )
    )
    assert rows == [
        {"name": "票", "value": 3.142, "unit": "ms", "bar": "≤ 3", "ok": False},
        {"name": "free", "value": 2, "unit": "ms", "bar": None, "ok": None},
        {"name": "never", "value": None, "unit": "ms", "bar": "≤ 3", "ok": False},
    ]


def test_rounding_for_readers_never_moves_a_verdict() -> None:
    just_over = Figure("claim", 3.5000001, "ms", "≤ 3.5")
    assert '"value": 3.5, ' in as_json([just_over])
    assert '"ok": false' in as_json([just_over])
    assert "**no**" in judged([just_over])


def test_the_judged_table_holds_only_what_has_a_bar() -> None:
    table = judged([Figure("a", 1, "ms", "≤ 2"), Figure("b", 1, "ms")])
    assert table.splitlines() == [
        "| what | measured | unit | bar | met |",
        "| --- | --- | --- | --- | --- |",
        "| a | 1 | ms | ≤ 2 | yes |",
    ]


def test_no_cell_breaks_out_of_its_column() -> None:
    assert markdown(["x"], [["a|b\nc"]]).splitlines()[-1] == "| a\\|b c |"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (0.01234, "0.0123"),
        (3.456, "3.46"),
        (99.94, "99.9"),
        (100, "100"),
        (12580.4, "12,580"),
        (math.nan, "–"),
    ],
)
def test_numbers_are_short(value: float, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([1], 0.5, 1),
        ([1, 2], 0.5, 1),
        ([3, 1, 2], 0.5, 2),
        (range(1, 101), 0.95, 95),
        ([1, 2], 1.0, 2),
        ([1, 2], 0.0, 1),
    ],
)
def test_percentiles_are_values_that_occurred(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


def test_nothing_has_no_percentile() -> None:
    assert math.isnan(percentile([], 0.5))
