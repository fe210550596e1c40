"""A member's page of a class they are in: messages, the chat group, recorded lessons."""

from __future__ import annotations

from flask import Response, redirect
from flask.typing import ResponseReturnValue

from palace import clock
from palace.classes import queries, services
from palace.classes.models import Recording
from palace.classes.views.base import bp, picture_of
from palace.courses.queries.taught import place_of
from palace.db import transaction
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.web import allow, answer
from palace.words import named

MEMBERS = (Role.MEMBER, Role.ACTING)
OF_PLACE = "/enrolments/<code:code>"


@bp.get(f"{OF_PLACE}/class")
@allow(*MEMBERS)
def mine(code: str) -> ResponseReturnValue:
    """Show who is in a class what was written to it, its chat group and its recordings."""
    enrolment = place_of(current_member().id, code)
    offering = enrolment.offering
    messages = queries.messages(offering.id)
    recordings = queries.recordings(offering.course_id)
    sessions = queries.sessions(offering.id)
    return answer(
        "classes/mine.html",
        lambda: {
            "enrolment": code,
            "offering": offering.id,
            "title": named(offering.course, "title"),
            "has_picture": offering.chat_picture is not None,
            "messages": [
                {"words": one.message.words, "sent_at": clock.iso(one.message.sent_at)}
                for one in messages
            ],
            "recordings": [recording_json(one) for one in recordings],
        },
        enrolment=enrolment,
        offering=offering,
        messages=messages,
        recordings=recordings,
        over=bool(sessions) and sessions[-1].ends_at <= clock.now(),
    )


@bp.get(f"{OF_PLACE}/picture.jpg")
@allow(*MEMBERS)
def own_picture(code: str) -> Response:
    """Send the picture of the class's chat group to who is in it."""
    return picture_of(place_of(current_member().id, code).offering)


@bp.get("/recordings")
@allow(*MEMBERS)
def recordings() -> ResponseReturnValue:
    """Show members the recorded lessons of all courses."""
    found = queries.all_recordings()
    return answer(
        "classes/recordings.html",
        lambda: {"recordings": [recording_json(one) for _course, those in found for one in those]},
        courses=found,
    )


@bp.get("/recordings/<id:recording_id>")
@allow(*MEMBERS)
def open_recording(recording_id: int) -> ResponseReturnValue:
    """Lead a member to a recorded lesson, and count it."""
    with transaction():
        address = services.open_recording(recording_id, current_member().id)
    return redirect(address, 303)


def recording_json(one: Recording) -> dict[str, object]:
    """Return a recorded lesson as programs read it."""
    return {"recording": one.id, "title": named(one, "title"), "minutes": one.minutes}
