"""A code in a member's hand: scanned or typed, looked at, opened by one tap."""

from __future__ import annotations

from flask import (
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user

from palace import clock
from palace.codes import services
from palace.codes.errors import CodeEarly, CodeOfOther, CodeUnknown
from palace.codes.forms import AtShow, CodeForm
from palace.codes.models import CodeBatch
from palace.codes.rules import in_groups, plain
from palace.codes.services import Opened
from palace.codes.views.base import bp, show_json
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Known, Role
from palace.throttle import limiter
from palace.web import allow, answer, checked, public, reads, refusal_words, wants_json


def _missed(response: Response) -> bool:
    """Return whether an answer says that there is no such code: only guesses are counted."""
    return response.status_code == CodeUnknown.status


@bp.get("/c/<string(maxlength=40):typed>")
@public
@limiter.limit("20 per hour", deduct_when=_missed)
def link(typed: str) -> ResponseReturnValue:
    """Show what a code opens, and whether it does for this person."""
    try:
        opened = services.look(typed, _member(), clock.now())
    except CodeUnknown as refusal:
        if wants_json():
            raise
        return _enter(refusal=refusal, code=typed)
    return _link_page(typed, opened)


@bp.get("/codes")
@public
@reads(AtShow)
def enter() -> ResponseReturnValue:
    """Show the field a code is typed into."""
    asked = AtShow(request.args)
    return _enter(performance=asked.performance.data if asked.validate() else "")


@bp.post("/codes")
@allow(Role.MEMBER, Role.ACTING)
@reads(CodeForm)
@limiter.limit("20 per hour", key_func=lambda: f"code:{current_member().id}", deduct_when=_missed)
def redeem() -> ResponseReturnValue:
    """Open a code: what it opens is the member's."""
    form = CodeForm()
    try:
        checked(form)
        with transaction():
            batch = services.redeem(form.code.data or "", current_member(), form.performance_id)
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return _enter(form, refusal)
    if wants_json():
        return jsonify({"state": "opened", "why": None, "opens": show_json(batch)})
    flash(_said(batch))
    return redirect(url_for("tickets.performance", performance_id=batch.performance_id), 303)


def _said(batch: CodeBatch) -> str:
    said = (
        ngettext("码打开了，%(num)s张票为您留着。", "码打开了，%(num)s张票为您留着。", batch.each)
        if batch.keeps
        else ngettext("码打开了，能订%(num)s张。", "码打开了，能订%(num)s张。", batch.each)
    )
    return str(said)


def _member() -> Known | None:
    return current_user.member if current_user.is_authenticated else None


def _enter(
    form: CodeForm | None = None, refusal: PalaceError | None = None, **typed: str | None
) -> Response:
    page = render_template(
        "codes/enter.html",
        form=form or CodeForm(formdata=None, **typed),
        refusal=refusal_words(refusal) if refusal else "",
        other=isinstance(refusal, CodeOfOther),
        signed_in=_member() is not None,
    )
    return make_response(page, refusal.status if refusal else 200)


def _link_page(typed: str, opened: Opened) -> Response:
    state = "refused" if opened.refusal else "opened" if opened.theirs else "open"
    hidden = isinstance(opened.refusal, CodeEarly)
    return answer(
        "codes/link.html",
        lambda: {
            "state": state,
            "why": opened.refusal.code if opened.refusal else None,
            "opens": None if hidden else show_json(opened.batch),
        },
        batch=opened.batch,
        show=opened.batch.performance,
        hidden=hidden,
        state=state,
        refusal=refusal_words(opened.refusal) if opened.refusal else "",
        code=in_groups(plain(typed)),
        signed_in=_member() is not None,
    )
