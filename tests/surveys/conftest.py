"""A menu that is open, with lines on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from palace import clock
from palace.surveys import queries, services
from palace.surveys.models import Survey, SurveyLine
from palace.surveys.rules import Figures
from tests.factory import Factory

PASTED = "书法\t楷书入门\tRegular script\t从握笔学起。\n声乐\t合唱基础\n舞蹈\t广场舞\n手工\t剪纸\n"


def a_menu(make: Factory, *, choices: int = 2, pasted: str = PASTED, opens: int = -1) -> Survey:
    """Return a menu of the head house with lines, open for ten days unless it opens in so many."""
    opens_at = clock.now() + timedelta(days=opens)
    figures = Figures(
        title_zh="春季想学什么",
        title_en="What would you like to learn?",
        choices=choices,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=10),
    )
    survey = services.open_survey(make.site().id, figures)
    services.paste(survey.id, pasted)
    return survey


@pytest.fixture
def menu(make: Factory) -> Survey:
    """Return a menu that is open, two votes each."""
    return a_menu(make)


def by_title(survey: Survey) -> dict[str, SurveyLine]:
    """Return the lines of a menu by their titles, in order."""
    return {line.title_zh: line for line in queries.lines(survey.id)}


def ids(survey: Survey, *titles: str) -> set[int]:
    """Return the numbers of some lines."""
    lines = by_title(survey)
    return {lines[title].id for title in titles}
