"""One's place in a class: how it stands, what to pay until when, giving it back, changing the class."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.courses import services
from palace.courses.forms import MoveForm
from palace.courses.models import Enrolment
from palace.courses.queries import catalogue, facts
from palace.courses.queries.catalogue import Stands
from palace.courses.services.ending import PART, back_of, back_until, may_end
from palace.courses.states import ENROLMENT_WORDS, HOLDING
from palace.courses.views.base import bp
from palace.courses.views.told import enrolment_json, stub_json
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.payments.services import close_pages_of
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json


@bp.get("/enrolments/<code:code>")
@allow(Role.MEMBER, Role.ACTING)
def enrolment(code: str) -> ResponseReturnValue:
    """Show a place in a class: its dates, its fee, what comes back to who withdraws, parallel classes."""
    return _page(facts.enrolment_for(current_member(), code))


@bp.post("/enrolments/<code:code>/withdraw")
@allow(Role.MEMBER, Role.ACTING)
def withdraw(code: str) -> ResponseReturnValue:
    """Give a place back; a provider's page by which it may still be paid is closed before."""
    try:
        close_pages_of(PART, facts.enrolment_for(current_member(), code).id)
        with transaction():
            ended = services.withdraw(current_member(), code, by=current_user.actor)
    except PalaceError as refusal:
        return _again(code, refusal)
    if wants_json():
        return enrolment_json(ended, clock.now())
    flash(gettext("退出了，名额让给后面的人。"))
    return redirect(url_for("courses.enrolment", code=code), 303)


@bp.post("/enrolments/<code:code>/move")
@allow(Role.MEMBER, Role.ACTING)
@reads(MoveForm)
def move(code: str) -> ResponseReturnValue:
    """Change a place for one in a parallel class."""
    form = MoveForm()
    try:
        checked(form)
        with transaction():
            made = services.move(
                current_member(), code, form.offering.data or 0, by=current_user.actor
            )
    except PalaceError as refusal:
        return _again(code, refusal)
    if wants_json():
        return enrolment_json(made, clock.now()), 201
    flash(gettext("换好了，原来的名额退掉了。"))
    return redirect(url_for("courses.enrolment", code=made.code), 303)


def _again(code: str, refusal: PalaceError) -> Response:
    pass_on(refusal)
    db.session.rollback()
    return _page(facts.enrolment_for(current_member(), code), refusal)


def _page(one: Enrolment, refusal: PalaceError | None = None) -> Response:
    now, of = clock.now(), one.offering
    open_ = may_end(one, now)
    beside = catalogue.parallel(of, now) if open_ else []
    state = one.state_at(now)
    return answer(
        "courses/enrolment.html",
        lambda: _json(one),
        status=refusal.status if refusal else 200,
        one=one,
        of=of,
        state=state,
        holds=state in HOLDING,
        said=ENROLMENT_WORDS[state],
        sessions=facts.sessions_of(of.id),
        may_end=open_,
        back=back_of(one, now),
        back_until=back_until(of),
        parallel=[stub for stub in beside if stub.stands in (Stands.FREE, Stands.FEW)],
        house=catalogue.sites()[of.term.site_id],
        pay_code=_pay_code(one),
        now=now,
        refusal=refusal_words(refusal) if refusal else "",
    )


def _pay_code(one: Enrolment) -> str:
    """Return the end of the phone number by which the counter finds what is to be paid."""
    return (one.member.phone or "")[-4:]


def _json(one: Enrolment) -> dict[str, Any]:
    now = clock.now()
    beside = catalogue.parallel(one.offering, now) if may_end(one, now) else []
    return enrolment_json(one, now) | {"parallel": [stub_json(stub) for stub in beside]}
