"""What the pages of teachers share: the blueprint, whose they are, and a session as programs read it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, url_for
from flask_login import current_user

from palace import clock
from palace.courses.models import ClassSession, Offering
from palace.courses.services.telling import titles
from palace.members.posts import AT_PROGRAMME
from palace.rollcall.errors import NoTeacher
from palace.rollcall.rules import Tally
from palace.teachers.models import Teacher
from palace.teachers.queries import find_teacher
from palace.words import language, whole_month

bp = Blueprint("rollcall", __name__)
bp.add_app_template_filter(whole_month)


@bp.app_template_filter("class_title")
def class_title(of: Offering) -> str:
    """Return what a class is called: its course, and which of them."""
    return titles(of)[language()]


def own_teacher() -> Teacher:
    """Return the teacher who is signed in.

    Raises:
        NoTeacher: they have the post, but no house lists them.
    """
    member = current_user.member
    found = find_teacher(member.id) if member else None
    if found is None:
        raise NoTeacher
    return found


def sites() -> frozenset[int] | None:
    """Return the houses whose classes this person looks after; None: all."""
    found: frozenset[int] | None = current_user.sites(*AT_PROGRAMME)
    return found


def address(endpoint: str, **values: Any) -> str:
    """Return a whole address: phones come from elsewhere."""
    return str(current_app.extensions["palace"].public_url) + url_for(endpoint, **values)


def session_json(one: ClassSession) -> dict[str, Any]:
    """Return a session as programs read it."""
    return {
        "session": one.id,
        "offering": one.offering_id,
        "title": class_title(one.offering),
        "number": one.number,
        "starts_at": clock.iso(one.starts_at),
        "ends_at": clock.iso(one.ends_at),
        "space": one.space_id,
        "state": one.state,
    }


def tally_json(tally: Tally) -> dict[str, int]:
    """Return how many were at a session as programs read it."""
    return {
        "present": tally.present,
        "late": tally.late,
        "excused": tally.excused,
        "absent": tally.absent,
    }
