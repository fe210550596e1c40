"""代办: staff find a member by card, document or name and unit, and book for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from wtforms import StringField

from palace import clock
from palace.acting import queries, services
from palace.acting.errors import KnownHere
from palace.acting.forms import BeginForm, FindForm, IntroduceForm
from palace.acting.queries import Found, FoundBy
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import Form
from palace.identities.rules import NAMES, is_likely
from palace.members import services as members
from palace.members.posts import AT_COUNTERS
from palace.members.rules import Role
from palace.throttle import limiter
from palace.web import allow, answer, checked, reads, refusal_words, roles_of, wants_json

HEADER = "Palace-Acting"
"""On every page while staff act for somebody: what belongs to a member stays in no browser of ours."""

bp = Blueprint("acting", __name__, url_prefix="/staff/acting")


def init_app(app: Flask) -> None:
    """Register the addresses of this part, and say on their answers that somebody is acted for."""
    app.register_blueprint(bp)
    app.after_request(_say_so)
    app.jinja_env.globals["may_act_here"] = may_act_here


def may_act_here() -> bool:
    """Return whether the address opens to this clerk once they have found somebody."""
    known = g.get("_login_user")
    if not request.endpoint or known is None or not known.is_authenticated or known.acts_for:
        return False
    return Role.ACTING in roles_of(current_app, request.endpoint) and not known.roles.isdisjoint(
        AT_COUNTERS
    )


def _say_so(response: Response) -> Response:
    """Say it where the answer knows who asks: files and what a dead database answers ask nobody."""
    known = g.get("_login_user")
    if known is not None and known.is_authenticated and known.acts_for:
        response.headers[HEADER] = "1"
    return response


def _clerk() -> str:
    """Return the key that counts a clerk's tries: all desks of a house may share one address."""
    return f"acting:{current_user.actor}"


@bp.get("")
@allow(*AT_COUNTERS)
def home() -> ResponseReturnValue:
    """Show where staff find whom they act for."""
    return _page()


@bp.post("/find")
@allow(*AT_COUNTERS)
@reads(FindForm)
@limiter.limit("300 per hour", key_func=_clerk)
def find() -> ResponseReturnValue:
    """Show who was found, with names as masked as lists have them; a document's number is not shown again."""
    form, now = FindForm(), clock.now()
    try:
        checked(form)
    except PalaceError:
        if wants_json():
            raise
        return _page(find=_without_documents(form), status=422)
    with transaction():
        found = _search(form, now)
        services.note_search(found)
    return _page(find=_without_documents(form, found), found=found)


def _search(form: FindForm, now: datetime) -> list[Found]:
    if form.typed:
        return queries.by_word(form.typed, now)
    return queries.by_name(form.name.data or "", form.unit.data or "")


@bp.post("/begin")
@allow(*AT_COUNTERS)
@reads(BeginForm)
def begin() -> ResponseReturnValue:
    """Act for one of those found, from this browser, until 办完了 or the house's minutes are over."""
    form = BeginForm()
    try:
        checked(form)
        with transaction():
            member_id = services.begin(
                _sign_in(), form.person.data or "", clock.now(), consents=form.consent.data
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return _page(refusal=refusal_words(refusal), status=refusal.status)
    return _begun(member_id)


@bp.post("/introduce")
@allow(*AT_COUNTERS)
@reads(IntroduceForm)
@limiter.limit("60 per hour", key_func=_clerk)
def introduce() -> ResponseReturnValue:
    """Make an account for who has none, and act for them."""
    form = IntroduceForm()
    try:
        checked(form)
        with transaction():
            member_id = services.introduce(_sign_in(), form.declared, clock.now())
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        if isinstance(refusal, KnownHere):
            form.number.errors = [refusal_words(refusal)]
        return _page(introduce=_without_documents(form), status=refusal.status)
    return _begun(member_id)


@bp.post("/end")
@allow(*AT_COUNTERS, Role.ACTING)
def end() -> ResponseReturnValue:
    """Stop acting; the next visitor is found anew."""
    with transaction():
        members.stop_acting(_sign_in())
    _renew_forms()
    if wants_json():
        return {"member": None}
    flash(gettext("办完了，可以接待下一位。"))
    return redirect(url_for("acting.home"), 303)


def _begun(member_id: int) -> ResponseReturnValue:
    _renew_forms()
    if wants_json():
        return {"member": member_id}, 201
    return redirect(url_for("mine.home"), 303)


def _renew_forms() -> None:
    """Let no page of before be sent: it was another person's."""
    cookie.pop("csrf_token", None)


def _sign_in() -> Any:
    return current_user._get_current_object()


def _without_documents(form: Form, found: Iterable[Found] = ()) -> Form:
    """Return a form as it may be shown again, whichever field a reader typed into."""
    hide_all = any(one.found_by is FoundBy.DOCUMENT for one in found)
    for field in form:
        if isinstance(field, StringField) and (hide_all or is_likely(field.data or "")):
            field.data = ""
    return form


def _page(
    status: int = 200, found: list[Found] | None = None, refusal: str = "", **shown: Form
) -> Response:
    now = clock.now()
    people = [(one, services.ticket_of(one, _sign_in(), now)) for one in found or ()]
    return answer(
        "acting/home.html",
        {"people": [_json(one, ticket) for one, ticket in people]},
        status=status,
        find=shown.get("find") or FindForm(formdata=None),
        begin=BeginForm(formdata=None),
        introduce=shown.get("introduce") or IntroduceForm(formdata=None),
        opened="introduce" in shown,
        people=people,
        searched=found is not None,
        refusal=refusal,
        documents=NAMES,
    )


def _json(one: Found, ticket: str) -> dict[str, Any]:
    return {
        "person": ticket,
        "name": one.name,
        "unit": one.unit,
        "card_end": one.card_end,
        "phone_end": one.phone_end,
    }
