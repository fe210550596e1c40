"""Who comes to the rooms today, for who stands at the counter: they sign people in too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.arrivals import queries, rules, services
from palace.arrivals.queries import DoorDate
from palace.arrivals.rules import Stage
from palace.arrivals.views.base import bp, date_json
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.posts import AT_COUNTERS
from palace.text import N_
from palace.web import allow, answer, pass_on, refusal_words, wants_json

ONE = "/staff/arrivals/<id:occurrence_id>"


@bp.get("/staff/arrivals")
@allow(*AT_COUNTERS)
def today() -> ResponseReturnValue:
    """Show who comes to the rooms today."""
    return _page()


@bp.post(f"{ONE}/arrive")
@allow(*AT_COUNTERS)
def sign_in(occurrence_id: int) -> ResponseReturnValue:
    """Sign people in whom a clerk sees."""
    return _done(occurrence_id, services.arrive, N_("签到好了。"))


@bp.post(f"{ONE}/leave")
@allow(*AT_COUNTERS)
def sign_out(occurrence_id: int) -> ResponseReturnValue:
    """Note that people left, and that the room is as it was."""
    said = N_("签退好了，剩下的时间可以给别人用了。")
    return _done(occurrence_id, partial(services.leave, at_door=True), said)


def _sites() -> frozenset[int] | None:
    found: frozenset[int] | None = current_user.sites(*AT_COUNTERS)
    return found


def _done(
    occurrence_id: int, act: Callable[[DoorDate, str], DoorDate], said: str
) -> ResponseReturnValue:
    try:
        with transaction():
            act(queries.get_at(_sites(), occurrence_id), current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(refusal)
    if wants_json():
        return _page()
    flash(gettext(said))
    return redirect(url_for("arrivals.today"), 303)


def _page(refusal: PalaceError | None = None) -> Response:
    now = clock.now()
    dates = queries.of_day(_sites(), now)
    return answer(
        "arrivals/today.html",
        {"dates": [date_json(one, now) for one in dates]},
        status=refusal.status if refusal else 200,
        dates=[(one, rules.stage(one.due, now)) for one in dates],
        stages=Stage,
        several=len({one.room.space.site_id for one in dates}) > 1,
        refusal=refusal_words(refusal) if refusal else "",
    )
