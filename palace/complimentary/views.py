"""The desk of complimentary tickets: of a show, given, proposed, confirmed by another."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.complimentary import queries, services
from palace.complimentary.forms import GiveForm
from palace.complimentary.models import Complimentary
from palace.complimentary.rules import REASONS, SOURCES, STATES, GivenState
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.forms import new_key
from palace.members.posts import AT_COUNTERS
from palace.members.rules import Role, mask_name
from palace.programme.queries import performance_at
from palace.throttle import limiter
from palace.tickets.rules import OrderState
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, reads, refusal_words, wants_json
from palace.words import named

GIVES = (Role.PROGRAMME, *AT_COUNTERS)
OF_SHOW = "/staff/programme/performances/<id:performance_id>/complimentary"
ONE = f"{OF_SHOW}/<id:complimentary_id>"

bp = Blueprint("complimentary", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("/staff/complimentary")
@allow(*GIVES)
def coming() -> ResponseReturnValue:
    """Show the shows to come, to choose the one whose tickets are given."""
    shows = queries.coming(clock.now(), _sites())
    return answer(
        "complimentary/coming.html",
        lambda: {
            "shows": [
                {
                    "performance": show.id,
                    "title": named(show.production, "title"),
                    "starts_at": clock.iso(show.starts_at),
                }
                for show in shows
            ]
        },
        shows=shows,
    )


@bp.get(OF_SHOW)
@allow(*GIVES)
def of_show(performance_id: int) -> ResponseReturnValue:
    """Show what was given of a show, what waits for a second person, and the form."""
    return _page(performance_id)


@bp.post(OF_SHOW)
@allow(*GIVES)
@reads(GiveForm)
@limiter.limit("300 per hour", key_func=lambda: f"complimentary:{current_user.actor}")
def give(performance_id: int) -> ResponseReturnValue:
    """Give tickets at no price, or propose them where they are more than one person may give."""
    form, show = GiveForm(), performance_at(performance_id, _sites())
    try:
        checked(form)
        with transaction():
            actor = current_user.actor
            given = services.give(show, form.giving, actor=actor, key=form.key.data or "")
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return _page(performance_id, form, refusal)
    if given.state is GivenState.PROPOSED:
        return _done(performance_id, gettext("超出这一场的赠票数，已经记下，等另一个人确认。"))
    if any(one.order and one.order.state is OrderState.HELD for one in given.people):
        return _done(performance_id, gettext("座位留好了，这一场要实名，请本人填好入场人。"))
    return _done(performance_id, gettext("送出了，票在各人的“我的”里。"))


@bp.post(f"{ONE}/confirm")
@allow(*GIVES)
def confirm(performance_id: int, complimentary_id: int) -> ResponseReturnValue:
    """Confirm, as another person, what is more than one may give."""
    performance_at(performance_id, _sites())
    try:
        with transaction():
            services.confirm(performance_id, complimentary_id, actor=current_user.actor)
    except PalaceError as refusal:
        if wants_json() or isinstance(refusal, NotFound):
            raise
        db.session.rollback()
        return _page(performance_id, None, refusal)
    return _done(performance_id, gettext("确认了，票已经送出。"))


@bp.post(f"{ONE}/withdraw")
@allow(*GIVES)
def withdraw(performance_id: int, complimentary_id: int) -> ResponseReturnValue:
    """Let go what waits for a second person."""
    performance_at(performance_id, _sites())
    try:
        with transaction():
            services.withdraw(performance_id, complimentary_id, actor=current_user.actor)
    except PalaceError as refusal:
        if wants_json() or isinstance(refusal, NotFound):
            raise
        db.session.rollback()
        return _page(performance_id, None, refusal)
    return _done(performance_id, gettext("撤回了。"))


def _done(performance_id: int, said: str) -> ResponseReturnValue:
    if wants_json():
        return _page(performance_id)
    flash(said)
    return redirect(url_for("complimentary.of_show", performance_id=performance_id), 303)


def _page(
    performance_id: int, form: GiveForm | None = None, told: PalaceError | None = None
) -> Response:
    show, now = performance_at(performance_id, _sites()), clock.now()
    given, left = queries.of_performance(show.id), services.left(show.id, now)
    allowance = house_rules().complimentary_per_show
    return answer(
        "complimentary/show.html",
        lambda: {
            "performance": show.id,
            "allowance": allowance,
            "left": left,
            "given": [_json(one) for one in given],
        },
        status=told.status if told else 200,
        show=show,
        given=given,
        left=left,
        allowance=allowance,
        form=form or GiveForm(formdata=None, key=new_key()),
        reasons=REASONS,
        sources=SOURCES,
        states=STATES,
        actor=current_user.actor,
        open=show.cancelled_at is None and show.published_at is not None and now < show.starts_at,
        told=refusal_words(told) if told else "",
    )


def _json(one: Complimentary) -> dict[str, Any]:
    return {
        "complimentary": one.id,
        "state": one.state,
        "reason": one.reason,
        "why": one.why,
        "tickets": one.wanted,
        "people": [mask_name(given.member.name) for given in one.people],
        "asked_at": clock.iso(one.asked_at),
    }


def _sites() -> Any:
    return current_user.sites(*GIVES)
