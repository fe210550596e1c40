"""One's own date at its door, from anywhere: keep it a while, leave it."""

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
from palace.arrivals.views.base import LEFT, bp, date_json
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.text import N_
from palace.web import allow, answer, pass_on, refusal_words, wants_json

ONE = "/arrivals/<id:occurrence_id>"


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
def date(occurrence_id: int) -> ResponseReturnValue:
    """Show one date: when and how somebody signs in, and what can be done now."""
    return _page(occurrence_id)


@bp.post(f"{ONE}/keep")
@allow(Role.MEMBER, Role.ACTING)
def keep(occurrence_id: int) -> ResponseReturnValue:
    """Have the room wait longer, once."""
    return _done(occurrence_id, services.keep, N_("好的，多留一会儿，路上别急。"))


@bp.post(f"{ONE}/leave")
@allow(Role.MEMBER, Role.ACTING)
def leave(occurrence_id: int) -> ResponseReturnValue:
    """Leave before the end, everything put back."""
    return _done(occurrence_id, partial(services.leave, at_door=False), LEFT)


def _done(
    occurrence_id: int, act: Callable[[DoorDate, str], DoorDate], said: str
) -> ResponseReturnValue:
    try:
        with transaction():
            act(queries.get_own(current_member().id, occurrence_id), current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(occurrence_id, refusal)
    if wants_json():
        return _page(occurrence_id)
    flash(gettext(said))
    return redirect(url_for("arrivals.date", occurrence_id=occurrence_id), 303)


def _page(occurrence_id: int, refusal: PalaceError | None = None) -> Response:
    now = clock.now()
    found = queries.get_own(current_member().id, occurrence_id)
    return answer(
        "arrivals/date.html",
        date_json(found, now),
        status=refusal.status if refusal else 200,
        date=found,
        due=found.due,
        stage=rules.stage(found.due, now),
        stages=Stage,
        refusal=refusal_words(refusal) if refusal else "",
    )
