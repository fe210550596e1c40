"""What the desk decides on plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from palace.desk import rules
from palace.desk.rules import Stand, TwoFigures
from palace.money import Fen, read_yuan, yuan_of

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("", None),
        ("0", 0),
        ("30", 3000),
        ("12.5", 1250),
        ("12.05", 1205),
        ("0.01", 1),
        ("1000000", None),
    ],
)
def test_yuan_are_read_to_the_fen(typed: str, fen: int | None) -> None:
    if typed == "1000000":
        with pytest.raises(ValueError, match=typed):
            read_yuan(typed)
        return
    assert read_yuan(typed) == fen
    assert read_yuan(yuan_of(Fen(fen) if fen is not None else None)) == fen


@pytest.mark.parametrize(
    "typed", ["-1", "1.234", "1,5", "三十", "1e3", "٣", "1.", ".5", "0x1", "30元", "999999.999"]
)
def test_what_is_no_price_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_yuan(typed)


@pytest.mark.parametrize(("typed", "seats"), [("", None), ("0", 0), ("100000", 100_000)])
def test_quotas_are_read(typed: str, seats: int | None) -> None:
    assert rules.read_seats(typed) == seats


@pytest.mark.parametrize("typed", ["-1", "1.5", "100001", "9" * 30, "٣", "x"])
def test_what_is_no_quota_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        rules.read_seats(typed)


def test_a_figure_for_all_zones_fills_those_without_their_own() -> None:
    cells = {"free:*": 0, "free:A": None, "public:*": 3000, "public:A": 8000, "public:B": None}
    assert rules.price_table(cells, ["A", "B"]) == {
        "free": {"A": 0, "B": 0},
        "public": {"A": 8000, "B": 3000},
    }


def test_two_figures_for_the_same_are_told_and_never_guessed() -> None:
    both = {"public:*": 3000, "public:A": 8000, "public:B": 5000}
    with pytest.raises(TwoFigures) as told:
        rules.price_table(both, ["A", "B"])
    assert told.value.cell == "public:*"
    same = {"public:*": 3000, "public:A": 3000, "public:B": 3000}
    assert rules.price_table(same, ["A", "B"]) == {"public": {"A": 3000, "B": 3000}}


def test_zones_that_nobody_draws_are_passed_over() -> None:
    assert rules.price_table({"free:Z": 0, "free:A": 0}, ["A"]) == {"free": {"A": 0}}


@pytest.mark.parametrize(
    ("amounts", "shown"),
    [
        ({}, {"*": "", "A": "", "B": ""}),
        ({"A": Fen(3000), "B": Fen(3000)}, {"*": "30", "A": "", "B": ""}),
        ({"A": Fen(3000)}, {"*": "", "A": "30", "B": ""}),
        ({"A": Fen(3000), "B": Fen(50)}, {"*": "", "A": "30", "B": "0.50"}),
    ],
)
def test_prices_are_shown_as_they_are_typed(amounts: dict[str, Fen], shown: dict[str, str]) -> None:
    assert rules.shown_prices(amounts, ["A", "B"]) == shown
    cells = {f"t:{zone}": read_yuan(typed) for zone, typed in shown.items()}
    assert rules.price_table(cells, ["A", "B"])["t"] == amounts


def test_what_moved_since_somebody_looked_is_named() -> None:
    seen = rules.seen_as({"day": "2026-12-05", "time": "19:30", "plan": ""})
    assert rules.moved_since(seen, {"day": "2026-12-05", "time": "19:30", "plan": ""}) == []
    assert rules.moved_since(seen, {"day": "2026-12-06", "time": "19:30", "plan": "5"}) == [
        "day",
        "plan",
    ]
    for nothing in ("", "x", "day", "day=%zz&&&=", "day=" + "x" * 9999):
        assert rules.moved_since(nothing, {"day": "2026-12-05"}) == ["day"]


@pytest.mark.parametrize(
    ("published", "cancelled", "ends", "stand"),
    [
        (None, None, NOW + SECOND, Stand.DRAFT),
        (NOW, None, NOW + SECOND, Stand.PUBLISHED),
        (NOW, None, NOW, Stand.PAST),
        (None, None, NOW, Stand.PAST),
        (NOW, NOW, NOW + SECOND, Stand.CANCELLED),
        (NOW, NOW, NOW, Stand.CANCELLED),
    ],
)
def test_where_a_performance_stands(
    published: datetime | None, cancelled: datetime | None, ends: datetime, stand: Stand
) -> None:
    told = {"published_at": published, "cancelled_at": cancelled, "ends_at": ends}
    assert rules.stand_of(**told, now=NOW) is stand  # type: ignore[arg-type]  # as the table says


@pytest.mark.parametrize(
    ("start", "then"),
    [
        (NOW, NOW + timedelta(days=7)),
        (NOW - SECOND, NOW - SECOND + timedelta(days=7)),
        (NOW - timedelta(days=7), NOW + timedelta(days=7)),
        (NOW - timedelta(days=20), NOW + timedelta(days=1)),
        (NOW + timedelta(days=3), NOW + timedelta(days=10)),
    ],
)
def test_the_next_evening_is_whole_weeks_later_and_ahead(start: datetime, then: datetime) -> None:
    assert rules.next_start(start, NOW) == then
    assert then > NOW


def test_the_house_s_opening_is_days_before_at_its_hour() -> None:
    assert rules.default_opening(date(2026, 12, 5), 14, 10) == (date(2026, 11, 21), time(10))


@pytest.mark.parametrize("typed", ["", "2026-13-01", "1999-12-31", "3000-01-01", "heute"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        rules.read_day(typed)


@pytest.mark.parametrize("typed", ["", "24:00", "19:30:01", "19:30+08:00", "halb acht"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        rules.read_time(typed)
