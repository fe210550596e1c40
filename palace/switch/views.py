"""The switch of each house, for its administrators; every turn of it is in the audit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.rules import Role
from palace.switch import services
from palace.switch.forms import SwitchForm
from palace.text import N_
from palace.venues.models import HouseRules, Site
from palace.venues.queries import forget_modes, sites
from palace.venues.rules import Mode, Moded, Reason
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

bp = Blueprint("switch", __name__, url_prefix="/staff/switch")

ADMINISTRATORS = (Role.ADMIN, Role.SITE_ADMIN)
WORDS = {
    Mode.NORMAL: N_("照常"),
    Mode.GREY: N_("网页变灰（哀悼）"),
    Mode.STOPPED: N_("停新预订"),
}


def init_app(app: Flask) -> None:
    """Register the pages of the switch."""
    app.register_blueprint(bp)


def _houses() -> list[Site]:
    own = current_user.sites(*ADMINISTRATORS)
    return [site for site in sites() if own is None or site.id in own]


@bp.get("")
@allow(*ADMINISTRATORS)
def home() -> ResponseReturnValue:
    """Show how each house stands, and what the switch does."""
    return _page()


@bp.post("/<id:site_id>")
@allow(*ADMINISTRATORS, fresh=True)
@reads(SwitchForm)
def turn(site_id: int) -> ResponseReturnValue:
    """Switch a house: its pages go grey, or its new bookings stop, within seconds."""
    if site_id not in {site.id for site in _houses()}:
        raise NotFound
    form = SwitchForm()
    try:
        checked(form)
        reason = Reason(
            name_zh=(form.reason_zh.data or "").strip(), name_en=(form.reason_en.data or "").strip()
        )
        with transaction():
            wanted = Moded(mode=Mode(form.mode.data or ""), reason=reason)
            services.switch(site_id, wanted, seen=form.seen.data or "")
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(site_id, form, refusal)
    forget_modes()
    if wants_json():
        return _page()
    flash(gettext("改好了，几秒钟内生效。"))
    return redirect(url_for("switch.home"), 303)


def _page(
    site_id: int = 0, typed: SwitchForm | None = None, refusal: PalaceError | None = None
) -> Response:
    standing = [
        (site, services.moded(db.session.get_one(HouseRules, site.id))) for site in _houses()
    ]
    return answer(
        "switch/home.html",
        lambda: {"houses": [_json(site, moded) for site, moded in standing]},
        status=refusal.status if refusal else 200,
        houses=[(site, moded, _form(site, moded, site_id, typed)) for site, moded in standing],
        words=WORDS,
        refused_at=site_id,
        refusal=refusal_words(refusal) if refusal and typed and not typed.errors else "",
    )


def _form(site: Site, moded: Moded, site_id: int, typed: SwitchForm | None) -> SwitchForm:
    """Return the form of a house: as it was typed, or as it stands; it goes on from how it stands now."""
    if typed is not None and site.id == site_id:
        typed.seen.data = services.seen_as(moded)
        return typed
    reason = {"reason_zh": moded.reason.name_zh, "reason_en": moded.reason.name_en}
    return SwitchForm(formdata=None, mode=moded.mode.value, seen=services.seen_as(moded), **reason)


def _json(site: Site, moded: Moded) -> dict[str, Any]:
    return {
        "site": site.id,
        "mode": moded.mode.value,
        "reason": moded.reason.name_zh,
        "seen": services.seen_as(moded),
    }
