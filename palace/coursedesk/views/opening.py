"""A line of a menu becomes a class: who teaches it, where and when, then all of it in one step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user

from palace import clock
from palace.coursedesk.fields import WEEKLY
from palace.coursedesk.forms import OpenLineForm
from palace.coursedesk.queries import opening, terms
from palace.coursedesk.queries.opening import Proposal, Sought
from palace.coursedesk.services.opening import Chosen, become_class
from palace.coursedesk.views.base import bp
from palace.courses.catalogue import Course, Term
from palace.db import db, transaction
from palace.errors import BadInput, NotFound, PalaceError
from palace.forms import new_key
from palace.members.posts import AT_PROGRAMME
from palace.surveys import queries as surveys
from palace.surveys.models import Survey, SurveyLine
from palace.teachers.models import Teacher
from palace.teachers.queries import fitting
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json
from palace.words import named

OPEN = "/menu-lines/<id:line_id>/open"
WORDS = ("course", "term", "teacher", "place")


@dataclass(frozen=True)
class Choices:
    """What is chosen so far for a line, each among what there is."""

    line: SurveyLine
    course: Course | None
    term: Term | None
    teacher: Teacher | None
    place: str

    def sought(self, places: int | None = None) -> Sought:
        """Return what a class is sought for.

        Raises:
            NotFound: its course or term is not chosen.
        """
        if self.course is None or self.term is None:
            raise NotFound
        return opening.sought(self.term, self.course, now=clock.now(), places=places)

    def proposal(self, places: int | None = None) -> Proposal | None:
        """Return the class's dates where and when it was chosen to be; None: that is not chosen yet."""
        if self.teacher is None or not re.match(WEEKLY, self.place):
            return None
        space, weekday, begins = self.place.split(".")
        at = int(weekday), time(int(begins[:2]), int(begins[2:]))
        return opening.proposal_at(self.sought(places), self.teacher, *at, int(space))


@bp.get(OPEN)
@allow(*AT_PROGRAMME)
@reads(query=WORDS)
def ask_open(line_id: int) -> ResponseReturnValue:
    """Ask who teaches a line of a menu, then where and when; at last show every date of the class."""
    _survey, line = _line(line_id)
    if line.offering_id is not None:
        return redirect(url_for("coursedesk.one", offering_id=line.offering_id), 303)
    return _page(_choices(line, {word: request.args.get(word, "") for word in WORDS}))


@bp.post(OPEN)
@allow(*AT_PROGRAMME)
@reads(OpenLineForm)
def open_line(line_id: int) -> ResponseReturnValue:
    """Make a class of a line: planned, published, and told to everybody who chose it."""
    _survey, line = _line(line_id)
    form = OpenLineForm()
    try:
        checked(form)
        with transaction():
            offering = become_class(
                line,
                _chosen(line, form),
                seen=form.seen.data or "",
                by=current_user.actor,
                key=form.key.data or "",
            )
    except PalaceError as refusal:
        return _refused(line, form, refusal)
    told = surveys.votes_of(line_id)
    if wants_json():
        return {"offering": offering.id, "told": told}, 201
    flash(ngettext("开班了，已经告诉选它的%(num)s人。", "开班了，已经告诉选它的%(num)s人。", told))
    return redirect(url_for("coursedesk.one", offering_id=offering.id), 303)


def _line(line_id: int) -> tuple[Survey, SurveyLine]:
    """Return a line of a menu of one's houses.

    Raises:
        NotFound: there is none.
    """
    line = db.session.get(SurveyLine, line_id)
    if line is None:
        raise NotFound
    return surveys.get(line.survey_id, current_user.sites(*AT_PROGRAMME)), line


def _choices(line: SurveyLine, given: dict[str, str]) -> Choices:
    """Return what is chosen of what there is; a single course is, and the next term."""
    site_id = surveys.get(line.survey_id, None).site_id
    courses = opening.courses_for(line, site_id)
    coming = terms.coming_terms([site_id], clock.palace_day(clock.now()))
    course = _among(courses, given["course"]) or (courses[0] if len(courses) == 1 else None)
    term = _among(coming, given["term"]) or next(iter(coming), None)
    able = fitting(course.subject, course.level, site_id) if course else []
    return Choices(line, course, term, _among(able, given["teacher"]), given["place"])


def _among(there: Any, number: str) -> Any:
    return next((one for one in there if str(one.id) == number), None)


def _chosen(line: SurveyLine, form: OpenLineForm) -> Chosen:
    """Return what the form chose.

    Raises:
        NotFound: it is not there any more.
    """
    picked = _choices(line, {word: form[word].data or "" for word in WORDS})
    places = form.places.data or 0
    proposal = picked.proposal(places)
    if proposal is None or not (picked.course and picked.term and picked.teacher):
        raise NotFound
    return Chosen(
        course=picked.course,
        term=picked.term,
        teacher=picked.teacher,
        proposal=proposal,
        places=places,
    )


def _refused(line: SurveyLine, form: OpenLineForm, refusal: PalaceError) -> Response:
    pass_on(refusal)
    db.session.rollback()
    said = _stale(form) if isinstance(refusal, BadInput) else refusal_words(refusal)
    picked = _choices(line, {word: form[word].data or "" for word in WORDS})
    return _page(picked, said, refusal.status, form)


def _stale(form: OpenLineForm) -> str:
    """Return what is wrong with fields that nobody sees, if anything is."""
    return next((str(said) for name in (*WORDS, "seen") for said in form[name].errors), "")


def _page(
    picked: Choices, said: str = "", status: int = 200, form: OpenLineForm | None = None
) -> Response:
    line, survey = picked.line, surveys.get(picked.line.survey_id, None)
    proposal = picked.proposal() if picked.term else None
    able, proposals = [], []
    if proposal is None and picked.course and picked.term:
        if picked.teacher is None:
            able = opening.able(picked.sought())
        else:
            proposals = opening.proposals_for(picked.sought(), picked.teacher)
    votes = surveys.votes_of(line.id)
    return answer(
        "coursedesk/opening.html",
        lambda: {
            "line": line.id,
            "votes": votes,
            "course": picked.course.id if picked.course else None,
            "term": picked.term.id if picked.term else None,
            "teachers": [one.teacher.id for one in able],
            "places": [_proposal_json(one) for one in proposals],
            "chosen": _proposal_json(proposal) if proposal else None,
        },
        status=status,
        survey=survey,
        line=line,
        votes=votes,
        picked=picked,
        courses=opening.courses_for(line, survey.site_id),
        able=able,
        proposals=proposals,
        proposal=proposal,
        form=form or _begun(proposal),
        told=said,
    )


def _begun(proposal: Proposal | None) -> OpenLineForm:
    places = min(proposal.wanted.places, proposal.space.capacity) if proposal else None
    return OpenLineForm(formdata=None, key=new_key(), places=places)


def _proposal_json(one: Proposal) -> dict[str, Any]:
    return {
        "place": one.value,
        "space": one.space.id,
        "room": named(one.space),
        "seen": one.looked.seen,
        "dates": [clock.iso(span.starts_at) for span in one.looked.spans],
    }
