"""Joining from a poster: the telephone number, the unit, and what is open next; and the posters."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.db import transaction
from palace.errors import PalaceError
from palace.joining import printing, queries, services
from palace.joining.errors import UnitUnknown
from palace.joining.forms import ApplyForm, PosterForm, UnitSearch
from palace.joining.models import Poster
from palace.members.models import Unit
from palace.members.phones import PhoneForm
from palace.members.queries import current_member, row_of
from palace.members.rules import Role, Standing
from palace.throttle import limiter
from palace.web import allow, answer, checked, public, reads, refusal_words, wants_json

bp = Blueprint("joining", __name__)


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("/join")
@public
def join() -> ResponseReturnValue:
    """Ask somebody without a poster for their number; the unit comes after the code."""
    return _welcome(None)


@bp.get("/join/<code:code>")
@public
def poster_scanned(code: str) -> ResponseReturnValue:
    """Welcome whoever scanned a poster; one that was taken down still lets people join."""
    return _welcome(queries.find_poster(code))


def _welcome(poster: Poster | None) -> ResponseReturnValue:
    onward = url_for("joining.unit", poster=poster.code if poster else None)
    if current_user.is_authenticated and current_user.member:
        return redirect(onward, 303)
    return answer(
        "joining/welcome.html",
        {"unit": poster.unit.name_zh if poster else None, "next": onward},
        poster=poster,
        onward=onward,
        form=PhoneForm(),
    )


@bp.get("/join/unit")
@allow(Role.MEMBER, Role.ACTING)
@reads(UnitSearch)
def unit() -> ResponseReturnValue:
    """Offer units: the poster's, its neighbours, or what the typed words find."""
    search = UnitSearch(request.args)
    return _choice(search.words, search.poster.data or "")


@bp.post("/join/unit")
@allow(Role.MEMBER, Role.ACTING)
@reads(ApplyForm)
@limiter.limit("20 per hour", key_func=lambda: f"member:{current_member().id}")
def apply() -> ResponseReturnValue:
    """Take the member's word for their unit; the unit gives its own later."""
    form = ApplyForm()
    try:
        checked(form)
        with transaction():
            services.apply(
                current_member(),
                int(form.unit.data or 0),
                poster=form.poster.data or "",
                name=form.name.data or "",
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        _say_why(form, refusal)
        return _choice(form.words, form.poster.data or "", form, refusal.status)
    if wants_json():
        return {"next": url_for("joining.done")}, 201
    return redirect(url_for("joining.done"), 303)


def _say_why(form: ApplyForm | PosterForm, refusal: PalaceError) -> None:
    """Have a form shown again say why, at the unit where that is it."""
    if isinstance(refusal, UnitUnknown):
        form.unit.errors = [refusal_words(refusal)]
    elif not form.errors:
        form.form_errors.append(refusal_words(refusal))


def _choice(sought: str, poster: str, form: ApplyForm | None = None, status: int = 200) -> Response:
    member = current_member()
    standing = member.standing(clock.palace_day(clock.now()))
    scanned = queries.find_poster(poster)
    offered = queries.suggestions(scanned)
    found = queries.units_called(sought, scanned)
    return answer(
        "joining/unit.html",
        {"standing": standing, "units": [_unit_json(unit) for unit in found or offered]},
        status=status,
        member=member,
        standing=standing,
        offered=offered,
        found=found,
        sought=sought,
        poster=poster,
        form=form or ApplyForm(),
        applied=queries.open_application(member.id),
    )


def _unit_json(unit: Unit) -> dict[str, Any]:
    return {"id": unit.id, "name": unit.name_zh}


@bp.get("/join/done")
@allow(Role.MEMBER, Role.ACTING)
def done() -> ResponseReturnValue:
    """Say how somebody stands with their unit, and what is open to them now."""
    member, now = current_member(), clock.now()
    standing = member.standing(clock.palace_day(now))
    application = queries.last_application(member.id)
    open_next = queries.next_open(now, for_members=standing is Standing.VALID)
    return answer(
        "joining/done.html",
        {"standing": standing, "next": open_next.id if open_next else None},
        member=row_of(member),
        standing=standing,
        application=application,
        applied=queries.open_application(member.id),
        performance=open_next,
    )


@bp.get("/staff/posters")
@allow(Role.ADMIN)
@reads(UnitSearch)
def posters() -> ResponseReturnValue:
    """Show the posters that hang, and a form for a new one."""
    return _posters(UnitSearch(request.args).words)


@bp.post("/staff/posters")
@allow(Role.ADMIN)
@reads(PosterForm)
def make_poster() -> ResponseReturnValue:
    """Make a poster for a unit."""
    form = PosterForm()
    try:
        checked(form)
        with transaction():
            unit = queries.get_unit(int(form.unit.data or 0))
            services.make_poster(unit, form.place.data or "", current_user.actor)
    except PalaceError as refusal:
        if wants_json():
            raise
        _say_why(form, refusal)
        return _posters(form.words, form, refusal.status)
    return redirect(url_for("joining.posters"), 303)


def _posters(sought: str, form: PosterForm | None = None, status: int = 200) -> Response:
    hanging = queries.posters()
    return answer(
        "joining/posters.html",
        {"posters": [{"code": one.code, "unit": one.unit.name_zh} for one in hanging]},
        status=status,
        posters=hanging,
        sought=sought,
        found=queries.any_units_called(sought),
        form=form or PosterForm(),
    )


@bp.post("/staff/posters/<code:code>/retire")
@allow(Role.ADMIN)
def retire_poster(code: str) -> ResponseReturnValue:
    """Take a poster down."""
    with transaction():
        services.retire_poster(queries.get_poster(code), clock.now())
    return redirect(url_for("joining.posters"), 303)


@bp.get("/staff/posters/<code:code>.pdf")
@allow(Role.ADMIN)
def poster_pdf(code: str) -> ResponseReturnValue:
    """Send a poster on A4."""
    response = make_response(printing.pdf(queries.get_poster(code)))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="poster-{code[:6]}.pdf"'
    return response
