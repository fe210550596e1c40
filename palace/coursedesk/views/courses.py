"""Courses: the list, one with its review and its classes, and writing one: all goes through the review."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.coursedesk.forms import CourseForm, NewCourseForm, WithdrawForm
from palace.coursedesk.queries import courses as queries
from palace.coursedesk.queries.classes import called
from palace.coursedesk.rules import FIELDS
from palace.coursedesk.services import courses as services
from palace.coursedesk.views.base import MAY, bp, done, houses, own_sites, told
from palace.courses.catalogue import Course
from palace.db import transaction
from palace.errors import BadInput, PalaceError
from palace.lists.services import answer as listed
from palace.review import queries as review
from palace.review import services as review_services
from palace.review.errors import RevisionClosed, RevisionMoved, SiteNotYours
from palace.review.rules import changed_fields
from palace.review.written import fields_now
from palace.security import public_code
from palace.teachers.rules import LEVELS, SUBJECTS
from palace.text import N_
from palace.web import allow, answer, checked, reads, wants_json

ONE = "/courses/<id:course_id>"


@bp.get("/courses")
@allow(*MAY)
@reads(query=queries.COURSES.words)
def courses() -> ResponseReturnValue:
    """Show the courses of one's houses, the newest first."""
    return listed(queries.COURSES)


@bp.get("/courses/new")
@allow(*MAY)
def new_course() -> ResponseReturnValue:
    """Ask what a new course is."""
    return _form_page(_blank())


def _blank() -> NewCourseForm:
    return NewCourseForm(formdata=None, key=public_code(), level="0")


@bp.post("/courses")
@allow(*MAY)
@reads(NewCourseForm)
def write_course() -> ResponseReturnValue:
    """Send a new course into the review."""
    form = NewCourseForm()
    try:
        form.take_in()
        with transaction():
            made = review_services.begin(
                Course,
                form.values,
                current_user.actor,
                key=form.key.data or "",
                site_id=_site_of(form),
                within=own_sites(),
            )
    except PalaceError as refusal:
        return _form_page(form, sentence=told(refusal), status=refusal.status)
    if wants_json():
        return _json(made), 201
    return done(N_("送审了。审核通过以前不公开。"), "coursedesk.course", course_id=made.id)


def _site_of(form: NewCourseForm) -> int | None:
    """Return the house a new course belongs to; the whole palace's where all houses are theirs.

    Raises:
        SiteNotYours: there is no such house.
    """
    own, number = houses(), form.site.data
    if not number:
        return own[0].id if own_sites() is not None and len(own) == 1 else None
    found = next((one for one in own if str(one.id) == number), None)
    if found is None:
        raise SiteNotYours
    return found.id


@bp.get(ONE)
@allow(*MAY)
def course(course_id: int) -> ResponseReturnValue:
    """Show a course as the public sees it, what waits for the review, and its classes."""
    return _page(queries.get_course(course_id, own_sites()))


@bp.get(f"{ONE}/change")
@allow(*MAY)
def ask_change(course_id: int) -> ResponseReturnValue:
    """Show the fields of a course to be changed: what waits, or else what the public sees."""
    found = queries.get_course(course_id, own_sites())
    return _form_page(_filled(found), found)


def _filled(found: Course) -> CourseForm:
    fields = _now(found)
    return CourseForm(
        formdata=None,
        **fields | {"level": str(fields.get("level") or 0)},
        prerequisite=str(found.prerequisite_id or ""),
        seen=review_services.state_of(services.subject_of(found)),
    )


