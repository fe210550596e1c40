"""The organiser's desk: who waits for the unit's word, first; then the unit in figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.forms import Form
from palace.joining.errors import NameMissing
from palace.lists import services as lists
from palace.members.rules import Role
from palace.text import N_
from palace.unions import queries, services
from palace.unions.forms import ConfirmForm, RefuseForm
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

UNIT = "<id:unit_id>"
APPLICATION = "<id:application_id>"

bp = Blueprint("unions", __name__, url_prefix="/unit")


def init_app(app: Flask) -> None:
    """Register the addresses of this part."""
    app.register_blueprint(bp)


@bp.get("")
@allow(Role.UNIT)
def home() -> ResponseReturnValue:
    """Go to the organiser's unit, or let them choose among several."""
    units = queries.posted(current_user.units(Role.UNIT))
    if len(units) == 1 and not wants_json():
        return redirect(url_for("unions.unit", unit_id=units[0].id), 303)
    body = {"units": [{"id": one.id, "name": one.name_zh} for one in units]}
    return answer("unions/home.html", body, units=units)


@bp.get(f"/{UNIT}")
@allow(Role.UNIT)
def unit(unit_id: int) -> ResponseReturnValue:
    """Show who waits for the unit's word, and the unit in figures."""
    return _desk(unit_id)


@bp.get(f"/{UNIT}/members")
@allow(Role.UNIT)
@reads(query=queries.MEMBERS.words)
def members(unit_id: int) -> ResponseReturnValue:
    """Show the unit's own roster: who is on it, until when, and who has joined."""
    return lists.answer(queries.MEMBERS, unit_id=unit_id)


@bp.post(f"/{UNIT}/applications/{APPLICATION}/confirm")
@allow(Role.UNIT)
@reads(ConfirmForm)
def confirm(unit_id: int, application_id: int) -> ResponseReturnValue:
    """Take somebody into the unit."""
    form = ConfirmForm()
    return _decided(
        unit_id,
        application_id,
        form,
        lambda: services.confirm(_who(), unit_id, application_id, form.number),
        N_("核对好了，已经通知本人。"),
    )


@bp.post(f"/{UNIT}/applications/{APPLICATION}/refuse")
@allow(Role.UNIT)
@reads(RefuseForm)
def refuse(unit_id: int, application_id: int) -> ResponseReturnValue:
    """Say that somebody is none of the unit's."""
    form = RefuseForm()
    return _decided(
        unit_id,
        application_id,
        form,
        lambda: services.refuse(_who(), unit_id, application_id, form.why.data or ""),
        N_("已经退回，通知了本人。"),
    )


def _who() -> Any:
    return current_user._get_current_object()


def _decided(
    unit_id: int, application_id: int, form: Form, decide: Callable[[], object], said: str
) -> ResponseReturnValue:
    """Decide on an application and go back to the desk, which keeps what was typed if it is refused."""
    queries.get_posted(unit_id, current_user.units(Role.UNIT))
    try:
        checked(form)
        with transaction():
            decide()
    except NotFound:
        raise
    except PalaceError as refusal:
        if isinstance(refusal, NameMissing):
            with transaction():
                services.ask_name(unit_id, application_id)
        if wants_json():
            raise
        db.session.rollback()
        return _desk(unit_id, {application_id: (form, refusal_words(refusal))}, refusal.status)
    if wants_json():
        return {"waiting": len(queries.waiting(unit_id))}
    flash(gettext(said))
    return redirect(url_for("unions.unit", unit_id=unit_id), 303)


def _desk(
    unit_id: int, refused: dict[int, tuple[Form, str]] | None = None, status: int = 200
) -> Response:
    mine = current_user.units(Role.UNIT)
    unit, now = queries.get_posted(unit_id, mine), clock.now()
    waiting, figures = queries.waiting(unit_id), queries.figures(unit_id, now)
    body = {
        "unit": unit.name_zh,
        "waiting": [
            {"application": one.id, "name": one.member.name, "phone_end": _end(one.member.phone)}
            for one in waiting
        ],
        "members": figures.members,
        "accounts": figures.accounts,
        "tickets": figures.tickets,
        "entries": figures.entries,
    }
    return answer(
        "unions/unit.html",
        body,
        status=status,
        unit=unit,
        several=len(mine) > 1,
        waiting=waiting,
        figures=figures,
        refused=refused or {},
        end=_end,
    )


def _end(phone: str | None) -> str:
    """Return what an organiser sees of a phone number."""
    return (phone or "")[-4:]
