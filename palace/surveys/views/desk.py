"""The office's desk of menus: writing one, its lines many at once and in order, what was wished for."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from palace import clock
from palace.db import transaction
from palace.errors import NotFound, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.surveys import queries, services
from palace.surveys.forms import MoveForm, NewSurveyForm, PasteForm, SurveyForm
from palace.surveys.rules import PHASES, phase_of
from palace.surveys.views.base import bp, done, line_json, sites, survey_json, told
from palace.text import N_
from palace.web import allow, answer, checked, reads, wants_json

DESK = "/staff/surveys"
OF_ONE = f"{DESK}/<id:survey_id>"
OF_LINE = f"{OF_ONE}/lines/<id:line_id>"


@bp.get(DESK)
@allow(*AT_PROGRAMME)
def desk() -> ResponseReturnValue:
    """Show the menus of one's houses with how many chose on each."""
    found, now = queries.all_told(sites()), clock.now()
    return answer(
        "surveys/desk.html",
        lambda: {
            "surveys": [
                survey_json(one.survey) | {"people": one.people, "votes": one.votes}
                for one in found
            ]
        },
        found=[(one, phase_of(one.survey.opens_at, one.survey.closes_at, now)) for one in found],
        phases=PHASES,
    )


@bp.get(f"{DESK}/new")
@allow(*AT_PROGRAMME)
def new() -> ResponseReturnValue:
    """Show the form for a new menu."""
    return _new()


@bp.post(f"{DESK}/new")
@allow(*AT_PROGRAMME)
@reads(NewSurveyForm)
def make() -> ResponseReturnValue:
    """Make a menu of one of one's houses."""
    form = NewSurveyForm()
    try:
        checked(form)
        site = next((one for one in queries.houses(sites()) if one.code == form.site.data), None)
        if site is None:
            raise NotFound
        with transaction():
            made = services.open_survey(site.id, form.figures)
    except PalaceError as refusal:
        return _new(form, told(refusal), refusal.status)
    if wants_json():
        return survey_json(made), 201
    return done(N_("建好了，请贴上课程。"), "surveys.one", survey_id=made.id)


@bp.get(OF_ONE)
@allow(*AT_PROGRAMME)
def one(survey_id: int) -> ResponseReturnValue:
    """Show a menu with its votes, the most wished for first."""
    return _page(survey_id)


@bp.post(OF_ONE)
@allow(*AT_PROGRAMME)
@reads(SurveyForm)
def change(survey_id: int) -> ResponseReturnValue:
    """Change what a menu is called, its votes and its time."""
    queries.get(survey_id, sites())
    form = SurveyForm()
    try:
        checked(form)
        with transaction():
            services.change(survey_id, form.figures)
    except PalaceError as refusal:
        return _page(survey_id, told(refusal), refusal.status, figures=form)
    return _done(survey_id, N_("改好了。"))


@bp.post(f"{OF_ONE}/lines")
@allow(*AT_PROGRAMME)
@reads(PasteForm)
def paste(survey_id: int) -> ResponseReturnValue:
    """Put many courses on a menu at once: all lines, or none."""
    queries.get(survey_id, sites())
    form = PasteForm()
    try:
        checked(form)
        with transaction():
            services.paste(survey_id, form.pasted.data or "")
    except PalaceError as refusal:
        return _page(survey_id, told(refusal), refusal.status, many=form)
    return _done(survey_id, N_("都加上了。"))


@bp.post(f"{OF_LINE}/move")
@allow(*AT_PROGRAMME)
@reads(MoveForm)
def move(survey_id: int, line_id: int) -> ResponseReturnValue:
    """Move a line of a menu up or down by one place."""
    queries.get(survey_id, sites())
    form = MoveForm()
    checked(form)
    with transaction():
        services.move(survey_id, line_id, up=form.way.data == "up")
    return _done(survey_id, N_("换好位置了。"), _anchor="lines")


@bp.post(f"{OF_LINE}/remove")
@allow(*AT_PROGRAMME)
def remove(survey_id: int, line_id: int) -> ResponseReturnValue:
    """Take a line off a menu that nobody chose yet."""
    queries.get(survey_id, sites())
    try:
        with transaction():
            services.remove(survey_id, line_id)
    except PalaceError as refusal:
        return _page(survey_id, told(refusal), refusal.status)
    return _done(survey_id, N_("拿掉了。"))


def _done(survey_id: int, said: str, **where: Any) -> ResponseReturnValue:
    if wants_json():
        return _page(survey_id)
    return done(said, "surveys.one", survey_id=survey_id, **where)


def _new(form: NewSurveyForm | None = None, said: str = "", status: int = 200) -> Response:
    return answer(
        "surveys/new.html",
        {},
        status=status,
        form=form or NewSurveyForm(formdata=None, choices=3),
        houses=queries.houses(sites()),
        told=said,
    )


def _page(survey_id: int, said: str = "", status: int = 200, **forms: Any) -> Response:
    found, now = queries.get(survey_id, sites()), clock.now()
    results = queries.results(survey_id)
    phase = phase_of(found.opens_at, found.closes_at, now)
    return answer(
        "surveys/one.html",
        lambda: (
            survey_json(found)
            | {
                "phase": phase.value,
                "results": [
                    line_json(each.line) | {"place": each.place, "votes": each.votes}
                    for each in results
                ],
            }
        ),
        status=status,
        survey=found,
        results=results,
        in_order=sorted(results, key=lambda each: each.place),
        most=max((each.votes for each in results), default=0),
        phase=phase,
        phases=PHASES,
        subjects=queries.subjects(),
        figures=forms.get("figures") or SurveyForm(formdata=None, obj=found),
        many=forms.get("many") or PasteForm(formdata=None),
        told=said,
    )
