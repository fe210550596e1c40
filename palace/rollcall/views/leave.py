"""Leave from a session of a class, asked for by whose place it is, or at the counter for them."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.courses.models import Enrolment
from palace.courses.queries.facts import enrolment_for
from palace.courses.states import SessionState
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rollcall import services
from palace.rollcall.forms import BackForm, LeaveForm
from palace.rollcall.queries import leaves
from palace.rollcall.queries.roll import Line
from palace.rollcall.views.base import bp, session_json
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

ONE = "/enrolments/<code:code>/leave"


@bp.get(ONE)
@allow(Role.MEMBER, Role.ACTING)
def leave(code: str) -> ResponseReturnValue:
    """Show the sessions ahead, and from which of them leave was asked for."""
    return _page(_own(code))


@bp.post(ONE)
@allow(Role.MEMBER, Role.ACTING)
@reads(LeaveForm)
def ask_leave(code: str) -> ResponseReturnValue:
    """Ask for leave from a session; the teacher sees it, and an absence then is excused."""
    found, form = _own(code), LeaveForm()
    try:
        checked(form)
        with transaction():
            class_session = leaves.session_of(found, int(form.class_session.data or 0))
            services.ask_leave(found, class_session, form.words.data or "", by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(_own(code), form, refusal)
    if wants_json():
        return _page(found)
    flash(gettext("请好假了，老师看得到，这次不算缺课。"))
    return redirect(url_for("rollcall.leave", code=code), 303)


@bp.post(f"{ONE}/withdraw")
@allow(Role.MEMBER, Role.ACTING)
@reads(BackForm)
def withdraw_leave(code: str) -> ResponseReturnValue:
    """Take leave back: they come after all."""
    found, form = _own(code), BackForm()
    try:
        checked(form)
        with transaction():
            class_session = leaves.session_of(found, int(form.class_session.data or 0))
            services.withdraw_leave(found, class_session, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(_own(code), refusal=refusal)
    if wants_json():
        return _page(found)
    flash(gettext("销假了，到时候见。"))
    return redirect(url_for("rollcall.leave", code=code), 303)


def _own(code: str) -> Enrolment:
    return enrolment_for(current_member(), code)


def _page(
    found: Enrolment, typed: LeaveForm | None = None, refusal: PalaceError | None = None
) -> Response:
    now = clock.now()
    ahead = services.ahead(found, now)
    return answer(
        "rollcall/leave.html",
        lambda: {
            "enrolment": found.code,
            "sessions": [
                session_json(one.class_session)
                | {"leave": one.leave is not None, "until": clock.iso(one.until)}
                for one in ahead
            ],
        },
        status=refusal.status if refusal else 200,
        enrolment=found,
        name=Line(found, None, excused=False).name,
        ahead=ahead,
        now=now,
        form=typed or LeaveForm(formdata=None),
        typed_for=typed.class_session.data if typed else None,
        off=SessionState.CANCELLED,
        refusal=refusal_words(refusal) if refusal else "",
    )
