"""Closing spaces for a time: what is in the way is listed first; a closure ends early by a tap."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from palace import clock
from palace.clock import iso
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.hours.errors import WayChanged
from palace.hours.queries.closures import Closed, coming_closures, get_closure
from palace.hours.queries.weeks import Sites, houses, spaces_of
from palace.hours.services import closing
from palace.hours.services.closing import Looked, Wanted
from palace.members.posts import AT_PROGRAMME
from palace.roomdesk.forms import CloseForm, ClosureForm
from palace.roomdesk.services import clearing
from palace.roomdesk.services.opening import open_early
from palace.rooms.queries.uses import said_of
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json
from palace.words import named

bp = Blueprint("closures", __name__, url_prefix="/staff/closures")


@bp.get("")
@allow(*AT_PROGRAMME)
def home() -> ResponseReturnValue:
    """Show the closures that hold or come, and where another is made."""
    return _page()


@bp.post("/look")
@allow(*AT_PROGRAMME)
@reads(ClosureForm)
def look() -> ResponseReturnValue:
    """Show what is in the way of a closure; nothing is closed."""
    form = ClosureForm()
    try:
        looked = closing.look(_wanted(form), clock.now())
    except PalaceError as refusal:
        pass_on(refusal)
        return _page(form, refusal)
    return _page(form, looked=looked)


@bp.post("")
@allow(*AT_PROGRAMME)
@reads(CloseForm)
def close() -> ResponseReturnValue:
    """Close what is free of it, as the list of what is in the way showed."""
    form = CloseForm()
    try:
        wanted = _wanted(form)
        with transaction():
            code = clearing.close(
                wanted,
                seen=form.seen.data or "",
                displaces=form.displaces.data,
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        again = closing.look(wanted, clock.now()) if isinstance(refusal, WayChanged) else None
        return _page(form, refusal, looked=again)
    if wants_json():
        return _json(get_closure(code, _sites())), 201
    flash(gettext("关闭了，大家在“开放时间”里看得到。"))
    return redirect(url_for("closures.closure", code=code), 303)


@bp.get("/<code:code>")
@allow(*AT_PROGRAMME)
def closure(code: str) -> ResponseReturnValue:
    """Show a closure, and where it is ended early."""
    return _one(code)


@bp.post("/<code:code>/end")
@allow(*AT_PROGRAMME)
def end(code: str) -> ResponseReturnValue:
    """Open what a closure still holds or is to hold."""
    try:
        with transaction():
            ended = open_early(code, _sites(), clock.now())
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _one(code, refusal)
    if wants_json():
        return _one(code)
    count = len(ended)
    flash(
        ngettext(
            "提前开放了，%(num)s个场地·天又能约了。",
            "提前开放了，%(num)s个场地·天又能约了。",
            count,
        )
    )
    return redirect(url_for("closures.closure", code=code), 303)


def _sites() -> Sites:
    """Return the houses whose spaces this person closes; None: all."""
    found: Sites = current_user.sites(*AT_PROGRAMME)
    return found


def _wanted(form: ClosureForm) -> Wanted:
    """Return what a form wants closed.

    Raises:
        BadInput: it is not filled in.
        NotFound: it names a space that is not this person's.
    """
    checked(form)
    chosen = {int(number) for number in form.spaces.data}
    own = houses(_sites())
    if not chosen <= {space.id for space in spaces_of([site.id for site in own])}:
        raise NotFound
    reason = (form.reason_zh.data or "").strip()
    return Wanted(
        space_ids=tuple(sorted(chosen)),
        starts_at=form.starts_at.data,
        ends_at=form.ends_at.data,
        reason_zh=reason,
        reason_en=(form.reason_en.data or "").strip() or reason,
    )


def _page(
    form: ClosureForm | None = None,
    refusal: PalaceError | None = None,
    *,
    looked: Looked | None = None,
) -> Response:
    own, now = houses(_sites()), clock.now()
    spaces = spaces_of([site.id for site in own])
    taken = looked.taken if looked else []
    said = said_of({one.occupancy_id for one in taken})
    shown = form or ClosureForm(formdata=None, spaces=[])
    closures = coming_closures(_sites(), now)
    return answer(
        "closures/home.html",
        lambda: _looked_json(looked, said) if looked else {"closures": list(map(_json, closures))},
        status=refusal.status if refusal else 200,
        own=own,
        spaces=spaces,
        by_id={space.id: space for space in spaces},
        closures=closures,
        form=shown,
        looked=looked,
        said=said,
        told=refusal_words(refusal) if refusal and not shown.errors else "",
    )


def _one(code: str, refusal: PalaceError | None = None) -> Response:
    found = get_closure(code, _sites())
    return answer(
        "closures/closure.html",
        lambda: _json(found),
        status=refusal.status if refusal else 200,
        closed=found,
        still=found.stands(clock.now()),
        told=refusal_words(refusal) if refusal else "",
    )


def _json(found: Closed) -> dict[str, Any]:
    return {
        "closure": found.batch,
        "spaces": [space.id for space in found.spaces],
        "starts_at": iso(found.starts_at),
        "ends_at": iso(found.ends_at),
        "reason": named(found.first, "reason"),
        "stands": found.stands(clock.now()),
    }


def _looked_json(looked: Looked, said: dict[int, Any]) -> dict[str, Any]:
    return {
        "count": looked.count,
        "seen": looked.seen,
        "taken": [
            {
                "space": one.space_id,
                "day": one.day.isoformat(),
                "use": one.use.value,
                "title": said[one.occupancy_id].words,
            }
            for one in looked.taken
        ],
    }
