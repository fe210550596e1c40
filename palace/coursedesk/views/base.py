"""What the desk's pages share: the blueprint, whose houses, classes and sessions as programs read them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select

from palace import words
from palace.clock import iso
from palace.coursedesk.queries.classes import called, enrolled_in
from palace.coursedesk.services.classes import seen_of
from palace.courses.catalogue import Term
from palace.courses.models import ClassSession, Offering
from palace.courses.queries.facts import sessions_of, staff_offering
from palace.db import db
from palace.errors import BadInput, NotFound, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import Role
from palace.venues.models import Site
from palace.venues.queries import Sites
from palace.venues.queries import sites as every_site
from palace.web import pass_on, refusal_words

DESK = "/staff/courses"
MAY = AT_PROGRAMME
LOOKS = (*AT_PROGRAMME, Role.REVIEWER)
"""Who may be the second person where a class is called off."""
ADMINISTRATORS = (Role.ADMIN, Role.SITE_ADMIN)

bp = Blueprint("coursedesk", __name__, url_prefix=DESK)


def own_sites() -> Sites:
    """Return the houses whose courses this person looks after; None: all."""
    found: Sites = current_user.sites(*MAY)
    return found


def looked_at() -> Sites:
    """Return the houses where this person may be the second to call a class off; None: all."""
    found: Sites = current_user.sites(*LOOKS)
    return found


def houses() -> list[Site]:
    """Return the houses this person looks after, the head first."""
    own = own_sites()
    return [one for one in every_site() if own is None or one.id in own]


def get_house(number: str | None) -> Site:
    """Return one of this person's houses by its number, as a form has it.

    Raises:
        NotFound: there is none.
    """
    found = next((one for one in houses() if str(one.id) == number), None)
    if found is None:
        raise NotFound
    return found


def get_class(offering_id: int) -> Offering:
    """Return a class of this person's houses.

    Raises:
        NotFound: there is none.
    """
    return staff_offering(offering_id, own_sites())


def get_session(session_id: int) -> ClassSession:
    """Return a session of a class of this person's houses.

    Raises:
        NotFound: there is none.
    """
    wanted = (
        select(ClassSession)
        .join(Offering, Offering.id == ClassSession.offering_id)
        .join(Term, Term.id == Offering.term_id)
        .where(ClassSession.id == session_id)
    )
    own = own_sites()
    if own is not None:
        wanted = wanted.where(Term.site_id.in_(own))
    found = db.session.scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def told(refusal: PalaceError) -> str:
    """Return a refusal's sentence for a page that shows its form again; bad fields say it themselves.

    Raises:
        PalaceError: the refusal itself, to programs, and of what is not there.
    """
    pass_on(refusal)
    db.session.rollback()
    return "" if isinstance(refusal, BadInput) else refusal_words(refusal)


def done(said: str, endpoint: str, **where: Any) -> ResponseReturnValue:
    """Say that something is done, and go on to a page."""
    flash(gettext(said))
    return redirect(url_for(endpoint, **where), 303)


def class_json(offering: Offering) -> dict[str, Any]:
    """Return a class as programs read it."""
    return {
        "class": offering.id,
        "title": called(offering),
        "term": offering.term_id,
        "course": offering.course_id,
        "space": offering.space_id,
        "teacher": offering.teacher_id,
        "state": offering.state.value,
        "places": offering.places,
        "enrolled": enrolled_in(offering.id),
        "minimum": offering.minimum,
        "decides_on": offering.decides_on.isoformat() if offering.decides_on else None,
        "confirmed": offering.confirmed_at is not None,
        "seen": seen_of(offering),
        "sessions": [session_json(one) for one in sessions_of(offering.id)],
    }


def session_json(one: ClassSession) -> dict[str, Any]:
    """Return a session as programs read it."""
    return {
        "session": one.id,
        "number": one.number,
        "starts_at": iso(one.starts_at),
        "ends_at": iso(one.ends_at),
        "space": one.space_id,
        "room": words.named(one.space),
        "teacher": one.teacher_id,
        "state": one.state.value,
        "instead_of": one.instead_of,
    }
