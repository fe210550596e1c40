"""Who is named by a line, and from how many on a second person must confirm."""

from __future__ import annotations

import pytest

from palace.complimentary import rules
from palace.complimentary.errors import AlreadyDecided, AnotherConfirms
from palace.complimentary.rules import GivenState, Line


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("13900000001", Line("13900000001", "")),
        (" 13900000001 张建华 ", Line("13900000001", "张建华")),
        ("张建华，13900000001", Line("13900000001", "张建华")),
        ("TY00000012 苏 力 霞", Line("TY00000012", "苏力霞")),
        ("张建华", Line("", "张建华")),
    ],
)
def test_a_line_has_a_number_and_perhaps_a_name(typed: str, line: Line) -> None:
    assert rules.read_line(typed) == line


@pytest.mark.parametrize(("allowance", "given", "left"), [(20, 0, 20), (20, 20, 0), (20, 25, 0)])
def test_what_is_left_of_an_allowance(allowance: int, given: int, left: int) -> None:
    assert rules.left_of(allowance, given) == left


@pytest.mark.parametrize(("left", "wanted", "second"), [(2, 2, False), (2, 3, True), (0, 1, True)])
def test_exactly_what_is_left_needs_no_second_person(left: int, wanted: int, second: bool) -> None:
    assert rules.needs_second(left=left, wanted=wanted) is second


def test_the_second_person_is_another() -> None:
    with pytest.raises(AnotherConfirms):
        rules.check_confirms(GivenState.PROPOSED, "staff:1", "staff:1")
    with pytest.raises(AlreadyDecided):
        rules.check_confirms(GivenState.WITHDRAWN, "staff:1", "staff:2")
    rules.check_confirms(GivenState.PROPOSED, "staff:1", "staff:2")
