"""课程菜单 for members: what may be chosen, and one's own votes, set as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response
from flask.typing import ResponseReturnValue

from palace import clock
from palace.courses.catalogue import Subject
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.surveys import queries, services
from palace.surveys.forms import VoteForm
from palace.surveys.models import SurveyLine
from palace.surveys.rules import PHASES, phase_of
from palace.surveys.views.base import MEMBERS, bp, done, lines_json, survey_json, told
from palace.text import N_
from palace.web import allow, answer, checked, reads, wants_json

OF_ONE = "/surveys/<id:survey_id>"


@bp.get("/surveys")
@allow(*MEMBERS)
def home() -> ResponseReturnValue:
    """Show the menus that are open, and those that were."""
    now = clock.now()
    found = queries.shown(now)
    return answer(
        "surveys/home.html",
        lambda: {"surveys": [survey_json(one) for one in found]},
        surveys=[(one, phase_of(one.opens_at, one.closes_at, now)) for one in found],
        phases=PHASES,
    )


@bp.get(OF_ONE)
@allow(*MEMBERS)
def survey(survey_id: int) -> ResponseReturnValue:
    """Show a menu with the member's own votes."""
    return _page(survey_id)


@bp.post(OF_ONE)
@allow(*MEMBERS)
@reads(VoteForm)
def vote(survey_id: int) -> ResponseReturnValue:
    """Set the member's votes on a menu, all at once; they may be changed until it closes."""
    queries.get_shown(survey_id, clock.now())
    form = VoteForm()
    try:
        checked(form)
        with transaction():
            services.vote(current_member().id, survey_id, form.chosen)
    except PalaceError as refusal:
        said = told(refusal) or str(form.lines.errors[0])
        return _page(survey_id, said, refusal.status, form)
    if wants_json():
        return _page(survey_id)
    said = N_("记下了，截止前都可以改。") if form.chosen else N_("都去掉了，截止前可以再选。")
    return done(said, "surveys.survey", survey_id=survey_id)


def _page(
    survey_id: int, said: str = "", status: int = 200, form: VoteForm | None = None
) -> Response:
    now = clock.now()
    found, lines = queries.get_shown(survey_id, now), queries.lines(survey_id)
    chosen = form.chosen if form else queries.chosen(survey_id, current_member().id)
    phase = phase_of(found.opens_at, found.closes_at, now)
    return answer(
        "surveys/survey.html",
        lambda: survey_json(found) | {"phase": phase.value, "lines": lines_json(lines, chosen)},
        status=status,
        survey=found,
        subjects=_by_subject(lines),
        chosen=chosen,
        phase=phase,
        told=said,
    )


def _by_subject(lines: Sequence[SurveyLine]) -> list[tuple[Subject, list[SurveyLine]]]:
    """Return lines under their subjects, as the menu first names each."""
    found: dict[str, tuple[Subject, list[SurveyLine]]] = {}
    for line in lines:
        found.setdefault(line.subject, (line.kind, []))[1].append(line)
    return list(found.values())