@bp.post(f"{ONE}/change")
@allow(*MAY)
@reads(CourseForm)
def change_course(course_id: int) -> ResponseReturnValue:
    """Send changed fields of a course into the review; the public keeps the old until they passed."""
    found, form = queries.get_course(course_id, own_sites()), CourseForm()
    try:
        form.take_in()
        builds_on = _builds_on(form, found)
        with transaction():
            services.change(
                found,
                form.values,
                current_user.actor,
                seen=form.seen.data or "",
                prerequisite=builds_on,
            )
    except PalaceError as refusal:
        sentence = told(refusal)
        if isinstance(refusal, RevisionMoved):
            form.seen.data = review_services.state_of(services.subject_of(found))
        return _form_page(form, found, sentence, refusal.status)
    if wants_json():
        return _json(found)
    return done(
        N_("送审了。审核通过以前，公开的内容不变。"), "coursedesk.course", course_id=found.id
    )


def _builds_on(form: CourseForm, course: Course) -> int | None:
    """Return the course that who enrols has finished.

    Raises:
        BadInput: there is none, or it is the course itself.
    """
    number = form.builds_on
    if number is None:
        return None
    if number == course.id or queries.find_usable(number, own_sites()) is None:
        form.prerequisite.errors = [gettext("请从列出的里面选。")]
        raise BadInput(fields={"prerequisite": form.prerequisite.errors[0]})
    return number


@bp.post(f"{ONE}/withdraw")
@allow(*MAY)
@reads(WithdrawForm)
def withdraw_course(course_id: int) -> ResponseReturnValue:
    """Take back what waits of a course; the public goes on seeing what it sees."""
    found, form = queries.get_course(course_id, own_sites()), WithdrawForm()
    try:
        checked(form)
        last = review.last_revision(services.subject_of(found))
        if last is None:
            raise RevisionClosed
        if str(last.id) != form.revision.data:
            raise RevisionMoved
        with transaction():
            review_services.withdraw(last, version=int(form.version.data or 0))
    except PalaceError as refusal:
        return _page(found, told(refusal), refusal.status)
    if wants_json():
        return _json(found)
    return done(N_("撤回了，公开的内容没有变。"), "coursedesk.course", course_id=found.id)


def _now(course: Course) -> dict[str, Any]:
    return fields_now(services.subject_of(course), queries.public_fields(course.id))


def _form_page(
    form: CourseForm, found: Course | None = None, sentence: str = "", status: int = 200
) -> Response:
    others = [one for one in queries.usable(own_sites()) if found is None or one.id != found.id]
    return answer(
        "coursedesk/course_form.html",
        lambda: {
            "seen": form.seen.data or "",
            "key": form.key.data if isinstance(form, NewCourseForm) else None,
            "fields": _now(found) if found else {},
        },
        status=status,
        form=form,
        course=found,
        title=queries.title_of(found) if found else "",
        subjects=SUBJECTS,
        levels=LEVELS,
        others=[(one.id, queries.title_of(one)) for one in others],
        sites=houses() if found is None else [],
        told=sentence,
    )


def _page(found: Course, sentence: str = "", status: int = 200) -> Response:
    subject = services.subject_of(found)
    last, waiting = review.last_revision(subject), review.open_revision(subject)
    public = queries.public_fields(found.id)
    shown = waiting.fields if waiting else public or (last.fields if last else {})
    return answer(
        "coursedesk/course.html",
        lambda: _json(found),
        status=status,
        course=found,
        title=queries.title_of(found),
        fields=FIELDS,
        shown=shown,
        public=public,
        changed=changed_fields(public, shown) if public else [],
        revision=last,
        waiting=waiting,
        names=review.names_of(one.decided_by for one in last.decisions) if last else {},
        prerequisite=queries.title_of(found.prerequisite) if found.prerequisite else "",
        classes=[(one, called(one)) for one in queries.classes_of(found.id)],
        told=sentence,
    )


def _json(found: Course) -> dict[str, Any]:
    waiting = review.open_revision(services.subject_of(found))
    return {
        "course": found.id,
        "reviewed": review.is_reviewed(services.subject_of(found)),
        "prerequisite": found.prerequisite_id,
        "fields": queries.public_fields(found.id),
        "revision": {
            "revision": waiting.id,
            "version": waiting.version,
            "state": waiting.state.value,
            "fields": waiting.fields,
        }
        if waiting
        else None,
    }
