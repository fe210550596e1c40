"""What is taught: a term's classes, and one class with everything people ask before they enrol."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from palace import clock
from palace.clock import iso
from palace.courses.catalogue import Term
from palace.courses.forms import LookForm
from palace.courses.models import ClassSession, Offering
from palace.courses.queries import catalogue, facts
from palace.courses.queries.catalogue import Stub, When
from palace.courses.rules import late_until
from palace.courses.states import SessionState
from palace.courses.views.base import bp
from palace.courses.views.told import class_json, stub_json, term_json
from palace.members.rules import Known
from palace.teachers.rules import LEVELS
from palace.web import answer, public, reads


@bp.get("/courses")
@public
@reads(LookForm)
def home() -> ResponseReturnValue:
    """Show the classes of a term: what, when, where, by whom, how many places are left."""
    return _catalogue(LookForm(request.args))


@bp.get("/offerings")
@public
@reads(LookForm)
def offerings() -> ResponseReturnValue:
    """Show the same under the name that programs ask for."""
    return _catalogue(LookForm(request.args))


def _catalogue(form: LookForm) -> Response:
    now = clock.now()
    form.validate()
    asked = {name: None if form[name].errors else form[name].data for name in form.data}
    terms = catalogue.terms(now)
    term = next((one for one in terms if one.id == asked["term"]), terms[0] if terms else None)
    every = catalogue.stubs([term.id], now) if term else []
    when = When(asked["when"]) if asked["when"] else None
    found = catalogue.fitting(
        every, subject=asked["subject"] or None, when=when, free=bool(asked["free"])
    )
    return answer(
        "courses/home.html",
        lambda: _json(terms, term, found),
        terms=terms,
        term=term,
        found=found,
        subjects=_taught(every),
        asked=asked,
        sites=catalogue.sites(),
        now=now,
    )


def _taught(every: Sequence[Stub]) -> list[Any]:
    """Return the subjects of which there is a class."""
    there = {one.offering.course.subject for one in every}
    return [one for one in catalogue.subjects() if one.code in there]


def _json(terms: Sequence[Term], term: Term | None, found: Sequence[Stub]) -> dict[str, Any]:
    return {
        "now": iso(clock.now()),
        "terms": [term_json(one) for one in terms],
        "term": term.id if term else None,
        "offerings": [stub_json(one) for one in found],
    }


@bp.get("/offerings/<id:offering_id>")
@public
def offering(offering_id: int) -> ResponseReturnValue:
    """Show a class: every date, the fees, who may enrol from when, how many places are left."""
    found, now = facts.offering(offering_id), clock.now()
    stub = catalogue.stubs_of([found], now)[0]
    sessions = facts.sessions_of(found.id)
    planned = [one for one in sessions if one.state is SessionState.PLANNED]
    who: Known | None = current_user.member if current_user.is_authenticated else None
    return answer(
        "courses/offering.html",
        lambda: class_json(stub, sessions),
        stub=stub,
        one=found,
        course=found.course,
        levels=LEVELS,
        sessions=sessions,
        made_up={one.instead_of: one for one in sessions if one.instead_of},
        first=planned[0] if planned else None,
        trial_until=_trial_until(found, planned),
        house=catalogue.sites()[found.term.site_id],
        mine=facts.live_enrolments_in(who.id, found.id) if who else [],
        now=now,
    )


def _trial_until(found: Offering, planned: Sequence[ClassSession]) -> datetime | None:
    """Return until when sessions may be tried; None: none is planned yet."""
    ends_at = max((one.ends_at for one in planned), default=None)
    return late_until([one.starts_at for one in planned], ends_at, found.trial_sessions)
