"""A menu: written by the office, voted on as a whole, read by its votes, told when a line becomes a class."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from palace import clock
from palace.errors import NotFound
from palace.surveys import queries, services
from palace.surveys.errors import (
    LinesRepeated,
    LinesUnread,
    LineVoted,
    SurveyBegun,
    SurveyClosed,
    SurveyNotOpen,
    VotesTooMany,
)
from palace.surveys.models import Survey
from palace.surveys.rules import Figures
from tests.factory import Factory
from tests.surveys.conftest import a_menu, by_title, ids
from tests.teaching import Teaching
from tests.troupes.conftest import told


def figures_of(survey: Survey) -> Figures:
    return Figures(**{name: getattr(survey, name) for name in Figures.__annotations__})


def test_votes_are_set_as_a_whole_and_changed(make: Factory, menu: Survey) -> None:
    member = make.member()
    services.vote(member.id, menu.id, ids(menu, "楷书入门", "广场舞"))
    services.vote(member.id, menu.id, ids(menu, "广场舞", "剪纸"))
    assert queries.chosen(menu.id, member.id) == ids(menu, "广场舞", "剪纸")
    services.vote(member.id, menu.id, set())
    assert queries.chosen(menu.id, member.id) == set()


def test_one_vote_too_many_changes_nothing(make: Factory, menu: Survey) -> None:
    member = make.member()
    services.vote(member.id, menu.id, ids(menu, "楷书入门"))
    with pytest.raises(VotesTooMany):
        services.vote(member.id, menu.id, ids(menu, "楷书入门", "广场舞", "剪纸"))
    assert queries.chosen(menu.id, member.id) == ids(menu, "楷书入门")


def test_the_clock_opens_and_closes(make: Factory) -> None:
    menu, member = a_menu(make, opens=1), make.member()
    with pytest.raises(SurveyNotOpen):
        services.vote(member.id, menu.id, set())
    make.set_clock(menu.closes_at)
    with pytest.raises(SurveyClosed):
        services.vote(member.id, menu.id, set())
    make.set_clock(menu.closes_at - timedelta(microseconds=1))
    services.vote(member.id, menu.id, ids(menu, "剪纸"))


def test_results_stand_by_votes_then_by_place(make: Factory, menu: Survey) -> None:
    for titles in (("广场舞", "剪纸"), ("剪纸",), ("合唱基础",)):
        services.vote(make.member().id, menu.id, ids(menu, *titles))
    assert [(one.line.title_zh, one.votes) for one in queries.results(menu.id)] == [
        ("剪纸", 2),
        ("合唱基础", 1),
        ("广场舞", 1),
        ("楷书入门", 0),
    ]
    (told_of,) = queries.all_told(None)
    assert (told_of.people, told_of.votes) == (3, 4)


def test_pasted_lines_come_all_or_none(make: Factory, menu: Survey) -> None:
    with pytest.raises(LinesUnread) as refused:
        services.paste(menu.id, "戏曲\t晋剧\n不知道的")
    assert refused.value.values["lines"] == ["不知道的"]
    with pytest.raises(LinesRepeated):
        services.paste(menu.id, "戏曲\t晋剧\n书法\t楷书 入门")
    assert services.paste(menu.id, "戏曲\t晋剧\n棋类\t象棋") == 2
    assert list(by_title(menu))[-2:] == ["晋剧", "象棋"]


def test_a_line_goes_up_and_down_and_stops_at_the_ends(menu: Survey) -> None:
    line = by_title(menu)["合唱基础"]
    services.move(menu.id, line.id, up=True)
    services.move(menu.id, line.id, up=True)
    assert list(by_title(menu)) == ["合唱基础", "楷书入门", "广场舞", "剪纸"]
    last = by_title(menu)["剪纸"]
    services.move(menu.id, last.id, up=False)
    services.move(menu.id, line.id, up=False)
    assert list(by_title(menu)) == ["楷书入门", "合唱基础", "广场舞", "剪纸"]


def test_only_a_line_nobody_chose_is_taken_off(make: Factory, menu: Survey) -> None:
    services.vote(make.member().id, menu.id, ids(menu, "剪纸"))
    with pytest.raises(LineVoted):
        services.remove(menu.id, by_title(menu)["剪纸"].id)
    services.remove(menu.id, by_title(menu)["广场舞"].id)
    assert list(by_title(menu)) == ["楷书入门", "合唱基础", "剪纸"]
    with pytest.raises(NotFound):
        services.remove(menu.id, 999_999_999)


def test_what_people_choose_by_stays_once_they_choose(make: Factory, menu: Survey) -> None:
    figures = figures_of(menu)
    services.change(menu.id, replace(figures, title_zh="想学什么", closes_at=clock.now()))
    assert menu.title_zh == "想学什么"
    with pytest.raises(SurveyBegun):
        services.change(menu.id, replace(figures, choices=3))
    ahead = a_menu(make, opens=1)
    services.change(ahead.id, replace(figures_of(ahead), choices=3))
    assert ahead.choices == 3


def test_who_chose_a_line_is_told_of_its_class_once(
    make: Factory, menu: Survey, teaching: Teaching
) -> None:
    voters = [make.member() for _ in range(3)]
    for voter in voters:
        services.vote(voter.id, menu.id, ids(menu, "剪纸"))
    services.vote(make.member().id, menu.id, ids(menu, "广场舞"))
    line, offering = by_title(menu)["剪纸"], teaching.offering()
    assert services.tell_voters(line, offering) == 3
    assert services.tell_voters(line, offering) == 0
    assert told("survey_class") == [f"member:{voter.id}" for voter in voters]
