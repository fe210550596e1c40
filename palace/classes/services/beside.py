"""A class's chat-group picture, and recorded lessons of its course."""

from __future__ import annotations

from typing import IO

from palace import clock
from palace.classes import claims, queries
from palace.classes.models import Recording
from palace.courses.claims import lock_offering
from palace.courses.models import Offering
from palace.db import db
from palace.members.services import note
from palace.pictures import services as pictures


def put_picture(offering: Offering, sent: IO[bytes]) -> None:
    """Set the picture by which people of a class find its chat group; no page shows it to others.

    Raises:
        NotAPicture, PictureTooLarge, PictureTooSmall: it is not taken.
    """
    kept = pictures.keep(sent)
    _set(offering, kept.code)
    note("class_picture_set", f"offering:{offering.id}")


def drop_picture(offering: Offering) -> None:
    """Take a class's chat-group picture away; where there is none nothing changes."""
    if offering.chat_picture is not None:
        _set(offering, None)
        note("class_picture_removed", f"offering:{offering.id}")


def _set(offering: Offering, code: str | None) -> None:
    lock_offering(offering.id)
    offering.chat_picture = code
    db.session.flush()


def add_recording(
    offering: Offering, title: str, address: str, minutes: int | None, *, by: str
) -> Recording:
    """Add a recorded lesson to the course of a class; it is kept elsewhere, at a lasting address."""
    one = Recording(
        course_id=offering.course_id,
        title_zh=title,
        minutes=minutes,
        address=address,
        added_by=by,
        added_at=clock.now(),
    )
    db.session.add(one)
    db.session.flush()
    note("recording_added", f"recording:{one.id}", after={"title": title})
    return one


def withdraw_recording(offering: Offering, recording_id: int) -> None:
    """Show a recorded lesson to nobody any more; what was counted stays. Again changes nothing.

    Raises:
        NotFound: the course of the class has none such.
    """
    one = queries.recording_of(offering.course_id, recording_id)
    if one.withdrawn_at is None:
        one.withdrawn_at = clock.now()
        db.session.flush()
        note("recording_withdrawn", f"recording:{one.id}")


def open_recording(recording_id: int, member_id: int) -> str:
    """Count that a member opens a recorded lesson, and return where it is.

    Raises:
        NotFound: there is none.
    """
    one = queries.get_recording(recording_id)
    claims.count_view(one.id, member_id, clock.palace_day(clock.now()))
    return one.address
