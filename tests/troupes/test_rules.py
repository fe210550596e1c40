"""How a troupe stands, who decides what, and whom pasted lines name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from palace.troupes import rules
from palace.troupes.errors import CertificationDecided, CertificationOpen
from palace.troupes.reading import read_lines
from palace.troupes.rules import CertificationState as State
from palace.troupes.rules import Somebody, Standing

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@dataclass(frozen=True)
class Had:
    """A certification as the rules see it."""

    state: State
    starts_on: date = FIRST
    ends_on: date = LAST


NEXT = (date(2027, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("had", "today", "standing"),
    [
        ([], FIRST, Standing.NONE),
        ([Had(State.ASKED)], FIRST, Standing.ASKED),
        ([Had(State.CERTIFIED)], FIRST, Standing.CERTIFIED),
        ([Had(State.CERTIFIED)], LAST, Standing.CERTIFIED),
        ([Had(State.CERTIFIED)], date(2027, 1, 1), Standing.EXPIRED),
        ([Had(State.CERTIFIED)], date(2025, 12, 31), Standing.NONE),
        ([Had(State.REFUSED)], LAST, Standing.REFUSED),
        ([Had(State.REFUSED)], date(2027, 1, 1), Standing.NONE),
        ([Had(State.REFUSED), Had(State.ASKED, *NEXT)], LAST, Standing.ASKED),
        ([Had(State.CERTIFIED), Had(State.ASKED, *NEXT)], LAST, Standing.CERTIFIED),
        ([Had(State.CERTIFIED), Had(State.ASKED, *NEXT)], date(2027, 1, 1), Standing.ASKED),
    ],
)
def test_a_troupe_stands_as_its_seasons_say(
    had: list[Had], today: date, standing: Standing
) -> None:
    assert rules.standing(had, today) is standing


@pytest.mark.parametrize(
    ("had", "today", "until"),
    [
        ([Had(State.CERTIFIED)], LAST, LAST),
        ([Had(State.CERTIFIED)], date(2027, 1, 1), None),
        ([Had(State.ASKED)], FIRST, None),
        ([Had(State.CERTIFIED, *NEXT), Had(State.CERTIFIED)], FIRST, NEXT[1]),
        ([Had(State.CERTIFIED), Had(State.ASKED, *NEXT)], FIRST, LAST),
        (
            [Had(State.CERTIFIED), Had(State.CERTIFIED, date(2027, 1, 2), NEXT[1])],
            FIRST,
            LAST,
        ),
        ([], FIRST, None),
    ],
)
def test_it_is_certified_until_the_last_day_without_a_break(
    had: list[Had], today: date, until: date | None
) -> None:
    assert rules.certified_until(had, today) == until


MAY = {
    (State.ASKED, State.CERTIFIED),
    (State.ASKED, State.REFUSED),
    (State.CERTIFIED, State.REFUSED),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verdict", State)
def test_what_was_asked_is_decided_and_what_is_certified_taken_back(
    state: State, verdict: State
) -> None:
    if (state, verdict) in MAY:
        rules.check_decides(state, state, verdict)
    else:
        with pytest.raises(CertificationOpen):
            rules.check_decides(state, state, verdict)


def test_nobody_decides_on_what_is_otherwise_than_they_saw() -> None:
    with pytest.raises(CertificationDecided):
        rules.check_decides(State.CERTIFIED, State.ASKED, State.REFUSED)


@pytest.mark.parametrize(
    ("line", "name", "phone"),
    [
        ("张建华", "张建华", None),
        ("张建华 13800138000", "张建华", "13800138000"),
        ("13800138000，张建华", "张建华", "13800138000"),
        ("张建华\t138 0013 8000", "张建华", "13800138000"),
        ("1. 张建华", "张建华", None),
        ("12、张建华、１３８００１３８０００", "张建华", "13800138000"),
        ("阿依古丽·买买提", "阿依古丽·买买提", None),
        ("Anna Müller", "Anna Müller", None),
    ],
)
def test_a_line_names_somebody(line: str, name: str, phone: str | None) -> None:
    assert read_lines(line).people == (Somebody(name, phone),)


@pytest.mark.parametrize(
    "line", ["12345678", "张建华 12345678", "张", "<b>", "张建华 010-66668888"]
)
def test_what_names_nobody_is_told_as_it_stands(line: str) -> None:
    assert read_lines(f"李桂兰\n{line}").unread == (line,)


def test_headings_blank_lines_and_repeats_are_passed_over() -> None:
    pasted = "序号 姓名 手机号\n\n1 张建华 13800138000\r\n2 李桂兰\n3 张建华 13800138000\n"
    assert [one.name for one in read_lines(pasted).people] == ["张建华", "李桂兰"]
    assert read_lines(pasted).unread == ()
