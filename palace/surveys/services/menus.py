"""The office writes a menu: its figures, its lines many at once, their order."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.surveys import claims, queries
from palace.surveys.errors import LinesUnread, LineVoted, SurveyBegun
from palace.surveys.models import Survey, SurveyLine
from palace.surveys.reading import read_lines
from palace.surveys.rules import TOLD, Figures, check_lines


def subject(survey: Survey) -> str:
    """Return what a menu is called in the audit."""
    return f"survey:{survey.id}"


def open_survey(site_id: int, figures: Figures) -> Survey:
    """Make a menu of a house; it is empty until lines are put on it."""
    survey = Survey(site_id=site_id, **asdict(figures))
    db.session.add(survey)
    db.session.flush()
    note("survey_made", subject(survey), after=_told(figures))
    return survey


def change(survey_id: int, figures: Figures) -> Survey:
    """Change a menu; once people choose, only what it is called and when it closes.

    Raises:
        SurveyBegun: something else would change.
    """
    survey, now = claims.lock_survey(survey_id), clock.now()
    fixed = (survey.choices, survey.opens_at)
    if survey.opens_at <= now and fixed != (figures.choices, figures.opens_at):
        raise SurveyBegun
    for name, value in asdict(figures).items():
        setattr(survey, name, value)
    db.session.flush()
    note("survey_changed", subject(survey), after=_told(figures))
    return survey


def paste(survey_id: int, pasted: str) -> int:
    """Put the courses of pasted lines on a menu, behind those there: all of them or none; return how many.

    Raises:
        LinesUnread: some lines name no course.
        LinesRepeated, LinesTooMany: they do not fit on it.
    """
    survey = claims.lock_survey(survey_id)
    read = read_lines(pasted, queries.subjects())
    if read.unread:
        raise LinesUnread(lines=list(read.unread[:TOLD]))
    there = queries.lines(survey_id)
    check_lines(read.wanted, [line.title_zh for line in there])
    last = max((line.position for line in there), default=0)
    db.session.add_all(
        SurveyLine(survey_id=survey_id, position=place, **asdict(one))
        for place, one in enumerate(read.wanted, last + 1)
    )
    db.session.flush()
    if read.wanted:
        note("survey_lines_added", subject(survey), after={"count": len(read.wanted)})
    return len(read.wanted)


def move(survey_id: int, line_id: int, *, up: bool) -> None:
    """Move a line of a menu by one place; the first one goes no further up, the last no further down.

    Raises:
        NotFound: the menu has none such.
    """
    claims.lock_survey(survey_id)
    line = queries.get_line(survey_id, line_id)
    lines = list(queries.lines(survey_id))
    at = lines.index(line) + (-1 if up else 1)
    if 0 <= at < len(lines):
        claims.swap(line, lines[at])


def remove(survey_id: int, line_id: int) -> None:
    """Take a line off a menu that nobody chose.

    Raises:
        NotFound: the menu has none such.
        LineVoted: somebody chose it, or a class came of it.
    """
    survey = claims.lock_survey(survey_id)
    line = queries.get_line(survey_id, line_id)
    if line.offering_id is not None or queries.votes_of(line_id):
        raise LineVoted
    db.session.delete(line)
    db.session.flush()
    note("survey_line_removed", subject(survey), after={"title": line.title_zh})


def _told(figures: Figures) -> dict[str, Any]:
    return {
        "title": figures.title_zh,
        "choices": figures.choices,
        "opens_at": clock.iso(figures.opens_at),
        "closes_at": clock.iso(figures.closes_at),
    }
