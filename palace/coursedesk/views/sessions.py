"""One session: called off, made up for, moved, taught by somebody else; one action each, all are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.clock import SHANGHAI, iso
from palace.coursedesk.errors import PlaceGone, RoomNotThere
from palace.coursedesk.forms import CancelSessionForm, PlaceForm, SubstituteForm
from palace.coursedesk.queries.classes import called
from palace.coursedesk.queries.places import Proposal, proposals
from palace.coursedesk.queries.rooms import around_of, rooms_at, span_of
from palace.coursedesk.views.base import MAY, bp, done, get_session, session_json, told
from palace.courses.models import ClassSession
from palace.courses.queries.teaching import Choice, choices
from palace.courses.services import planning
from palace.courses.services.announcing import enrolled_in
from palace.courses.services.places import Place
from palace.courses.services.planning import made_up_by
from palace.courses.states import SessionState
from palace.db import transaction
from palace.errors import PalaceError
from palace.teachers.queries import get_teacher
from palace.teachers.rules import Span
from palace.text import N_
from palace.venues.errors import SpaceTaken
from palace.web import allow, answer, checked, reads, wants_json
from palace.words import named

ONE = "/sessions/<id:session_id>"


@bp.get(ONE)
@allow(*MAY)
def class_session(session_id: int) -> ResponseReturnValue:
    """Show a session with what can be done with it: places to make up for it, who could teach instead."""
    return _page(get_session(session_id))


@bp.post(f"{ONE}/cancel")
@allow(*MAY)
@reads(CancelSessionForm)
def cancel_session(session_id: int) -> ResponseReturnValue:
    """Call a session off, and make up for it in the same step where its time is chosen."""
    form = CancelSessionForm()

    def act(one: ClassSession) -> object:
        checked(form)
        instead = None if form.later.data else _place(one, form)
        why = (form.why.data or "").strip() or None
        return planning.cancel_session(one, by=current_user.actor, why=why, instead=instead)

    return _do(session_id, act, N_("停课了，都通知了。"), {"cancelling": form})


@bp.post(f"{ONE}/make-up")
@allow(*MAY)
@reads(PlaceForm)
def make_up(session_id: int) -> ResponseReturnValue:
    """Make up for a session that was called off."""
    form = PlaceForm()

    def act(one: ClassSession) -> object:
        checked(form)
        return planning.make_up(one, _place(one, form), by=current_user.actor)

    return _do(session_id, act, N_("补课排好了，都通知了。"), {"placing": form})


@bp.post(f"{ONE}/move")
@allow(*MAY)
@reads(PlaceForm)
def move_session(session_id: int) -> ResponseReturnValue:
    """Have a session at another time or in another room."""
    form = PlaceForm()

    def act(one: ClassSession) -> object:
        checked(form)
        return planning.replan(one, _place(one, form), by=current_user.actor)

    return _do(session_id, act, N_("改好了，都通知了。"), {"placing": form})


@bp.post(f"{ONE}/substitute")
@allow(*MAY)
@reads(SubstituteForm)
def substitute(session_id: int) -> ResponseReturnValue:
    """Have somebody else teach a session, in the same room."""
    form = SubstituteForm()

    def act(one: ClassSession) -> object:
        checked(form)
        teacher = get_teacher(int(form.teacher.data or 0), [one.offering.term.site_id])
        return planning.substitute(one, teacher, by=current_user.actor)

    return _do(session_id, act, N_("代课安排好了，都通知了。"), {"teaching": form})


def _place(one: ClassSession, form: PlaceForm) -> Place:
    """Return the place a form names: one that was proposed, or what was typed.

    Raises:
        RoomNotThere: the room is none of the house's.
    """
    minutes = Span(one.day, one.starts_at, one.ends_at).minutes
    if form.place.data:
        space, _, begins = form.place.data.partition(".")
        here = datetime.fromtimestamp(int(begins), SHANGHAI)
        day, at, space_id = here.date(), here.time(), int(space)
    else:
        day, at = form.day.data or date.min, form.begins.data or time()
        space_id = int(form.space.data or 0)
    rooms = {each.id: around_of(room) for each, room in rooms_at(one.offering.term.site_id)}
    if space_id not in rooms:
        raise RoomNotThere
    around = rooms[space_id]
    return Place(
        span=span_of(day, at, minutes), space_id=space_id, before=around.before, after=around.after
    )


def _do(
    session_id: int,
    act: Callable[[ClassSession], object],
    said: str,
    forms: dict[str, Any],
) -> ResponseReturnValue:
    one = get_session(session_id)
    try:
        try:
            with transaction():
                act(one)
        except SpaceTaken as taken:
            if any(getattr(form, "place", None) and form.place.data for form in forms.values()):
                raise PlaceGone from taken
            raise
    except PalaceError as refusal:
        sentence = told(refusal)
        return _page(get_session(session_id), sentence, refusal.status, **forms)
    if wants_json():
        return _json(get_session(session_id))
    return done(said, "coursedesk.one", offering_id=one.offering_id)


def _page(one: ClassSession, sentence: str = "", status: int = 200, **forms: Any) -> Response:
    of = one.offering
    found = proposals(one, clock.now())
    return answer(
        "coursedesk/session.html",
        lambda: _json(one),
        status=status,
        one=one,
        title=called(of),
        places=found,
        rooms=[space for space, _ in rooms_at(of.term.site_id)],
        teachers=_teachers(one),
        can_change=one.state is SessionState.PLANNED and one.starts_at > clock.now(),
        can_make_up=one.state is SessionState.CANCELLED and made_up_by(one.id) is None,
        people=len(enrolled_in(of.id)),
        told=sentence,
        **_forms() | forms,
    )


def _forms() -> dict[str, Any]:
    return {
        "cancelling": CancelSessionForm(formdata=None),
        "placing": PlaceForm(formdata=None),
        "teaching": SubstituteForm(formdata=None),
    }


def _teachers(one: ClassSession) -> list[Choice]:
    """Return who could teach it instead, those who are free first."""
    course, span = one.offering.course, Span(one.day, one.starts_at, one.ends_at)
    found = choices(course.subject, course.level, one.offering.term.site_id, [span], but=one.id)
    return [each for each in found if each.teacher.id != one.teacher_id]


def _json(one: ClassSession) -> dict[str, Any]:
    return {
        **session_json(one),
        "class": one.offering_id,
        "places": [_proposal(each) for each in proposals(one, clock.now())],
        "teachers": [
            {
                "teacher": each.teacher.id,
                "name": named(each.teacher),
                "suits": each.suits,
                "busy": [day.isoformat() for day in each.busy],
            }
            for each in _teachers(one)
        ],
    }


def _proposal(found: Proposal) -> dict[str, Any]:
    return {
        "place": found.value,
        "space": found.space.id,
        "room": named(found.space),
        "starts_at": iso(found.place.span.starts_at),
        "ends_at": iso(found.place.span.ends_at),
    }
