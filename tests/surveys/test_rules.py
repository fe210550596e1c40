"""When a menu is open, how many votes fit, which lines are the same; what pasted lines name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from palace.courses.catalogue import Subject
from palace.errors import PalaceError
from palace.surveys.errors import (
    LineGone,
    LinesRepeated,
    LinesTooMany,
    SurveyClosed,
    SurveyNotOpen,
    VotesTooMany,
)
from palace.surveys.reading import LONGEST_TITLE, read_lines
from palace.surveys.rules import (
    FEWEST_SHOWN,
    MOST_LINES,
    Average,
    Phase,
    Wanted,
    check_lines,
    check_open,
    check_votes,
    phase_of,
    told_apart,
)

OPENS = datetime(2026, 11, 28, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=10)
INSTANT = timedelta(microseconds=1)
SUBJECTS = [
    Subject(code="calligraphy", position=1, name_zh="书法", name_en="Calligraphy"),
    Subject(code="vocal", position=2, name_zh="声乐", name_en="Singing"),
    Subject(code="computer", position=3, name_zh="手机和电脑", name_en="Phones and computers"),
]


@pytest.mark.parametrize(
    ("now", "phase", "refusal"),
    [
        (OPENS - INSTANT, Phase.AHEAD, SurveyNotOpen),
        (OPENS, Phase.OPEN, None),
        (CLOSES - INSTANT, Phase.OPEN, None),
        (CLOSES, Phase.CLOSED, SurveyClosed),
    ],
)
def test_a_menu_is_open_from_its_first_instant_until_its_last(
    now: datetime, phase: Phase, refusal: type[PalaceError] | None
) -> None:
    assert phase_of(OPENS, CLOSES, now) is phase
    if refusal is None:
        check_open(OPENS, CLOSES, now)
    else:
        with pytest.raises(refusal):
            check_open(OPENS, CLOSES, now)


def test_as_many_votes_as_one_has_fit_and_one_more_does_not() -> None:
    check_votes(set(), {1, 2, 3}, 2)
    check_votes({1, 3}, {1, 2, 3}, 2)
    with pytest.raises(VotesTooMany):
        check_votes({1, 2, 3}, {1, 2, 3}, 2)
    with pytest.raises(LineGone):
        check_votes({4}, {1, 2, 3}, 2)


@pytest.mark.parametrize("title", ["楷书入门", " 楷书 入门", "楷书　入门"])
def test_a_title_is_the_same_however_it_is_spaced(title: str) -> None:
    assert told_apart(title) == "楷书入门"
    assert told_apart("Yoga Ａ") == told_apart("yogaa")


def wanted(*titles: str) -> list[Wanted]:
    return [Wanted(subject="vocal", title_zh=title) for title in titles]


def test_lines_that_are_there_or_come_twice_are_named() -> None:
    with pytest.raises(LinesRepeated) as refused:
        check_lines(wanted("合唱", "楷书 入门", "京剧", "京剧"), ["楷书入门"])
    assert refused.value.values["titles"] == ["楷书 入门", "京剧"]


def test_a_menu_ends_at_its_most_lines() -> None:
    there = [str(number) for number in range(MOST_LINES - 1)]
    check_lines(wanted("合唱"), there)
    with pytest.raises(LinesTooMany):
        check_lines(wanted("合唱", "京剧"), there)


@pytest.mark.parametrize("count", [1, FEWEST_SHOWN - 1, FEWEST_SHOWN])
def test_an_average_is_public_from_five_scores_on(count: int) -> None:
    assert Average(4.5, count).is_public is (count == 5)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (
            "书法\t楷书入门\tRegular script\t从握笔学起。",
            ("calligraphy", "楷书入门", "Regular script"),
        ),
        ("1\t书法\t楷书入门", ("calligraphy", "楷书入门", "")),
        ("书法|楷书入门||从握笔学起", ("calligraphy", "楷书入门", "")),
        ("3. 声乐 合唱基础", ("vocal", "合唱基础", "")),
        ("12、声乐：美声 初级", ("vocal", "美声 初级", "")),
        ("singing, Choir for all", ("vocal", "Choir for all", "")),
        ("手机和电脑，智能手机怎么用", ("computer", "智能手机怎么用", "")),
    ],
)
def test_a_line_names_its_subject_and_its_title(line: str, read: tuple[str, ...]) -> None:
    found = read_lines(line, SUBJECTS)
    assert found.unread == ()
    assert [(one.subject, one.title_zh, one.title_en) for one in found.wanted] == [read]


@pytest.mark.parametrize(
    "line",
    ["楷书入门", "绘画 国画", "书法", "书法\t" + "字" * (LONGEST_TITLE + 1), "书法|a|b|c|d"],
)
def test_a_line_that_names_no_course_is_told(line: str) -> None:
    assert read_lines(line, SUBJECTS).unread == (line,)


def test_headings_and_empty_lines_are_passed_over() -> None:
    found = read_lines("科目\t课名\n\n  \n书法\t楷书\n", SUBJECTS)
    assert (len(found.wanted), found.unread) == (1, ())
