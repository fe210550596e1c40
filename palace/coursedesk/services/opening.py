"""A line of a menu becomes a class in one step: planned, published, and told to everybody who chose it."""

from __future__ import annotations

from dataclasses import dataclass

from palace.coursedesk.queries.opening import Proposal
from palace.coursedesk.services.classes import (
    ClassFacts,
    Opening,
    completed,
    open_class,
    publish,
)
from palace.courses.catalogue import Course, Term
from palace.courses.models import Offering
from palace.courses.queries.facts import class_rules, get_offering
from palace.db import db
from palace.errors import NotFound
from palace.members.services import note
from palace.money import FREE
from palace.surveys import services as surveys
from palace.surveys.claims import lock_survey
from palace.surveys.models import SurveyLine
from palace.teachers.models import Teacher


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What somebody chose for a line: its course and term, who teaches it, where and when, how many."""

    course: Course
    term: Term
    teacher: Teacher
    proposal: Proposal
    places: int


def become_class(line: SurveyLine, chosen: Chosen, *, seen: str, by: str, key: str) -> Offering:
    """Make a class of a line and publish it; who chose the line is told. A line becomes one class only.

    Args:
        seen: what stood against the dates as whoever plans saw it.

    Raises:
        NotFound: the line was taken off its menu.
        DatesChanged, SpaceTaken, TeacherBusy: something came in between; nothing is planned.
        NotReviewed: its course never passed the review.
    """
    lock_survey(line.survey_id)
    if db.session.get(SurveyLine, line.id, populate_existing=True) is None:
        raise NotFound
    if line.offering_id is not None:
        return get_offering(line.offering_id)
    opening = Opening(
        term=chosen.term,
        course=chosen.course,
        space=chosen.proposal.space,
        teacher=chosen.teacher,
        wanted=chosen.proposal.wanted,
        facts=_facts(chosen),
    )
    offering = open_class(opening, seen=seen, displaces=False, by=by, key=key)
    publish(offering)
    line.offering_id, line.course_id = offering.id, chosen.course.id
    db.session.flush()
    told = surveys.tell_voters(line, offering)
    note(
        "survey_line_opened",
        f"survey:{line.survey_id}",
        after={"title": line.title_zh, "receivers": told},
    )
    return offering


def _facts(chosen: Chosen) -> ClassFacts:
    """Return what is written of a class that is begun with the figures of its house, free of charge."""
    figures = class_rules(chosen.term.site_id)
    facts = ClassFacts(
        name_zh="",
        name_en="",
        places=chosen.places,
        in_person=min(figures.in_person, chosen.places),
        in_person_until=None,
        opens_at=None,
        member_fee=FREE,
        public_fee=None,
        material_fee=FREE,
        fund=None,
        minimum=min(figures.minimum, chosen.places),
        decides_on=None,
        trial_sessions=figures.trial_sessions,
        late_sessions=figures.late_sessions,
        offer_sessions=figures.offer_sessions,
        absences=figures.absences,
    )
    return completed(facts, chosen.term, chosen.proposal.looked.spans[0].day)
