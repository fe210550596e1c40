"""What houses have for their rooms, and which rooms hear each other."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace.db import db, transaction
from palace.errors import PalaceError
from palace.hours.queries.weeks import get_site, get_space, houses
from palace.roomdesk.forms import EquipmentForm, NewEquipmentForm, PairForm
from palace.roomdesk.queries.rooms import equipment, get_equipment
from palace.roomdesk.services import rooms as services
from palace.roomdesk.views.base import ADMINISTRATORS, DESK, bp, own_sites, saved
from palace.rooms.models import Equipment
from palace.venues.models import Space
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json
from palace.words import named

THINGS = f"{DESK}/equipment"


@bp.get(THINGS)
@allow(*ADMINISTRATORS)
def list_equipment() -> ResponseReturnValue:
    """Show what houses have for their rooms, and how many can be carried."""
    return _page()


@bp.post(THINGS)
@allow(*ADMINISTRATORS)
@reads(NewEquipmentForm)
def add_equipment() -> ResponseReturnValue:
    """Write down something a house has for its rooms."""
    form = NewEquipmentForm()
    try:
        checked(form)
        site = get_site(int(form.site.data or 0), own_sites())
        with transaction():
            services.add_equipment(site.id, *form.names, form.stock.data or 0)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(new=form, refusal=refusal)
    return _done(gettext("记下了。"))


@bp.post(f"{THINGS}/<id:equipment_id>")
@allow(*ADMINISTRATORS)
@reads(EquipmentForm)
def set_equipment(equipment_id: int) -> ResponseReturnValue:
    """Change what something is called, or how many are carried."""
    form = EquipmentForm()
    get_equipment(equipment_id, own_sites())
    try:
        checked(form)
        with transaction():
            thing = get_equipment(equipment_id, own_sites())
            changed = services.set_equipment(thing, *form.names, form.stock.data or 0)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(typed=(equipment_id, form), refusal=refusal)
    return _done(saved(changed=changed))


@bp.post(f"{DESK}/noise")
@allow(*ADMINISTRATORS)
@reads(PairForm)
def add_pair() -> ResponseReturnValue:
    """Say that one hears through the wall of two rooms."""
    form = PairForm()
    try:
        first, other = _pair(form)
        with transaction():
            services.add_pair(first, other)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        flash(refusal_words(refusal))
        return redirect(url_for("roomdesk.home"), 303)
    return _paired(gettext("记下了，吵的和要安静的不会同时排在这两间。"))


@bp.post(f"{DESK}/noise/remove")
@allow(*ADMINISTRATORS)
@reads(PairForm)
def remove_pair() -> ResponseReturnValue:
    """Say that one hears nothing there any more."""
    first, other = _pair(PairForm())
    with transaction():
        services.remove_pair(first, other)
    return _paired(gettext("去掉了。"))


def _pair(form: PairForm) -> tuple[Space, Space]:
    checked(form)
    own = own_sites()
    return get_space(int(form.first.data or 0), own), get_space(int(form.other.data or 0), own)


def _paired(sentence: str) -> ResponseReturnValue:
    if wants_json():
        return {}
    flash(sentence)
    return redirect(url_for("roomdesk.home"), 303)


def _done(sentence: str) -> ResponseReturnValue:
    if wants_json():
        return _page()
    flash(sentence)
    return redirect(url_for("roomdesk.list_equipment"), 303)


def _page(
    *,
    new: NewEquipmentForm | None = None,
    typed: tuple[int, EquipmentForm] | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    own = houses(own_sites())
    shown = {site: [(one, _form(one, typed)) for one in equipment(site.id)] for site in own}
    return answer(
        "roomdesk/equipment.html",
        lambda: {"equipment": [_json(one) for things in shown.values() for one, _ in things]},
        status=refusal.status if refusal else 200,
        shown=shown,
        new=new or NewEquipmentForm(formdata=None, site=str(own[0].id), stock=0),
    )


def _form(one: Equipment, typed: tuple[int, EquipmentForm] | None) -> EquipmentForm:
    if typed and typed[0] == one.id:
        return typed[1]
    return EquipmentForm(formdata=None, obj=one)


def _json(one: Equipment) -> dict[str, Any]:
    return {
        "equipment": one.id,
        "site": one.site_id,
        "name": named(one),
        "stock": one.stock,
    }
