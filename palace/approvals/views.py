"""What waits for a decision: the nearest deadline first; one reservation, passed or refused."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from palace import clock
from palace.approvals import queries, services
from palace.approvals.forms import DecideForm
from palace.approvals.rules import Verdict
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.rooms.queries.standing import Standing
from palace.rooms.states import STANDING_WORDS
from palace.web import allow, answer, checked, reads, refusal_words, wants_json
from palace.words import named

bp = Blueprint("approvals", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)
    app.jinja_env.globals["rooms_to_decide"] = lambda: queries.asked_count(_sites())


@bp.get("/staff/reservations")
@allow(*AT_PROGRAMME)
def home() -> ResponseReturnValue:
    """Show the reservations that wait for a decision, the nearest deadline first."""
    asked = queries.asked(_sites())
    return answer(
        "approvals/home.html",
        lambda: {
            "reservations": [
                {
                    "reservation": one.reservation.code,
                    "troupe": named(one.troupe) if one.troupe else None,
                    "space": one.space.id,
                    "dates": one.count,
                    "first_at": clock.iso(one.first_at),
                    "decide_by": clock.iso(one.decide_by),
                }
                for one in asked
            ]
        },
        reservations=asked,
    )


@bp.get("/staff/reservations/<code:code>")
@allow(*AT_PROGRAMME)
def reservation(code: str) -> ResponseReturnValue:
    """Show one reservation: who, where, what for, its dates, and those that wait."""
    return _page(code)


@bp.post("/staff/reservations/<code:code>/decide")
@allow(*AT_PROGRAMME)
@reads(DecideForm)
def decide(code: str) -> ResponseReturnValue:
    """Pass the chosen dates, or refuse them."""
    form, of = DecideForm(), queries.reservation_at(code, _sites())
    try:
        checked(form)
        passed = form.verdict.data == Verdict.PASSED
        with transaction():
            done = services.decide(
                of,
                form.ids,
                passed=passed,
                why=(form.why.data or "").strip(),
                by=current_user.actor,
                sites=_sites(),
            )
    except PalaceError as refusal:
        if wants_json() or isinstance(refusal, NotFound):
            raise
        db.session.rollback()
        return _page(code, form, refusal)
    if wants_json():
        return _page(code)
    flash(_said(len(done), passed=passed))
    return redirect(url_for("approvals.home"), 303)


def _said(count: int, *, passed: bool) -> Any:
    if passed:
        return ngettext("同意了%(num)s次，已经告诉团队。", "同意了%(num)s次，已经告诉团队。", count)
    return gettext("没有同意，场地空出来了，已经告诉团队。")


def _page(
    code: str, form: DecideForm | None = None, told: PalaceError | None = None
) -> ResponseReturnValue:
    of = queries.reservation_at(code, _sites())
    shown = queries.shown(of)
    waiting = {one.id for one in queries.waiting_dates(of.id, _sites())}
    return answer(
        "approvals/reservation.html",
        lambda: {
            "reservation": of.code,
            "people": of.people,
            "purpose": of.purpose,
            "dates": [_json(one, waiting) for one in shown.dates],
        },
        status=told.status if told else 200,
        shown=shown,
        waiting=waiting,
        form=form or DecideForm(formdata=None),
        states=STANDING_WORDS,
        chosen=form.dates.data if form else [str(one) for one in waiting],
        told=refusal_words(told) if told else "",
    )


def _json(one: Standing, waiting: set[int]) -> dict[str, Any]:
    return {
        "occurrence": one.id,
        "space": one.space_id,
        "starts_at": clock.iso(one.starts_at),
        "ends_at": clock.iso(one.ends_at),
        "state": one.state,
        "waits": one.id in waiting,
    }


def _sites() -> Any:
    return current_user.sites(*AT_PROGRAMME)
