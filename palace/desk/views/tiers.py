"""Kinds of tickets: what they are called, for whom, and what the door asks for."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.clock import SHANGHAI
from palace.db import db, transaction
from palace.desk.errors import OfWholePalace
from palace.desk.forms import NewTierForm, TierFields, TierForm
from palace.desk.queries import selling
from palace.desk.rules import seen_as
from palace.desk.services import tiers as services
from palace.desk.services.tiers import Terms
from palace.desk.views.base import (
    MAY,
    at_fields,
    bp,
    saved,
    say_what_moved,
    sites,
)
from palace.errors import NotFound, PalaceError
from palace.programme.models import Tier
from palace.programme.rules import Qualifies
from palace.text import N_
from palace.web import allow, answer, checked, pass_on, reads, wants_json

OF_ONE = "/tiers/<id:tier_id>"
FOR_WHOM = {
    Qualifies.ANYONE: N_("谁都能买"),
    Qualifies.MEMBER: N_("工会会员"),
    Qualifies.CODE: N_("凭兑换码"),
    Qualifies.HOUSE: N_("只由馆里赠送"),
}


@bp.get("/tiers")
@allow(*MAY)
def tiers() -> ResponseReturnValue:
    """Show the kinds of tickets of the palace."""
    return answer("desk/tiers.html", _tiers_json, tiers=selling.tiers(), for_whom=FOR_WHOM)


def _tiers_json() -> dict[str, Any]:
    return {"tiers": [_tier_json(tier) for tier in selling.tiers()]}


def _tier_json(tier: Tier) -> dict[str, Any]:
    return {
        "tier": tier.id,
        "code": tier.code,
        "name_zh": tier.name_zh,
        "name_en": tier.name_en,
        "qualifies": tier.qualifies.value,
        "cap": tier.cap,
        "monthly": tier.monthly,
        "proof_zh": tier.proof_zh,
        "proof_en": tier.proof_en,
        "fund": tier.fund,
        "ended_at": tier.ended_at and tier.ended_at.astimezone(SHANGHAI).isoformat(),
        "seen": seen_as(selling.tier_values(tier)),
    }


@bp.get("/tiers/new")
@allow(*MAY)
def new_tier() -> ResponseReturnValue:
    """Show the form for a new kind of ticket."""
    _check_wide()
    return _tier_page(None)


@bp.post("/tiers/new")
@allow(*MAY)
@reads(NewTierForm)
def add_tier() -> ResponseReturnValue:
    """Add a kind of ticket."""
    _check_wide()
    form = NewTierForm()
    try:
        checked(form)
        with transaction():
            tier = services.add(_terms(form))
    except PalaceError as refusal:
        pass_on(refusal)
        return _tier_page(None, form, refusal)
    if wants_json():
        return _tier_json(tier), 201
    flash(gettext("加好了，可以在场次里定价了。"))
    return redirect(url_for("desk.tiers"), 303)


@bp.get(OF_ONE)
@allow(*MAY)
def tier(tier_id: int) -> ResponseReturnValue:
    """Show one kind of ticket, where it is on sale, and where it is changed."""
    return _tier_page(_tier_of(tier_id))


@bp.post(OF_ONE)
@allow(*MAY)
@reads(TierForm)
def set_tier(tier_id: int) -> ResponseReturnValue:
    """Change a kind of ticket; what is sold keeps its price and fund."""
    _check_wide()
    form = TierForm()
    try:
        checked(form)
        with transaction():
            changed = services.change(tier_id, _terms(form), seen=form.seen.data or "")
    except PalaceError as refusal:
        pass_on(refusal)
        return _tier_page(_tier_of(tier_id), form, refusal)
    return _done(tier_id, saved(changed=changed))


@bp.post(f"{OF_ONE}/end")
@allow(*MAY)
def end_tier(tier_id: int) -> ResponseReturnValue:
    """Take a kind of ticket off sale for new performances."""
    _check_wide()
    with transaction():
        services.end(tier_id)
    return _done(tier_id, gettext("停用了，新的场次不再用它。"))


@bp.post(f"{OF_ONE}/resume")
@allow(*MAY)
def resume_tier(tier_id: int) -> ResponseReturnValue:
    """Put a kind of ticket on sale again."""
    _check_wide()
    with transaction():
        services.resume(tier_id)
    return _done(tier_id, gettext("又可以用了。"))


@bp.post(f"{OF_ONE}/remove")
@allow(*MAY)
def remove_tier(tier_id: int) -> ResponseReturnValue:
    """Delete a kind of ticket that no performance ever had."""
    _check_wide()
    try:
        with transaction():
            services.remove(tier_id)
    except PalaceError as refusal:
        pass_on(refusal)
        return _tier_page(_tier_of(tier_id), None, refusal)
    if wants_json():
        return _tiers_json()
    flash(gettext("删掉了。"))
    return redirect(url_for("desk.tiers"), 303)


def _check_wide() -> None:
    """Refuse whose word ends at a house: tiers are the whole palace's.

    Raises:
        OfWholePalace: they read them, and ask somebody of the whole palace.
    """
    if sites() is not None:
        raise OfWholePalace


def _done(tier_id: int, sentence: str) -> ResponseReturnValue:
    if wants_json():
        return _tier_json(_tier_of(tier_id))
    flash(sentence)
    return redirect(url_for("desk.tier", tier_id=tier_id), 303)


def _tier_of(tier_id: int) -> Tier:
    found = db.session.get(Tier, tier_id)
    if found is None:
        raise NotFound
    return found


def _terms(form: TierFields) -> Terms:
    return Terms(
        name_zh=(form.name_zh.data or "").strip(),
        name_en=(form.name_en.data or "").strip(),
        qualifies=Qualifies(form.qualifies.data or ""),
        cap=form.cap.data,
        monthly=bool(form.monthly.data),
        proof_zh=(form.proof_zh.data or "").strip(),
        proof_en=(form.proof_en.data or "").strip(),
        fund=(form.fund.data or "").strip() or None,
    )


def _tier_page(
    tier: Tier | None,
    form: TierForm | NewTierForm | None = None,
    refusal: PalaceError | None = None,
) -> ResponseReturnValue:
    values = selling.tier_values(tier) if tier else {}
    if form is None and tier is None:
        form = NewTierForm(formdata=None, qualifies=Qualifies.MEMBER.value)
    form = form or TierForm(formdata=None, seen=seen_as(values), **values)
    told = at_fields(form, refusal) if refusal else ""
    if refusal and tier:
        say_what_moved(form, refusal, values, _said)
    return answer(
        "desk/tier.html",
        lambda: _tier_json(tier) if tier else _tiers_json(),
        status=refusal.status if refusal else 200,
        tier=tier,
        form=form,
        told=told,
        for_whom=FOR_WHOM,
        selling=selling.selling(tier.id, clock.now(), sites()) if tier else [],
        in_use=selling.in_use(tier.id) if tier else False,
    )


def _said(name: str, value: str) -> str:
    """Return what a value of a tier's form is called."""
    if name == "qualifies":
        return str(gettext(FOR_WHOM[Qualifies(value)]))
    if name == "monthly":
        return str(gettext("是") if value else gettext("否"))
    return value
