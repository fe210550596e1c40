"""The house's printed codes: seen by clerks, put up and taken down by who looks after a house."""

from __future__ import annotations

import segno
from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.db import db, transaction
from palace.errors import BadInput, PalaceError
from palace.members.posts import AT_COUNTERS
from palace.members.rules import Role
from palace.till import queries, services
from palace.till.forms import CodeForm
from palace.till.views.base import bp, chosen_house, own_houses, own_sites, staff_id
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json
from palace.words import named

LOOK_AFTER = (Role.SITE_ADMIN, Role.ADMIN)


@bp.get("/codes")
@allow(*AT_COUNTERS)
def codes() -> ResponseReturnValue:
    """Show the printed codes of a house, to be held against what hangs at the counter."""
    return _page()


@bp.post("/codes")
@allow(*LOOK_AFTER)
@reads(CodeForm)
def add_code() -> ResponseReturnValue:
    """Put a printed code up."""
    form = CodeForm()
    try:
        checked(form)
        house = chosen_house(form.site.data)
        with transaction():
            services.add_code(
                site_id=house.id,
                name_zh=form.name_zh.data or "",
                name_en=form.name_en.data or "",
                content=form.content.data or "",
                by=current_user.actor,
            )
    except PalaceError as refusal:
        return _page(refusal, form)
    return _done(gettext("收款码加好了。"))


@bp.post("/codes/<id:code_id>/remove")
@allow(*LOOK_AFTER)
def remove_code(code_id: int) -> ResponseReturnValue:
    """Take a printed code down."""
    with transaction():
        services.remove_code(
            queries.code_at(code_id, own_sites(*LOOK_AFTER)), by=current_user.actor
        )
    return _done(gettext("收款码撤下了。"))


def _done(said: str) -> ResponseReturnValue:
    if wants_json():
        return _page()
    flash(said)
    return redirect(url_for("till.codes"), 303)


def _page(refusal: PalaceError | None = None, form: CodeForm | None = None) -> ResponseReturnValue:
    if refusal is not None:
        pass_on(refusal)
        db.session.rollback()
    staff_id()
    found = queries.codes_at(own_sites())
    told = "" if refusal is None or isinstance(refusal, BadInput) else refusal_words(refusal)
    return answer(
        "till/codes.html",
        lambda: {
            "codes": [{"code": one.id, "name": named(one), "content": one.content} for one in found]
        },
        status=refusal.status if refusal else 200,
        codes=[(one, segno.make(one.content).svg_data_uri(scale=5)) for one in found],
        houses=own_houses(),
        may_change=not current_user.roles.isdisjoint(LOOK_AFTER),
        form=form or CodeForm(formdata=None),
        told=told,
    )
