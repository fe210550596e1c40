"""Calling a roll: all are here until somebody taps who is not; from a phone that had no network too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.courses.models import ClassSession, Enrolment
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import new_key
from palace.members.rules import Role
from palace.rollcall import rules, services
from palace.rollcall.forms import RestForm, RollForm
from palace.rollcall.queries import roll as rolls
from palace.rollcall.queries import teaching
from palace.rollcall.queries.roll import Line
from palace.rollcall.rules import Mark, Tally
from palace.rollcall.services.absences import Outcome, places_left
from palace.rollcall.services.calling import Called
from palace.rollcall.views.base import bp, own_teacher, session_json, tally_json
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

ONE = "/teaching/sessions/<id:session_id>"


def own_session(session_id: int) -> ClassSession:
    """Return a session of the teacher who is signed in.

    Raises:
        NotFound: it is none of theirs.
    """
    return teaching.get_session(own_teacher().id, session_id)


@bp.get(ONE)
@allow(Role.TEACHER)
@reads(RestForm)
def roll(session_id: int) -> ResponseReturnValue:
    """Show the roll of a session: everybody is here unless they asked for leave, or as marked before."""
    rest = Mark.ABSENT if RestForm(request.args).rest.data == Mark.ABSENT else None
    return _page(own_session(session_id), rest=rest)


@bp.post(ONE)
@allow(Role.TEACHER)
@reads(RollForm)
def call(session_id: int) -> ResponseReturnValue:
    """Save a roll, once however often it is sent; a phone without a network sends it later."""
    one, form = own_session(session_id), RollForm()
    try:
        checked(form)
        with transaction():
            called = services.call_roll(one, form.saying(), by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        typed = {} if form.errors else form.said
        return _page(own_session(session_id), refusal=refusal, typed=typed)
    if wants_json():
        return _page(one, called=called)
    for sentence in _told(called):
        flash(sentence)
    return redirect(url_for("rollcall.roll", session_id=session_id), 303)


def _told(called: Called) -> list[str]:
    """Return what a teacher is told after a roll: how many came, and what followed for whom."""
    return [_counted(called.tally), *_followed(called.outcome)]


def _counted(tally: Tally) -> str:
    return str(
        gettext(
            "点好名了：到%(came)s人，其中迟到%(late)s人；缺课%(absent)s人，请假%(excused)s人。",
            came=tally.came,
            late=tally.late,
            absent=tally.absent,
            excused=tally.excused,
        )
    )


def _followed(outcome: Outcome) -> list[str]:
    freed = [
        gettext("%(name)s缺课太多，名额让出去了，已经告诉本人。", name=_name(one))
        for one in outcome.freed
    ]
    back = [
        gettext(
            "%(name)s的缺课更正了，记的那一次没来已经撤销。名额已经让出去，现在还空%(count)s个，请本人重新报名。",
            name=_name(one),
            count=places_left(one),
        )
        for one in outcome.given_back
    ]
    return [str(sentence) for sentence in (*freed, *back)]


def _name(one: Enrolment) -> str:
    return Line(one, None, excused=False).name


def _page(
    one: ClassSession,
    *,
    rest: Mark | None = None,
    typed: dict[int, Mark] | None = None,
    called: Called | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    now = clock.now()
    lines = rolls.roll_of(one)
    tally = rules.tally((line.mark, line.excused) for line in lines)
    return answer(
        "rollcall/roll.html",
        lambda: _json(one, lines, tally, now) | {"told": _told(called) if called else []},
        status=refusal.status if refusal else 200,
        one=one,
        lines=[(line, _shown(line, rest), (typed or {}).get(line.enrolment.id)) for line in lines],
        tally=tally,
        is_called=any(line.mark for line in lines),
        opens_at=services.opens_at(one),
        now=now,
        device=new_key(),
        refusal=refusal_words(refusal) if refusal else "",
    )


def _shown(line: Line, rest: Mark | None) -> Mark:
    return line.shown if line.mark else rest or line.shown


def _json(one: ClassSession, lines: list[Line], tally: Tally, now: datetime) -> dict[str, Any]:
    return session_json(one) | {
        "opens_at": clock.iso(services.opens_at(one)),
        "opened_at": clock.iso(now),
        "tally": tally_json(tally),
        "people": [
            {
                "enrolment": line.enrolment.id,
                "name": line.name,
                "mark": line.mark,
                "excused": line.excused,
                "has_place": line.has_place,
            }
            for line in lines
        ],
    }
