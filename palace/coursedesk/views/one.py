"""Every class, one with its sessions, publishing it, changing it, deciding that it takes place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.coursedesk.errors import ClassMoved
from palace.coursedesk.forms import ChangeClassForm
from palace.coursedesk.queries import calling
from palace.coursedesk.queries import classes as queries
from palace.coursedesk.services import classes as services
from palace.coursedesk.services import ending
from palace.coursedesk.views.base import MAY, bp, class_json, done, get_class, own_sites, told
from palace.courses.claims import taken
from palace.courses.models import Offering
from palace.courses.queries.facts import planned_of, sessions_of
from palace.courses.states import OfferingState, SessionState
from palace.db import transaction
from palace.errors import PalaceError
from palace.lists.services import answer as listed
from palace.money import yuan_of
from palace.review.queries import is_reviewed
from palace.text import N_
from palace.web import allow, answer, checked, reads, wants_json

ONE = "/classes/<id:offering_id>"
FEES = ("member_fee", "public_fee", "material_fee")


@bp.get("")
@allow(*MAY)
@reads(query=queries.CLASSES.words)
def home() -> ResponseReturnValue:
    """Show the classes of one's houses, the newest first, and the ways to everything else of courses."""
    return listed(queries.CLASSES)


@bp.get(ONE)
@allow(*MAY)
def one(offering_id: int) -> ResponseReturnValue:
    """Show a class: how it stands, its sessions, what is written of it."""
    return show(get_class(offering_id))


@bp.post(ONE)
@allow(*MAY)
@reads(ChangeClassForm)
def change_class(offering_id: int) -> ResponseReturnValue:
    """Change what is written of a class; who waits gets what came free."""
    found, form = get_class(offering_id), ChangeClassForm()
    try:
        checked(form)
        with transaction():
            facts = services.completed(form.facts, found.term, _first_on(found))
            services.change(found, facts, seen=form.seen.data or "", bought=form.bought.data)
    except PalaceError as refusal:
        sentence = told(refusal)
        found = get_class(offering_id)
        if isinstance(refusal, ClassMoved):
            form.seen.data = services.seen_of(found)
        return show(found, sentence, refusal.status, form=form)
    return _said(found, N_("改好了，马上生效。"))


def _first_on(found: Offering) -> date:
    return min((one.day for one in planned_of(found.id)), default=found.term.first_on)


@bp.post(f"{ONE}/publish")
@allow(*MAY)
def publish_class(offering_id: int) -> ResponseReturnValue:
    """Let everybody see a class from the day on which its term is shown."""
    return _do(offering_id, services.publish, N_("发布了。学期公布以后大家就看得到。"))


@bp.post(f"{ONE}/keep")
@allow(*MAY)
def keep_class(offering_id: int) -> ResponseReturnValue:
    """Say that a class takes place although it has fewer people than it was to have."""
    return _do(
        offering_id,
        lambda found: ending.keep(found, by=current_user.actor),
        N_("照常开班。"),
    )


def _do(offering_id: int, act: Callable[[Offering], object], said: str) -> ResponseReturnValue:
    found = get_class(offering_id)
    try:
        with transaction():
            act(found)
    except PalaceError as refusal:
        sentence = told(refusal)
        return show(get_class(offering_id), sentence, refusal.status)
    return _said(found, said)


def _said(found: Offering, said: str) -> ResponseReturnValue:
    if wants_json():
        return class_json(found)
    return done(said, "coursedesk.one", offering_id=found.id)


def show(
    found: Offering,
    sentence: str = "",
    status: int = 200,
    *,
    form: ChangeClassForm | None = None,
) -> Response:
    """Answer with a class as the desk sees it."""
    facts, places = services.facts_of(found), taken(found.id)
    shown = form or ChangeClassForm(
        formdata=None,
        seen=services.seen_of(found),
        **asdict(facts) | {name: yuan_of(getattr(facts, name)) for name in FEES},
    )
    sessions, now = sessions_of(found.id), clock.now()
    planned = [each for each in sessions if each.state is SessionState.PLANNED]
    return answer(
        "coursedesk/class.html",
        lambda: class_json(found),
        status=status,
        one=found,
        title=queries.called(found),
        sessions=sessions,
        made_up={each.instead_of for each in sessions},
        enrolled=queries.enrolled_in(found.id),
        waiting=places.waiting,
        now=now,
        taught=ending.is_taught(planned, now),
        reviewed=found.state is not OfferingState.DRAFT or is_reviewed(f"course:{found.course_id}"),
        to_decide=any(each.offering.id == found.id for each in queries.to_decide(own_sites(), now)),
        form=shown,
        call_off=calling.latest(found.id),
        told=sentence,
    )
