"""A class in one page: course, term, room, teacher, days; every date is shown before it is planned."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.clock import palace_day
from palace.coursedesk.errors import DatesChanged
from palace.coursedesk.forms import LookForm, PlanForm
from palace.coursedesk.queries import courses, terms
from palace.coursedesk.queries.classes import uses_said
from palace.coursedesk.queries.looking import Looked, Wanted, look
from palace.coursedesk.services.classes import Opening, completed, open_class
from palace.coursedesk.views.base import MAY, bp, class_json, done, get_class, own_sites, told
from palace.coursedesk.views.beginning import begun, form_like, looked_json
from palace.courses.catalogue import Course, Term
from palace.courses.series import PATTERN_WORDS
from palace.db import db, transaction
from palace.errors import BadInput, PalaceError
from palace.forms import new_key
from palace.teachers.errors import TeacherBusy, TeacherLeft
from palace.teachers.queries import get_teacher
from palace.text import N_
from palace.venues.errors import SpaceTaken
from palace.venues.models import Space
from palace.web import allow, answer, checked, reads, row_id, wants_json

NO_ROOM = N_("请选教室，空着的排在前面。")


@bp.get("/classes/new")
@allow(*MAY)
@reads(query=("course", "term", "like"))
def new_class() -> ResponseReturnValue:
    """Ask what a new class is; one like another (`like`) comes with its dates already."""
    like = request.args.get("like", type=row_id)
    if like is None:
        return _page(begun())
    form = form_like(get_class(like))
    return _shown(form)


@bp.post("/classes/look")
@allow(*MAY)
@reads(LookForm)
def look_at_class() -> ResponseReturnValue:
    """Show every date of a class, what stands against each and what else is free; nothing is planned."""
    form = LookForm()
    form.key.data = form.key.data or new_key()
    return _shown(form)


def _shown(form: LookForm) -> Response:
    try:
        if request.method == "POST":
            checked(form)
        wanted = _wanted(form)
        return _page(form, look(wanted))
    except PalaceError as refusal:
        return _page(form, None, told(refusal), refusal.status)


@bp.post("/classes")
@allow(*MAY)
@reads(PlanForm)
def plan_class() -> ResponseReturnValue:
    """Open a class with exactly the sessions that were shown."""
    form = PlanForm()
    try:
        checked(form)
        opening = _opening(form)
        with transaction():
            made = open_class(
                opening,
                seen=form.seen.data or "",
                displaces=form.displaces.data,
                by=current_user.actor,
                key=form.key.data or "",
            )
    except PalaceError as refusal:
        sentence = told(refusal)
        again_shown = isinstance(refusal, DatesChanged | SpaceTaken | TeacherBusy | TeacherLeft)
        looked = look(_wanted(form)) if again_shown else None
        return _page(form, looked, sentence, refusal.status)
    if wants_json():
        return class_json(made), 201
    return done(
        N_("排好了，教室和老师都占下了。公众还看不到，看过再发布。"),
        "coursedesk.one",
        offering_id=made.id,
    )


def _term_of(form: LookForm) -> Term:
    return terms.get_term(int(form.term.data or 0), own_sites())


def _course_of(form: LookForm) -> Course:
    course = courses.find_usable(int(form.course.data or 0), own_sites())
    if course is None:
        form.course.errors = [gettext("请从列出的里面选。")]
        raise BadInput(fields={"course": form.course.errors[0]})
    return course


def _wanted(form: LookForm) -> Wanted:
    """Return what a form wants.

    Raises:
        NotFound, BadInput: it names a term, a course or a teacher that is none of theirs.
    """
    term = _term_of(form)
    course = _course_of(form)
    return Wanted(
        site_id=term.site_id,
        subject=course.subject,
        level=course.level,
        places=form.places.data or 0,
        space_id=int(form.space.data) if form.space.data else None,
        teacher_id=int(form.teacher.data) if form.teacher.data else None,
        series=form.series,
        begins=form.begins.data or time(),
        minutes=form.minutes.data or 0,
    )


def _opening(form: PlanForm) -> Opening:
    """Return the class a form opens; days and hours nobody typed are those of the house's figures.

    Raises:
        BadInput: no room is chosen.
    """
    wanted, term = _wanted(form), _term_of(form)
    space = db.session.get(Space, wanted.space_id) if wanted.space_id else None
    if space is None:
        form.space.errors = [gettext(NO_ROOM)]
        raise BadInput(fields={"space": form.space.errors[0]})
    teacher = get_teacher(wanted.teacher_id, [term.site_id]) if wanted.teacher_id else None
    return Opening(
        term=term,
        course=_course_of(form),
        space=space,
        teacher=teacher,
        wanted=wanted,
        facts=completed(form.facts, term, wanted.series.first),
    )


def _page(
    form: LookForm, looked: Looked | None = None, sentence: str = "", status: int = 200
) -> Response:
    own, today = own_sites(), palace_day(clock.now())
    said = (
        uses_said({way.occupancy_id for one in looked.dates for way in one.ways}) if looked else {}
    )
    if looked:
        form.seen.data = looked.seen
    return answer(
        "coursedesk/planning.html",
        lambda: _json(form, looked_json(looked, said) if looked else None),
        status=status,
        form=form,
        looked=looked,
        said=said,
        courses=[(one.id, courses.title_of(one)) for one in courses.usable(own)],
        terms=terms.coming_terms(own, today),
        patterns=PATTERN_WORDS,
        told=sentence,
    )


def _json(form: LookForm, looked: dict[str, Any] | None) -> dict[str, Any]:
    """Return a preview, or the form as it begins with its preview, where it has one already."""
    if request.method == "POST" and looked is not None:
        return looked
    return {"key": form.key.data or "", "looked": looked}
