"""Numbers, names, masks and waits: plain values in, decision out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from palace.members.rules import (
    CodeBudget,
    is_name,
    mobile_number,
    tidy_name,
    wait_for_code,
    whole_minutes,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        " 138 0013 8000 ",
        "138-0013-8000",
        "+86 138 0013 8000",
        "0086 13800138000",
        "8613800138000",
        "１３８００１３８０００",
        "＋８６　１３８００１３８０００",
        "(138) 0013 8000",
    ],
)
def test_a_mobile_number_is_understood_however_it_is_typed(typed: str) -> None:
    assert mobile_number(typed) == "13800138000"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "1380013800",
        "138001380000",
        "0351-4040000",
        "12345678901",
        "+1 202 555 0100",
        "+852 9123 4567",
        "10086",
        "1380013800O",
        "138001380٠٠",
        "13800138000x1",
        "13800138000;ext=1",
        "tel:13800138000",
        "😀😀😀😀😀😀😀😀😀😀😀",
        "1" * 5000,
        "+" * 30,
    ],
)
def test_other_numbers_get_no_code(typed: str) -> None:
    assert mobile_number(typed) is None


@pytest.mark.parametrize(
    "name",
    [
        "李雷",
        "张建华",
        "阿不都热依木·买买提",
        "𠮷野",
        "䶮一",
        "㛃儿",
        "𮯠三",
        "O'Neill",
        "Anna-Maria Rossi",
        "欧" * 30,
    ],
)
def test_names_of_people_are_names(name: str) -> None:
    assert is_name(tidy_name(name))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "李",
        "张3",
        "张３",
        "欧" * 31,
        "张\u0000三",
        "张\u202e三",
        "😀😀",
        "<b>张三</b>",
        "张;三",
        "=1+1",
        "\ud800三",
        "  ",
    ],
)
def test_other_texts_are_not(name: str) -> None:
    assert not is_name(tidy_name(name))


def test_a_name_is_tidied_to_one_dot_and_single_spaces() -> None:
    assert tidy_name("  阿里木•买  买提 ") == "阿里木·买 买提"


@pytest.mark.parametrize(
    ("seconds_ago", "waits"),
    [
        ([], 0),
        ([59], 1),
        ([60], 0),
        ([3599, 3599, 3599, 3599, 3599], 1),
        ([3600] * 5, 0),
        ([120] * 4, 0),
        ([86399] * 10, 1),
        ([86400] * 10, 0),
        ([1800] * 5 + [3601] * 5, 86400 - 3601),
    ],
)
def test_a_number_waits_until_its_oldest_code_leaves_the_window(
    seconds_ago: list[int], waits: int
) -> None:
    asked = [NOW - timedelta(seconds=seconds) for seconds in seconds_ago]

    assert wait_for_code(asked, CodeBudget(), NOW) == timedelta(seconds=waits)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (1, 1), (60, 1), (61, 2), (3600, 60)])
def test_waits_are_told_in_whole_minutes(seconds: int, minutes: int) -> None:
    assert whole_minutes(timedelta(seconds=seconds)) == minutes


def test_numbers_nobody_knows_cannot_use_up_what_is_kept_for_known_ones() -> None:
    budget = CodeBudget(per_day=10, per_day_for_known=6)

    assert [budget.sent(0, 3), budget.sent(0, 400), budget.sent(6, 400)] == [3, 4, 10]
