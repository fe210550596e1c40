"""End of a class: who was in it gives it stars; the office reads what it was given."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.courses.queries.facts import staff_offering
from palace.courses.queries.taught import place_of
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.members.queries import current_member
from palace.surveys import queries, services
from palace.surveys.forms import ScoreForm
from palace.surveys.rules import BEST
from palace.surveys.views.base import MEMBERS, bp, done, told
from palace.text import N_
from palace.web import allow, answer, checked, reads, wants_json

SCORE = "/enrolments/<code:code>/score"


@bp.get(SCORE)
@allow(*MEMBERS)
def ask_score(code: str) -> ResponseReturnValue:
    """Ask what somebody gives the class they were in."""
    return _page(code)


@bp.post(SCORE)
@allow(*MEMBERS)
@reads(ScoreForm)
def score(code: str) -> ResponseReturnValue:
    """Give a class its stars; once more is instead."""
    enrolment, form = place_of(current_member().id, code), ScoreForm()
    try:
        checked(form)
        with transaction():
            services.score(enrolment, int(form.stars.data or 0), form.words.data or "")
    except PalaceError as refusal:
        return _page(code, told(refusal), refusal.status, form)
    if wants_json():
        return _page(code)
    return done(N_("谢谢您，评分记下了。"), "surveys.ask_score", code=code)


@bp.get("/staff/offerings/<id:offering_id>/scores")
@allow(*AT_PROGRAMME)
def scores(offering_id: int) -> ResponseReturnValue:
    """Show the office what a class was given, by nobody's name."""
    offering = staff_offering(offering_id, current_user.sites(*AT_PROGRAMME))
    found, average = queries.scores(offering_id), queries.class_average(offering_id)
    return answer(
        "surveys/scores.html",
        lambda: {
            "average": average.stars if average else None,
            "scores": [{"stars": one.stars, "words": one.words} for one in found],
        },
        offering=offering,
        scores=found,
        average=average,
        counts=[(stars, [one.stars for one in found].count(stars)) for stars in range(BEST, 0, -1)],
    )


def _page(code: str, said: str = "", status: int = 200, form: ScoreForm | None = None) -> Response:
    enrolment = place_of(current_member().id, code)
    given, over = queries.score_of(enrolment.id), queries.last_ends_at(enrolment.offering_id)
    values = {"stars": str(given.stars), "words": given.words} if given else {}
    return answer(
        "surveys/score.html",
        lambda: {
            "enrolment": code,
            "over_at": clock.iso(over) if over else None,
            "stars": given.stars if given else None,
            "words": given.words if given else "",
        },
        status=status,
        enrolment=enrolment,
        form=form or ScoreForm(formdata=None, **values),
        given=given,
        over=over is not None and over <= clock.now(),
        best=BEST,
        told=said,
    )
