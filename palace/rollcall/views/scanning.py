"""The code on a teacher's phone, who has scanned it, and what opens on the phone that scans."""

from __future__ import annotations

from datetime import datetime

from flask import (
    Response,
    after_this_request,
    current_app,
    flash,
    redirect,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.courses.models import ClassSession
from palace.courses.states import SessionState
from palace.db import db, transaction
from palace.errors import PalaceError, SignInNeeded
from palace.forms import new_key
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.rollcall import rules, services, tokens
from palace.rollcall.errors import ClassCodeStale, NotInClass
from palace.rollcall.forms import CodeForm, HereForm
from palace.rollcall.queries import roll as rolls
from palace.rollcall.queries import teaching
from palace.rollcall.queries.roll import Line
from palace.rollcall.rules import CAME, SCANNED_STEPS, STEP_SECONDS, Shown
from palace.rollcall.views.base import address, bp, session_json
from palace.rollcall.views.roll import ONE, own_session
from palace.tickets.printing import qr_svg
from palace.web import allow, answer, checked, pass_on, public, reads, refusal_words, wants_json

BROWSER = "scanned_by"
HERE = "/class-sessions/<id:session_id>/here"


@bp.get(f"{ONE}/code")
@allow(Role.TEACHER)
def code(session_id: int) -> ResponseReturnValue:
    """Show a code that changes every half minute, and whoever has scanned it."""
    one, now = own_session(session_id), clock.now()
    lines = rolls.roll_of(one)
    came = [line for line in lines if line.mark in CAME]
    missing = [line for line in lines if line.mark not in CAME]
    is_open = services.opens_at(one) <= now < one.ends_at and one.state is SessionState.PLANNED
    live = tokens.live_code(one, now)
    link = address("rollcall.here", session_id=one.id, code=live) if is_open else None
    return answer(
        "rollcall/code.html",
        lambda: (
            session_json(one)
            | {
                "here": link,
                "seconds": round(rules.next_step_in(now), 3),
                "came": [line.name for line in came],
                "missing": [line.name for line in missing],
            }
        ),
        one=one,
        qr=qr_svg(link, gettext("签到二维码")) if link else None,
        came=came,
        missing=missing,
        opens_at=services.opens_at(one),
        now=now,
    )


@bp.get(HERE)
@public
@reads(CodeForm)
def here(session_id: int) -> ResponseReturnValue:
    """Show who scanned the teacher's code their class; a stranger signs in to the palace first."""
    one, now = teaching.session_with_code(session_id), clock.now()
    code = CodeForm(request.args).code.data or ""
    if _shown(one, code, now) is Shown.LIVE:
        code = tokens.scanned_code(one, _known_browser(), now)
    if not current_user.is_authenticated:
        back = url_for("rollcall.here", session_id=session_id, code=code)
        raise SignInNeeded(staff=False, back=back)
    return _page(one, code)


@bp.post(HERE)
@allow(Role.MEMBER)
@reads(HereForm)
def sign_in(session_id: int) -> ResponseReturnValue:
    """Say "I am here": whoever scanned, and whom they brought, is there."""
    one, form = teaching.session_with_code(session_id), HereForm()
    code = form.code.data or ""
    try:
        checked(form)
        _shown(one, code, clock.now())
        with transaction():
            services.sign_in(one, current_member().id, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(teaching.session_with_code(session_id), code, refusal)
    if wants_json():
        return _page(one, code)
    flash(gettext("签到好了，安心上课。"))
    return redirect(url_for("rollcall.here", session_id=session_id, code=code), 303)


def _shown(one: ClassSession, code: str, now: datetime) -> Shown:
    """Return how a code came to us.

    Raises:
        ClassCodeStale: it is none of this session, or is too old.
    """
    found = tokens.shown_by(code, one, request.cookies.get(BROWSER, ""), now)
    if found is None:
        raise ClassCodeStale
    return found


def _known_browser() -> str:
    """Return the key by which this browser is known as the one that scanned, a new one where it has none."""
    key = request.cookies.get(BROWSER) or new_key()

    @after_this_request
    def keep(response: Response) -> Response:
        secure, life = current_app.extensions["palace"].secure, SCANNED_STEPS * STEP_SECONDS
        response.set_cookie(
            BROWSER, key, max_age=life, secure=secure, httponly=True, samesite="Lax"
        )
        return response

    return key


def _page(one: ClassSession, code: str, refusal: PalaceError | None = None) -> Response:
    """Show one's own places in the class, and whether they are signed in.

    Raises:
        NotInClass: there is none.
    """
    member_id = current_member().id
    own = [line for line in rolls.roll_of(one) if line.enrolment.member_id == member_id]
    if not own and refusal is None:
        raise NotInClass
    return answer(
        "rollcall/here.html",
        lambda: session_json(one) | {"code": code, "people": [_line_json(line) for line in own]},
        status=refusal.status if refusal else 200,
        one=one,
        code=code,
        lines=own,
        is_here=bool(own) and all(line.mark in CAME for line in own),
        refusal=refusal_words(refusal) if refusal else "",
    )


def _line_json(line: Line) -> dict[str, object]:
    return {"enrolment": line.enrolment.id, "mark": line.mark}
