"""A troupe's roster, kept by its leader: one by one, many lines at once, and off it again."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user

from palace.db import transaction
from palace.errors import PalaceError
from palace.text import N_
from palace.throttle import limiter
from palace.troupedesk.forms import ListForm, PasteForm
from palace.troupedesk.views.base import LEADERS, LED, done, leaders, led, told
from palace.troupes import queries, services
from palace.troupes.services.roster import Added
from palace.web import allow, answer, checked, reads, wants_json

ROSTER = f"{LED}/roster"
AN_HOUR = "120 per hour"


@leaders.get(ROSTER)
@allow(*LEADERS)
def roster(troupe_id: int) -> ResponseReturnValue:
    """Show who is on the troupe's roster, and the forms for more."""
    return _roster(troupe_id)


@leaders.post(ROSTER)
@allow(*LEADERS)
@reads(ListForm)
@limiter.limit(AN_HOUR, key_func=lambda: f"troupe_roster:{current_user.actor}")
def put_on(troupe_id: int) -> ResponseReturnValue:
    """Put somebody on the roster; whether the number is a member's is said to nobody."""
    led(troupe_id)
    form = ListForm()
    try:
        checked(form)
        with transaction():
            added = services.add(troupe_id, [form.somebody])
    except PalaceError as refusal:
        return _roster(troupe_id, told(refusal), refusal.status, one=form)
    return _added(troupe_id, added)


@leaders.post(f"{ROSTER}/paste")
@allow(*LEADERS)
@reads(PasteForm)
@limiter.limit(AN_HOUR, key_func=lambda: f"troupe_roster:{current_user.actor}")
def paste(troupe_id: int) -> ResponseReturnValue:
    """Put many people on the roster at once: all lines, or none."""
    led(troupe_id)
    form = PasteForm()
    try:
        checked(form)
        with transaction():
            added = services.paste(troupe_id, form.people.data or "")
    except PalaceError as refusal:
        return _roster(troupe_id, told(refusal), refusal.status, many=form)
    return _added(troupe_id, added)


@leaders.post(f"{ROSTER}/<id:row_id>/remove")
@allow(*LEADERS)
def take_off(troupe_id: int, row_id: int) -> ResponseReturnValue:
    """Take somebody off the roster."""
    led(troupe_id)
    with transaction():
        services.remove(troupe_id, row_id)
    if wants_json():
        return _roster(troupe_id)
    return done(N_("从名单上去掉了。"), "troupes.roster", troupe_id=troupe_id)


def _added(troupe_id: int, added: Added) -> ResponseReturnValue:
    if wants_json():
        return _roster(troupe_id)
    if not added.new:
        return done(N_("已经在名单上了。"), "troupes.roster", troupe_id=troupe_id)
    said = ngettext("加了%(num)s人。", "加了%(num)s人。", added.new)
    return done(said, "troupes.roster", troupe_id=troupe_id)


def _roster(
    troupe_id: int, said: str = "", status: int = 200, **forms: ListForm | PasteForm
) -> Response:
    mine, people = led(troupe_id), queries.roster(troupe_id)
    return answer(
        "troupes/roster.html",
        lambda: {"people": [_person_json(one) for one in people]},
        status=status,
        troupe=mine.troupe,
        people=people,
        one=forms.get("one") or ListForm(formdata=None),
        many=forms.get("many") or PasteForm(formdata=None),
        told=said,
    )


def _person_json(one: Any) -> dict[str, Any]:
    return {
        "row": one.id,
        "name": one.name,
        "phone_end": one.phone[-4:] if one.phone else None,
        "joined_on": one.joined_on.isoformat(),
    }
