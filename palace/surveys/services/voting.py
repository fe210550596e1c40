"""Members choose from a menu and give scores; those who chose a line are told of its class."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from palace import clock
from palace.courses.models import Enrolment, Offering
from palace.members import queries as members
from palace.members.services import note
from palace.notices import services as notices
from palace.statements import execute_all
from palace.surveys import claims, queries
from palace.surveys.errors import ClassNotOver
from palace.surveys.models import SurveyLine
from palace.surveys.rules import check_open, check_votes
from palace.surveys.services.menus import subject

OPENED = "survey_class"


def vote(member_id: int, survey_id: int, chosen: Collection[int]) -> None:
    """Set all votes of a member on a menu; those given before are in its place.

    Raises:
        NotFound: there is no such menu.
        SurveyNotOpen, SurveyClosed: it is not open, by the database's clock.
        VotesTooMany, LineGone: the votes do not fit it.
    """
    members.lock(member_id)
    survey = claims.share_survey(survey_id)
    now = clock.now()
    check_open(survey.opens_at, survey.closes_at, now)
    lines = {line.id for line in queries.lines(survey_id)}
    check_votes(chosen, lines, survey.choices)
    claims.set_votes(member_id, lines, chosen, now)
    note("survey_voted", subject(survey), after={"count": len(chosen)})


def tell_voters(line: SurveyLine, offering: Offering) -> int:
    """Owe everybody who chose a line the news that it became a class, once each; return how many."""
    now = clock.now()
    told = {
        "title": {"zh": line.title_zh, "en": line.title_en},
        "starts_at": clock.iso(_opens_at(offering)),
    }
    about = f"offering:{offering.id}"
    owed = [
        notices.owing(OPENED, about, f"member:{member_id}", told, now)
        for member_id in queries.voters(line.id)
    ]
    return sum(map(len, execute_all(*owed))) if owed else 0


def score(enrolment: Enrolment, stars: int, words: str) -> None:
    """Give a class one to five stars and words for the palace, once it is over; again is instead.

    The audit says that somebody did, not what they gave.

    Raises:
        ClassNotOver: it is not, by the database's clock.
    """
    now = clock.now()
    over = queries.last_ends_at(enrolment.offering_id)
    if over is None or over > now:
        raise ClassNotOver
    claims.set_score(enrolment.id, stars, words, now)
    note("class_scored", f"offering:{enrolment.offering_id}")


def _opens_at(offering: Offering) -> datetime:
    return offering.opens_at or offering.term.opens_at
