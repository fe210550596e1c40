"""The screen at a door, and what opens on the phone that scans it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.arrivals import queries, rules, services, tokens
from palace.arrivals.errors import CodeStale, NotAtDoor, OutsideNetwork
from palace.arrivals.forms import HereForm, ScanForm, ScreenForm
from palace.arrivals.queries import DoorDate, Shown
from palace.arrivals.rules import Proof, Stage
from palace.arrivals.views.base import LEFT, bp, date_json, here_address
from palace.db import transaction
from palace.errors import NotFound, PalaceError, SignInNeeded
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rooms.models import Room
from palace.text import N_
from palace.tickets.printing import qr_svg
from palace.venues.rules import Use
from palace.web import allow, answer, checked, pass_on, public, reads, refusal_words, wants_json
from palace.words import named

USES = {
    Use.PERFORMANCE: N_("演出"),
    Use.CLASS_SESSION: N_("上课"),
    Use.REHEARSAL: N_("本馆使用"),
    Use.CLOSURE: N_("闭馆"),
}
LENT = N_("已预约")


@bp.get("/doors/<id:space_id>/screen")
@public
@reads(ScreenForm)
def screen(space_id: int) -> ResponseReturnValue:
    """Show what is on in a room, what comes, and a code that changes; who has the screen's secret sees it."""
    room, now = queries.get_room(space_id), clock.now()
    if not tokens.opens_screen(ScreenForm(request.args).secret.data or "", room):
        raise NotFound
    shown = queries.screen(room, now)
    signs = room.policy.sign_in
    link = here_address(room, tokens.screen_code(room, now)) if signs else None
    return answer(
        "arrivals/screen.html",
        lambda: {
            "space": space_id,
            "held": shown.held,
            "running": _shown_json(shown.running) if shown.running else None,
            "coming": [_shown_json(one) for one in shown.coming],
            "here": link,
            "seconds": round(rules.next_step_in(now), 3),
        },
        room=room,
        shown=shown,
        now=now,
        called=_called,
        qr=qr_svg(link, gettext("签到二维码")) if link else None,
    )


def _called(one: Shown) -> str:
    """Return what a use is called on a screen that everybody reads."""
    return named(one) or str(gettext(LENT if one.is_lent else USES[one.use]))


def _shown_json(one: Shown) -> dict[str, Any]:
    return {
        "name": _called(one),
        "starts_at": clock.iso(one.starts_at),
        "ends_at": clock.iso(one.ends_at),
        "waits_until": clock.iso(one.waits_until) if one.waits_until else None,
    }


@bp.get("/doors/<id:space_id>/here")
@public
@reads(ScanForm)
def here(space_id: int) -> ResponseReturnValue:
    """Show who scanned a door's code their dates there; a stranger signs in to the palace first."""
    room, now = queries.get_room(space_id), clock.now()
    code = ScanForm(request.args).code.data or ""
    if _proof(room, code, now) is Proof.SCREEN:
        code = tokens.scanned_code(room, now)
    if not current_user.is_authenticated:
        back = url_for("arrivals.here", space_id=space_id, code=code)
        raise SignInNeeded(staff=False, back=back)
    return _page(room, code, now)


@bp.post("/doors/<id:space_id>/here")
@allow(Role.MEMBER)
@reads(HereForm)
def arrive(space_id: int) -> ResponseReturnValue:
    """Say "we are here", or "we go": who stands at the door signs in, or gives the rest back."""
    room, form, now = queries.get_room(space_id), HereForm(), clock.now()
    code, leaves = form.code.data or "", form.leaves.data
    act = partial(services.leave, at_door=True) if leaves else services.arrive
    try:
        checked(form)
        _proof(room, code, now)
        with transaction():
            date = act(_meant(room, form, now), current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        return _page(room, code, clock.now(), refusal)
    if wants_json():
        return date_json(date, clock.now())
    flash(gettext(LEFT if leaves else "签到好了。"))
    return redirect(url_for("arrivals.date", occurrence_id=date.occurrence.id), 303)


def _proof(room: Room, code: str, now: datetime) -> Proof:
    """Return what shows that somebody stands at a door.

    Raises:
        NotAtDoor, CodeStale, OutsideNetwork: nothing does.
    """
    if not code:
        raise NotAtDoor
    proof = tokens.proven_by(code, room, now)
    if proof is None:
        raise CodeStale
    inside = rules.is_inside(request.remote_addr or "", room.space.site.networks)
    if proof is Proof.PRINTED and not inside:
        raise OutsideNetwork
    return proof


def _meant(room: Room, form: HereForm, now: datetime) -> DoorDate:
    """Return the date that is meant: the one a button stands for, else whose turn it is.

    Raises:
        NothingHere: none at this door is theirs today.
    """
    dates = queries.at_door(room, current_member().id, now)
    chosen = [one for one in dates if str(one.occurrence.id) == form.date.data]
    those = chosen if form.date.data else dates
    return those[rules.most_pressing([one.due for one in those], now)]


def _page(room: Room, code: str, now: datetime, refusal: PalaceError | None = None) -> Response:
    dates = queries.at_door(room, current_member().id, now)
    return answer(
        "arrivals/here.html",
        {"space": room.space_id, "code": code, "dates": [date_json(one, now) for one in dates]},
        status=refusal.status if refusal else 200,
        room=room,
        code=code,
        dates=[(one, rules.stage(one.due, now)) for one in dates],
        stages=Stage,
        refusal=refusal_words(refusal) if refusal else "",
    )
