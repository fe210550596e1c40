"""Menus, who chose what, and what classes were given; never writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from palace.courses.catalogue import Subject
from palace.courses.models import ClassSession, Enrolment, Offering
from palace.courses.states import SessionState
from palace.db import db
from palace.errors import NotFound
from palace.surveys.models import Score, Survey, SurveyLine, SurveyVote
from palace.surveys.rules import Average
from palace.venues.models import Site

Sites = Collection[int] | None


@dataclass(frozen=True)
class Result:
    """A line of a menu, its place on it from 1, and how many chose it."""

    line: SurveyLine
    place: int
    votes: int


@dataclass(frozen=True)
class Told:
    """A menu with how many people chose on it, and how many votes they gave."""

    survey: Survey
    people: int
    votes: int


def subjects() -> Sequence[Subject]:
    """Return what courses are about, in the order people look for them."""
    return db.session.scalars(select(Subject).order_by(Subject.position)).all()


def houses(sites: Sites) -> Sequence[Site]:
    """Return some houses in order; None: all."""
    wanted = select(Site).order_by(Site.kind.desc(), Site.id)
    return db.session.scalars(wanted if sites is None else wanted.where(Site.id.in_(sites))).all()


def shown(now: datetime) -> Sequence[Survey]:
    """Return the menus that began, those open first, then the last to close."""
    wanted = select(Survey).where(Survey.opens_at <= now)
    return db.session.scalars(
        wanted.order_by((Survey.closes_at > now).desc(), Survey.closes_at.desc(), Survey.id).limit(
            12
        )
    ).all()


def get_shown(survey_id: int, now: datetime) -> Survey:
    """Return a menu that began.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Survey, survey_id)
    if found is None or found.opens_at > now:
        raise NotFound
    return found


def get(survey_id: int, sites: Sites) -> Survey:
    """Return a menu of some houses; None: of any.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Survey, survey_id)
    if found is None or (sites is not None and found.site_id not in sites):
        raise NotFound
    return found


def lines(survey_id: int) -> Sequence[SurveyLine]:
    """Return the lines of a menu in order."""
    wanted = select(SurveyLine).where(SurveyLine.survey_id == survey_id)
    return db.session.scalars(wanted.order_by(SurveyLine.position)).all()


def get_line(survey_id: int, line_id: int) -> SurveyLine:
    """Return a line of a menu.

    Raises:
        NotFound: the menu has none such.
    """
    found = db.session.get(SurveyLine, line_id)
    if found is None or found.survey_id != survey_id:
        raise NotFound
    return found


def chosen(survey_id: int, member_id: int) -> set[int]:
    """Return the lines of a menu that a member chose."""
    wanted = select(SurveyVote.line_id).join(SurveyLine, SurveyLine.id == SurveyVote.line_id)
    mine = wanted.where(SurveyLine.survey_id == survey_id, SurveyVote.member_id == member_id)
    return set(db.session.scalars(mine))


def results(survey_id: int) -> list[Result]:
    """Return every line of a menu with its votes, the most wished for first."""
    wanted = (
        select(SurveyLine, func.count(SurveyVote.member_id))
        .outerjoin(SurveyVote, SurveyVote.line_id == SurveyLine.id)
        .where(SurveyLine.survey_id == survey_id)
        .group_by(SurveyLine.id, Subject.code)
        .join(Subject, Subject.code == SurveyLine.subject)
        .order_by(SurveyLine.position)
    )
    rows = db.session.execute(wanted).all()
    found = [Result(line, place, votes) for place, (line, votes) in enumerate(rows, 1)]
    return sorted(found, key=lambda one: (-one.votes, one.place))


def votes_of(line_id: int) -> int:
    """Return how many chose a line."""
    wanted = select(func.count()).select_from(SurveyVote).where(SurveyVote.line_id == line_id)
    return db.session.scalars(wanted).one()


def voters(line_id: int) -> Sequence[int]:
    """Return who chose a line, in order."""
    wanted = select(SurveyVote.member_id).where(SurveyVote.line_id == line_id)
    return db.session.scalars(wanted.order_by(SurveyVote.member_id)).all()


def all_told(sites: Sites) -> list[Told]:
    """Return the menus of some houses with their votes, the newest first."""
    wanted = (
        select(
            Survey,
            func.count(SurveyVote.member_id.distinct()),
            func.count(SurveyVote.member_id),
        )
        .join(Site, Site.id == Survey.site_id)
        .outerjoin(SurveyLine, SurveyLine.survey_id == Survey.id)
        .outerjoin(SurveyVote, SurveyVote.line_id == SurveyLine.id)
        .group_by(Survey.id, Site.id)
        .order_by(Survey.closes_at.desc(), Survey.id.desc())
    )
    if sites is not None:
        wanted = wanted.where(Survey.site_id.in_(sites))
    return [Told(survey, people, votes) for survey, people, votes in db.session.execute(wanted)]


def last_ends_at(offering_id: int) -> datetime | None:
    """Return when the last session of a class that takes place ends; None: there is none."""
    wanted = select(func.max(ClassSession.ends_at)).where(
        ClassSession.offering_id == offering_id, ClassSession.state == SessionState.PLANNED
    )
    return db.session.scalars(wanted).one()


def score_of(enrolment_id: int) -> Score | None:
    """Return what somebody gave their class."""
    return db.session.get(Score, enrolment_id)


def scores(offering_id: int) -> Sequence[Score]:
    """Return what a class was given, the best first: an order that tells nobody's."""
    wanted = select(Score).join(Enrolment).where(Enrolment.offering_id == offering_id)
    return db.session.scalars(wanted.order_by(Score.stars.desc(), Score.words)).all()


def class_average(offering_id: int) -> Average | None:
    """Return what a class was given on average; None: nothing yet."""
    return _average(_stars().where(Enrolment.offering_id == offering_id))


def course_average(course_id: int) -> Average | None:
    """Return what all classes of a course were given on average; None: nothing yet."""
    of_course = _stars().join(Offering, Offering.id == Enrolment.offering_id)
    return _average(of_course.where(Offering.course_id == course_id))


def _stars() -> Select[Any]:
    return (
        select(func.avg(Score.stars), func.count())
        .select_from(Score)
        .join(Enrolment, Enrolment.id == Score.enrolment_id)
    )


def _average(wanted: Select[Any]) -> Average | None:
    stars, count = db.session.execute(wanted).one()
    return Average(round(float(stars), 1), count) if stars is not None else None
