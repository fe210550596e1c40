"""Money of the printed code that nobody knows the payment of: noted, sent back; matched at a payment."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.db import db, transaction
from palace.errors import BadInput, PalaceError
from palace.members.posts import AT_COUNTERS
from palace.money import FREE
from palace.till import queries, services
from palace.till.forms import UnmatchedForm, WhyForm
from palace.till.views.base import (
    bp,
    chosen_house,
    movement_json,
    own_houses,
    own_sites,
    staff_id,
)
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json


@bp.get("/unmatched")
@allow(*AT_COUNTERS)
def unmatched() -> ResponseReturnValue:
    """Show money that nobody knows the payment of, the oldest first."""
    return _page()


@bp.post("/unmatched")
@allow(*AT_COUNTERS)
@reads(UnmatchedForm)
def note_unmatched() -> ResponseReturnValue:
    """Write down money that came by the printed code."""
    form = UnmatchedForm()
    try:
        checked(form)
        house = chosen_house(form.site.data)
        with transaction():
            services.note_unmatched(
                site_id=house.id,
                amount=form.yuan.fen or FREE,
                reference=form.reference.data or "",
                by=current_user.actor,
                now=clock.now(),
            )
    except PalaceError as refusal:
        return _page(refusal, form)
    return _done(gettext("记下了。付款人来了，在他的付款页上认领。"))


@bp.post("/unmatched/<id:movement_id>/send-back")
@allow(*AT_COUNTERS)
@reads(WhyForm)
def send_back(movement_id: int) -> ResponseReturnValue:
    """Write that such money went back to who paid it."""
    queries.movement_at(movement_id, own_sites())
    form = WhyForm()
    try:
        checked(form)
        with transaction():
            services.give_unmatched_back(
                movement_id, why=form.why.data or "", by=current_user.actor, now=clock.now()
            )
    except PalaceError as refusal:
        return _page(refusal, sending=(movement_id, form))
    return _done(gettext("退回记下了。"))


def _done(said: str) -> ResponseReturnValue:
    if wants_json():
        return _page()
    flash(said)
    return redirect(url_for("till.unmatched"), 303)


def _page(
    refusal: PalaceError | None = None,
    form: UnmatchedForm | None = None,
    sending: tuple[int, Any] = (0, None),
) -> ResponseReturnValue:
    if refusal is not None:
        pass_on(refusal)
        db.session.rollback()
    staff_id()
    found = queries.unmatched(own_sites())
    told = "" if refusal is None or isinstance(refusal, BadInput) else refusal_words(refusal)
    return answer(
        "till/unmatched.html",
        lambda: {"movements": [movement_json(one) for one in found]},
        status=refusal.status if refusal else 200,
        found=found,
        houses=own_houses(),
        form=form or UnmatchedForm(formdata=None),
        sending=sending,
        blank=WhyForm(formdata=None),
        told=told,
    )
