"""短信模板: the number under which the SMS provider has approved each of our texts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.rules import Role
from palace.notices import queries, senders, services
from palace.notices.forms import TemplateForm
from palace.notices.gateways import SCREEN
from palace.notices.rules import EMAIL_CODE, manner_of
from palace.text import N_
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

SET = N_("模板记下了，等着它的通知马上发。")
EXAMPLE = "aliyun"
"""Whose way of writing variables is shown where no provider is set."""

bp = Blueprint("templates", __name__, url_prefix="/staff/notices/templates")


@bp.get("")
@allow(Role.ADMIN)
def home() -> ResponseReturnValue:
    """Show each text as the provider's form wants it, and the number it got there."""
    return _page()


@bp.post("")
@allow(Role.ADMIN)
@reads(TemplateForm)
def put() -> ResponseReturnValue:
    """Set the number of one text in one language; nothing takes it away."""
    form, gateway = TemplateForm(), senders.sms_gateway()
    if gateway in {None, SCREEN}:
        raise NotFound
    try:
        checked(form)
        key = (str(gateway), form.kind.data or "", form.language.data or "")
        with transaction():
            services.set_template(
                key, form.template.data or "", seen=form.seen.data or "", now=clock.now()
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        told = (form.kind.data, form.language.data, form.template.data, refusal_words(refusal))
        return _page(refusal.status, told)
    if wants_json():
        return _page()
    flash(gettext(SET))
    return redirect(url_for("templates.home", _anchor=form.kind.data), 303)


def _page(status: int = 200, refused: tuple[Any, ...] | None = None) -> Response:
    gateway = senders.sms_gateway()
    known = queries.templates(gateway) if gateway else {}
    texts = []
    for kind in senders.KINDS:
        if kind == EMAIL_CODE:
            continue
        for language in ("zh", "en"):
            text = senders.as_template(kind, gateway or EXAMPLE, language)
            number = known.get((kind, language), "")
            texts.append({"kind": kind, "language": language, "text": text, "template": number})
    return answer(
        "notices/templates.html",
        {"gateway": gateway or "", "texts": texts},
        status=status,
        gateway=gateway,
        texts=texts,
        manner_of=manner_of,
        refused_at=refused,
        is_screen=gateway in {None, SCREEN},
    )
