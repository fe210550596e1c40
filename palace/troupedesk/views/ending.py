"""A troupe ends: what it has taken is listed before, and comes free."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import PalaceError
from palace.rooms.states import STANDING_WORDS
from palace.text import N_
from palace.troupedesk import queries as hours
from palace.troupedesk import services
from palace.troupedesk.forms import EndForm
from palace.troupedesk.views.base import (
    LED,
    MAY,
    done,
    rehearsals_json,
    sites,
    staff,
    told,
    troupe_json,
)
from palace.troupes import queries
from palace.web import allow, answer, checked, reads, wants_json

END = f"{LED}/end"


@staff.get(END)
@allow(*MAY)
def ask_end(troupe_id: int) -> ResponseReturnValue:
    """Show what ending a troupe cancels."""
    return _ask(troupe_id)


@staff.post(END)
@allow(*MAY)
@reads(EndForm)
def end(troupe_id: int) -> ResponseReturnValue:
    """End a troupe; its rehearsals to come are cancelled and their rooms come free."""
    queries.get_troupe(troupe_id, sites())
    form = EndForm()
    try:
        checked(form)
        with transaction():
            seen, why = form.seen.data or 0, form.why.data or ""
            services.end_troupe(troupe_id, seen=seen, why=why, by=current_user.actor)
    except PalaceError as refusal:
        return _ask(troupe_id, form, told(refusal), refusal.status)
    if wants_json():
        return _ask(troupe_id)
    return done(N_("停办了，场地都放出来了。"), "troupedesk.troupes")


def _ask(
    troupe_id: int, form: EndForm | None = None, said: str = "", status: int = 200
) -> Response:
    troupe = queries.get_troupe(troupe_id, sites())
    coming = hours.cancelled_by_end(troupe_id, clock.now())
    form = form or EndForm(formdata=None)
    form.seen.data = len(coming)
    return answer(
        "troupedesk/end.html",
        lambda: {**troupe_json(troupe), "rehearsals": rehearsals_json(coming)},
        status=status,
        troupe=troupe,
        coming=coming,
        rooms=hours.rooms_of(coming),
        states=STANDING_WORDS,
        form=form,
        told=said,
    )
