"""Terms of one's houses: the list, a new one, and one with its dated phases."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from palace.clock import iso
from palace.coursedesk.errors import ClassMoved
from palace.coursedesk.forms import NewTermForm, TermForm
from palace.coursedesk.queries import terms as queries
from palace.coursedesk.services import terms as services
from palace.coursedesk.views.base import MAY, bp, done, get_house, houses, own_sites, told
from palace.courses.catalogue import Term
from palace.courses.queries.facts import class_rules
from palace.db import transaction
from palace.errors import PalaceError
from palace.text import N_
from palace.web import allow, answer, checked, reads, wants_json
from palace.words import named

ONE = "/terms/<id:term_id>"


@bp.get("/terms")
@allow(*MAY)
def terms() -> ResponseReturnValue:
    """Show the terms of one's houses, the last first, and where another is made."""
    return _all()


@bp.post("/terms")
@allow(*MAY)
@reads(NewTermForm)
def make_term() -> ResponseReturnValue:
    """Begin a term of one of one's houses."""
    form = NewTermForm()
    try:
        checked(form)
        site = get_house(form.site.data)
        with transaction():
            made = services.make_term(site.id, form.facts)
    except PalaceError as refusal:
        return _all(form, told(refusal), refusal.status)
    if wants_json():
        return _json(made), 201
    return done(N_("学期建好了。"), "coursedesk.term", term_id=made.id)


@bp.get(ONE)
@allow(*MAY)
def term(term_id: int) -> ResponseReturnValue:
    """Show a term, and where it is changed."""
    return _page(queries.get_term(term_id, own_sites()))


@bp.post(ONE)
@allow(*MAY)
@reads(TermForm)
def set_term(term_id: int) -> ResponseReturnValue:
    """Change a term's names, days or phases: for every class of it, at once."""
    found, form = queries.get_term(term_id, own_sites()), TermForm()
    try:
        checked(form)
        with transaction():
            services.set_term(found, form.facts, seen_before=form.seen.data or "")
    except PalaceError as refusal:
        sentence = told(refusal)
        if isinstance(refusal, ClassMoved):
            form.seen.data = services.seen(found)
        return _page(found, form, sentence, refusal.status)
    if wants_json():
        return _json(found)
    return done(N_("改好了，马上生效。"), "coursedesk.term", term_id=found.id)


def _all(form: NewTermForm | None = None, sentence: str = "", status: int = 200) -> Response:
    own, shown = houses(), queries.terms(own_sites())
    figures = class_rules(own[0].id)
    begun = form or NewTermForm(formdata=None, site=str(own[0].id), per_person=figures.per_term)
    return answer(
        "coursedesk/terms.html",
        lambda: {"terms": [_json(one) for one in shown]},
        status=status,
        terms=shown,
        counts=queries.class_counts(),
        own={site.id: site for site in own},
        form=begun,
        told=sentence,
    )


def _page(
    found: Term, form: TermForm | None = None, sentence: str = "", status: int = 200
) -> Response:
    shown = form or TermForm(formdata=None, obj=found, seen=services.seen(found))
    return answer(
        "coursedesk/term.html",
        lambda: _json(found),
        status=status,
        term=found,
        form=shown,
        told=sentence,
    )


def _json(found: Term) -> dict[str, Any]:
    return {
        "term": found.id,
        "site": found.site_id,
        "name": named(found),
        "first_on": found.first_on.isoformat(),
        "last_on": found.last_on.isoformat(),
        "shown_at": iso(found.shown_at),
        "opens_at": iso(found.opens_at),
        "public_opens_at": iso(found.public_opens_at),
        "closes_at": iso(found.closes_at),
        "per_person": found.per_person,
        "seen": services.seen(found),
    }
