"""Invitations to teach: answered on the teacher's phone, sent and taken back by the office."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.courses.models import ClassSession, Offering
from palace.courses.queries.facts import sessions_of, staff_offering
from palace.courses.queries.teaching import choices
from palace.courses.states import SessionState
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import Role
from palace.rollcall import services
from palace.rollcall.forms import DeclineForm, InviteForm
from palace.rollcall.models import Invitation
from palace.rollcall.queries import invitations
from palace.rollcall.views.base import bp, class_title, own_teacher, sites
from palace.teachers.queries import get_teacher
from palace.teachers.rules import Span
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

ONE = "/teaching/invitations/<id:invitation_id>"
OF_CLASS = "/staff/offerings/<id:offering_id>/invitations"


def invitation_json(one: Invitation) -> dict[str, Any]:
    """Return an invitation as programs read it."""
    return {
        "invitation": one.id,
        "offering": one.offering_id,
        "title": class_title(one.offering),
        "teacher": one.teacher_id,
        "session": one.class_session_id,
        "asked_at": clock.iso(one.asked_at),
        "answer": one.answer,
        "why": one.why,
        "withdrawn": one.withdrawn_at is not None,
    }


@bp.get(ONE)
@allow(Role.TEACHER)
def invitation(invitation_id: int) -> ResponseReturnValue:
    """Show a teacher what they are asked to teach: which class, when and where."""
    return _page(invitation_id)


@bp.post(f"{ONE}/accept")
@allow(Role.TEACHER)
def accept(invitation_id: int) -> ResponseReturnValue:
    """Say yes: it is theirs at once, in their timetable and calendar."""
    try:
        with transaction():
            services.accept(_own(invitation_id), by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(invitation_id, refusal=refusal)
    if wants_json():
        return _page(invitation_id)
    flash(gettext("谢谢，这些课归您了，已经在您的课表里。"))
    return redirect(url_for("rollcall.home"), 303)


@bp.post(f"{ONE}/decline")
@allow(Role.TEACHER)
@reads(DeclineForm)
def decline(invitation_id: int) -> ResponseReturnValue:
    """Say no, and why."""
    form = DeclineForm()
    try:
        checked(form)
        with transaction():
            services.decline(_own(invitation_id), form.why.data or "", by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(invitation_id, form, refusal)
    if wants_json():
        return _page(invitation_id)
    flash(gettext("知道了，馆里会另外安排。"))
    return redirect(url_for("rollcall.home"), 303)


def _own(invitation_id: int) -> Invitation:
    return invitations.get_own(own_teacher().id, invitation_id)


def _page(
    invitation_id: int, form: DeclineForm | None = None, refusal: PalaceError | None = None
) -> Response:
    one = _own(invitation_id)
    return answer(
        "rollcall/invitation.html",
        lambda: invitation_json(one),
        status=refusal.status if refusal else 200,
        one=one,
        sessions=_coming(one.offering, one.class_session),
        form=form or DeclineForm(formdata=None),
        refusal=refusal_words(refusal) if refusal else "",
    )


def _coming(offering: Offering, only: ClassSession | None) -> list[ClassSession]:
    now = clock.now()
    those = [only] if only else sessions_of(offering.id)
    return [one for one in those if one.state is SessionState.PLANNED and one.starts_at > now]


@bp.get(OF_CLASS)
@allow(*AT_PROGRAMME)
def of_offering(offering_id: int) -> ResponseReturnValue:
    """Show whom the office asked to teach in a class, and who could be asked."""
    return _office(offering_id)


@bp.post(OF_CLASS)
@allow(*AT_PROGRAMME)
@reads(InviteForm)
def invite(offering_id: int) -> ResponseReturnValue:
    """Ask a teacher to teach the class, or one session of it."""
    form = InviteForm()
    try:
        checked(form)
        with transaction():
            offering = staff_offering(offering_id, sites())
            teacher = get_teacher(int(form.teacher.data or 0), [offering.term.site_id])
            class_session = _meant(offering, form.class_session.data)
            services.invite(offering, teacher, class_session, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _office(offering_id, form, refusal)
    if wants_json():
        return _office(offering_id)
    flash(gettext("问好了，老师手机上能看到，答复后这里有结果。"))
    return redirect(url_for("rollcall.of_offering", offering_id=offering_id), 303)


@bp.post("/staff/invitations/<id:invitation_id>/withdraw")
@allow(*AT_PROGRAMME)
def withdraw_invitation(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back that has no answer yet."""
    found = invitations.get_at(sites(), invitation_id)
    try:
        with transaction():
            services.withdraw(found, by=current_user.actor)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _office(found.offering_id, refusal=refusal)
    if wants_json():
        return _office(found.offering_id)
    flash(gettext("邀请收回了。"))
    return redirect(url_for("rollcall.of_offering", offering_id=found.offering_id), 303)


def _meant(offering: Offering, typed: str | None) -> ClassSession | None:
    """Return the session that is meant; None: the whole class.

    Raises:
        NotFound: it is no session of this class.
    """
    if not typed:
        return None
    found = [one for one in sessions_of(offering.id) if str(one.id) == typed]
    if not found:
        raise NotFound
    return found[0]


def _office(
    offering_id: int, form: InviteForm | None = None, refusal: PalaceError | None = None
) -> Response:
    offering = staff_offering(offering_id, sites())
    asked, coming = invitations.of_class(offering_id), _coming(offering, None)
    course, site_id = offering.course, offering.term.site_id
    spans = [Span(one.day, one.starts_at, one.ends_at) for one in coming]
    return answer(
        "rollcall/invitations.html",
        lambda: {"offering": offering.id, "invitations": [invitation_json(one) for one in asked]},
        status=refusal.status if refusal else 200,
        offering=offering,
        invitations=asked,
        coming=coming,
        choices=choices(course.subject, course.level, site_id, spans),
        form=form or InviteForm(formdata=None),
        refusal=refusal_words(refusal) if refusal else "",
    )
