"""A class beside its sessions, for its teacher and the office: messages, picture, recordings, a troupe."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.classes import queries, services
from palace.classes.errors import NoPicture
from palace.classes.forms import MessageForm, RecordingForm, TroupeForm
from palace.classes.views.base import MAY, OF_CLASS, bp, picture_of
from palace.courses.queries.facts import staff_offering
from palace.courses.queries.taught import class_of
from palace.db import db, transaction
from palace.errors import BadInput, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.text import N_
from palace.troupes.rules import KINDS
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json
from palace.words import named


@bp.get(OF_CLASS)
@allow(*MAY)
def home(offering_id: int) -> ResponseReturnValue:
    """Show who is in a class, what was written to it, its picture and its recordings."""
    return _page(offering_id)


@bp.post(f"{OF_CLASS}/messages")
@allow(*MAY)
@reads(MessageForm)
def send(offering_id: int) -> ResponseReturnValue:
    """Write to everybody of a class."""
    found, form = class_of(offering_id, current_user), MessageForm()
    try:
        checked(form)
        with transaction():
            services.send(found, form.words.data or "", by=current_user.actor)
    except PalaceError as refusal:
        return _refused(offering_id, refusal, message=form)
    return _done(offering_id, N_("发出去了，晚上的等早上再发。"))


@bp.post(f"{OF_CLASS}/picture")
@allow(*MAY)
def put_picture(offering_id: int) -> ResponseReturnValue:
    """Set the picture by which people of a class find its chat group."""
    found, sent = class_of(offering_id, current_user), request.files.get("picture")
    try:
        if sent is None or not sent.filename:
            raise NoPicture
        with transaction():
            services.put_picture(found, sent.stream)
    except PalaceError as refusal:
        return _refused(offering_id, refusal)
    return _done(offering_id, N_("换好了，只有这个班的人看得到。"))


@bp.post(f"{OF_CLASS}/picture/remove")
@allow(*MAY)
def drop_picture(offering_id: int) -> ResponseReturnValue:
    """Take the picture of a class's chat group away."""
    found = class_of(offering_id, current_user)
    with transaction():
        services.drop_picture(found)
    return _done(offering_id, N_("去掉了。"))


@bp.get(f"{OF_CLASS}/picture.jpg")
@allow(*MAY)
def picture(offering_id: int) -> Response:
    """Send the picture of a class's chat group to its teacher or the office."""
    return picture_of(class_of(offering_id, current_user))


@bp.post(f"{OF_CLASS}/recordings")
@allow(*MAY)
@reads(RecordingForm)
def add_recording(offering_id: int) -> ResponseReturnValue:
    """Add a recorded lesson to the course of a class."""
    found, form = class_of(offering_id, current_user), RecordingForm()
    try:
        checked(form)
        with transaction():
            of = (form.title.data or "", form.address.data or "", form.minutes.data)
            services.add_recording(found, *of, by=current_user.actor)
    except PalaceError as refusal:
        return _refused(offering_id, refusal, recording=form)
    return _done(offering_id, N_("加上了，工会会员登录后就能看。"))


@bp.post(f"{OF_CLASS}/recordings/<id:recording_id>/withdraw")
@allow(*MAY)
def withdraw_recording(offering_id: int, recording_id: int) -> ResponseReturnValue:
    """Show a recorded lesson to nobody any more."""
    found = class_of(offering_id, current_user)
    with transaction():
        services.withdraw_recording(found, recording_id)
    return _done(offering_id, N_("撤下了。"))


@bp.post(f"{OF_CLASS}/troupe")
@allow(*AT_PROGRAMME)
@reads(TroupeForm)
def make_troupe(offering_id: int) -> ResponseReturnValue:
    """Make a troupe of everybody of a class, in one action."""
    found = staff_offering(offering_id, current_user.sites(*AT_PROGRAMME))
    form = TroupeForm()
    try:
        checked(form)
        with transaction():
            made = services.make_troupe(found, form.name.data or "", form.chosen)
    except PalaceError as refusal:
        return _refused(offering_id, refusal, troupe=form)
    if wants_json():
        return {"troupe": made.id}, 201
    flash(gettext("团队建好了，请指定负责人。"))
    return redirect(url_for("troupedesk.troupe", troupe_id=made.id), 303)


def _done(offering_id: int, said: str) -> ResponseReturnValue:
    if wants_json():
        return _page(offering_id)
    flash(gettext(said))
    return redirect(url_for("classes.home", offering_id=offering_id), 303)


def _refused(offering_id: int, refusal: PalaceError, **forms: Any) -> Response:
    pass_on(refusal)
    db.session.rollback()
    said = "" if isinstance(refusal, BadInput) else refusal_words(refusal)
    return _page(offering_id, said, refusal.status, **forms)


def _page(offering_id: int, said: str = "", status: int = 200, **forms: Any) -> Response:
    found = class_of(offering_id, current_user)
    people, messages = queries.roster(offering_id), queries.messages(offering_id)
    opened, sessions = queries.opened(found.course_id), queries.sessions(offering_id)
    return answer(
        "classes/home.html",
        lambda: {
            "offering": found.id,
            "title": named(found.course, "title"),
            "people": len(people),
            "has_picture": found.chat_picture is not None,
            "messages": [
                {"words": one.message.words, "sent_at": clock.iso(one.message.sent_at)}
                for one in messages
            ],
            "recordings": [_opened_json(one) for one in opened],
        },
        status=status,
        offering=found,
        people=people,
        messages=messages,
        opened=opened,
        sessions=sessions,
        kinds=KINDS,
        message=forms.get("message") or MessageForm(formdata=None),
        recording=forms.get("recording") or RecordingForm(formdata=None),
        troupe=forms.get("troupe") or TroupeForm(formdata=None),
        told=said,
    )


def _opened_json(one: queries.Opened) -> dict[str, Any]:
    return {
        "recording": one.recording.id,
        "title": named(one.recording, "title"),
        "minutes": one.recording.minutes,
        "people": one.people,
        "times": one.times,
        "withdrawn_at": clock.iso(one.recording.withdrawn_at)
        if one.recording.withdrawn_at
        else None,
    }
