"""Rules of coupons at their edges: when a pool opens and ends, how many each, what a line is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from palace.coupons import rules
from palace.coupons.errors import (
    CouponsForMembers,
    CouponsForStanding,
    CouponsForUnit,
    HasCoupons,
    MonthOfCoupons,
)
from palace.coupons.rules import Conditions, Left, Line, Outcome, Stand
from palace.members.rules import Standing
from tests.coupons.conftest import at_ten

LAST = date(2027, 3, 31)
TICK = timedelta(milliseconds=1)


def conditions(*, is_stopped: bool = False) -> Conditions:
    """Return a pool that opens at ten on the third and ends with the month."""
    return Conditions(opens_at=at_ten(), valid_until=LAST, is_stopped=is_stopped, per_member=1)


@pytest.mark.parametrize(
    ("after", "day", "stopped", "stand"),
    [
        (-TICK, LAST, False, Stand.NOT_OPEN),
        (timedelta(), LAST, False, Stand.OPEN),
        (timedelta(), LAST + timedelta(days=1), False, Stand.OVER),
        (timedelta(), LAST, True, Stand.STOPPED),
        (-TICK, LAST, True, Stand.STOPPED),
        (timedelta(), LAST + timedelta(days=1), True, Stand.OVER),
    ],
)
def test_a_pool_opens_at_its_instant_and_its_last_day_still_counts(
    after: timedelta, day: date, stopped: bool, stand: Stand
) -> None:
    assert rules.stand_of(conditions(is_stopped=stopped), at_ten() + after, day) is stand


@pytest.mark.parametrize(
    ("standing", "unit", "belongs", "refusal"),
    [
        (Standing.PENDING, None, False, CouponsForMembers),
        (Standing.EXPIRED, None, False, CouponsForStanding),
        (Standing.VALID, "铁路工会", False, CouponsForUnit),
        (Standing.VALID, "铁路工会", True, None),
        (Standing.VALID, None, False, None),
        (Standing.EXPIRED, "铁路工会", True, CouponsForStanding),
    ],
)
def test_members_alone_take_coupons_and_those_of_a_union_theirs(
    standing: Standing, unit: str | None, belongs: bool, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        rules.check_for(standing, unit, belongs=belongs)
        return
    with pytest.raises(refusal):
        rules.check_for(standing, unit, belongs=belongs)


@pytest.mark.parametrize(
    ("held", "of_month", "per_month", "refusal"),
    [
        (1, 1, 0, None),
        (2, 2, 0, HasCoupons),
        (1, 2, 3, None),
        (1, 3, 3, MonthOfCoupons),
        (0, 90, 0, None),
    ],
)
def test_the_limits_themselves_are_allowed(
    held: int, of_month: int, per_month: int, refusal: type[Exception] | None
) -> None:
    limits = {"held": held, "per_member": 2, "of_month": of_month, "per_month": per_month}
    if refusal is None:
        rules.check_limits(**limits)
        return
    with pytest.raises(refusal):
        rules.check_limits(**limits)


@pytest.mark.parametrize(
    ("left", "said"),
    [(0, Left.GONE), (1, Left.FEW), (15, Left.FEW), (16, Left.PLENTY), (100, Left.PLENTY)],
)
def test_few_is_the_house_s_share(left: int, said: Left) -> None:
    assert rules.left_in_words(left, 100, 15) is said


def test_a_house_without_a_share_never_says_few() -> None:
    assert rules.left_in_words(1, 100, 0) is Left.PLENTY


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("AB12-CD34", Outcome.GOOD),
        ("  AB12   CD34 ", Outcome.GOOD),
        ("A" * 64, Outcome.GOOD),
        ("A" * 65, Outcome.TOO_LONG),
        ("券码1234", Outcome.STRANGE),
        ("AB\u200b12", Outcome.STRANGE),
        ("1.23456789012346E+15", Outcome.ROUNDED),
        ("1E15", Outcome.ROUNDED),
        ("E15", Outcome.GOOD),
        ("12E15A", Outcome.GOOD),
    ],
)
def test_what_a_line_is(text: str, outcome: Outcome) -> None:
    (line,) = rules.read_lines([(7, text)])
    assert (line.number, line.outcome) == (7, outcome)


def test_lines_are_told_beside_those_before_them() -> None:
    texts = ["AA11", "", "aa11", " AA11", "", " "]
    lines = rules.read_lines(enumerate(texts, 1))
    assert lines == [
        Line(1, "AA11"),
        Line(2, "", Outcome.EMPTY),
        Line(3, "aa11"),
        Line(4, "AA11", Outcome.REPEATED),
    ]
    assert rules.beside_known(lines, {"aa11"})[2] == Line(3, "aa11", Outcome.KNOWN)
