"""Writing a production: what is typed goes into the review, a picture with it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.db import transaction
from palace.errors import BadInput, NotFound, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.members.rules import Role
from palace.pictures import queries as pictures
from palace.productions import queries, services
from palace.productions.forms import NewProductionForm, ProductionForm
from palace.productions.rules import FIELDS
from palace.productions.views.base import (
    OF_ONE,
    bp,
    get_production,
    production_json,
    sites_of_desk,
)
from palace.programme.models import Production
from palace.programme.queries import working_title
from palace.programme.rules import KINDS, LATE_ENTRY
from palace.review import queries as review
from palace.review import services as review_services
from palace.review.errors import RevisionMoved, SiteNotYours
from palace.review.rules import changed_fields
from palace.review.written import fields_now
from palace.security import public_code
from palace.venues.queries import find_site, sites
from palace.web import allow, answer, reads, refusal_words, wants_json


@bp.get("/productions/new")
@allow(*AT_PROGRAMME)
def new() -> ResponseReturnValue:
    """Ask what a new production is."""
    return _form_page(_blank())


def _blank() -> NewProductionForm:
    return NewProductionForm(formdata=None, late_entry="any_time", key=public_code())


@bp.post("/productions")
@allow(*AT_PROGRAMME)
@reads(NewProductionForm)
def create() -> ResponseReturnValue:
    """Send a new production into the review."""
    form = NewProductionForm()
    try:
        form.take_in()
        with transaction():
            made = services.create(
                form.values,
                current_user.actor,
                key=form.key.data or "",
                site_id=_site_of(form),
                within=sites_of_desk(),
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        return _form_page(form, refusal=refusal)
    return _sent_in(made, 201)


def _site_of(form: NewProductionForm) -> int | None:
    """Return the house a new production belongs to: the only one of the desk, where it has one.

    Raises:
        SiteNotYours: there is no such house.
    """
    own, code = sites_of_desk(), (form.site.data or "").strip()
    if not code:
        return next(iter(own)) if own is not None and len(own) == 1 else None
    found = find_site(code)
    if found is None:
        raise SiteNotYours
    return found.id


@bp.get(f"{OF_ONE}/change")
@allow(*AT_PROGRAMME)
def ask_change(production_id: int) -> ResponseReturnValue:
    """Show the fields of a production to be changed: what waits, or else what the public sees."""
    found = get_production(production_id)
    return _form_page(_filled(found), found)


def _filled(production: Production) -> ProductionForm:
    form = ProductionForm(formdata=None, **_now(production))
    form.seen.data = review_services.state_of(services.subject_of(production))
    return form


@bp.post(f"{OF_ONE}/change")
@allow(*AT_PROGRAMME)
@reads(ProductionForm)
def change(production_id: int) -> ResponseReturnValue:
    """Send changed fields of a production into the review; the public keeps the old until they passed."""
    found, form = get_production(production_id), ProductionForm()
    try:
        form.take_in()
        with transaction():
            review_services.propose(
                services.subject_of(found),
                form.values,
                current_user.actor,
                seen=form.seen.data or "",
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        return _form_page(form, found, refusal)
    return _sent_in(found, 200)


def _now(production: Production) -> dict[str, Any]:
    return fields_now(services.subject_of(production), queries.public_fields(production.id))


def _form_page(
    form: ProductionForm,
    production: Production | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    moved = _moved(form, production, refusal)
    known = refusal is None or isinstance(refusal, BadInput)
    return answer(
        "productions/form.html",
        lambda: {
            "seen": form.seen.data or "",
            "key": form.key.data if isinstance(form, NewProductionForm) else None,
            "fields": _now(production) if production else {},
        },
        status=refusal.status if refusal else 200,
        form=form,
        production=production,
        titles=working_title(production) if production else ("", ""),
        kinds=KINDS,
        late_entry=LATE_ENTRY,
        partners=queries.partner_names(),
        sites=_sites() if production is None else [],
        moved=moved,
        refusal="" if known or form.errors or refusal is None else refusal_words(refusal),
    )


def _sites() -> list[Any]:
    own = sites_of_desk()
    return [site for site in sites() if own is None or site.id in own]


def _moved(
    form: ProductionForm, production: Production | None, refusal: PalaceError | None
) -> list[tuple[Any, Any]]:
    """Return what others made of the fields meanwhile: field and value; the form goes on from there."""
    if production is None or not isinstance(refusal, RevisionMoved):
        return []
    form.seen.data = review_services.state_of(services.subject_of(production))
    now = _now(production)
    differ = changed_fields(now, form.values)
    return [(field, now.get(field.name)) for field in FIELDS if field.name in differ]


def _sent_in(production: Production, status: int) -> ResponseReturnValue:
    if wants_json():
        waiting = review.open_revision(services.subject_of(production))
        return production_json(production, waiting), status
    flash(gettext("送审了。审核通过以前，公开的内容不变。"))
    return redirect(url_for("productions.production", production_id=production.id), 303)


@bp.get("/pictures/<code:code>.jpg")
@allow(*AT_PROGRAMME, Role.REVIEWER)
def picture(code: str) -> Response:
    """Send a picture to who writes and reviews, before the public may see it."""
    content = pictures.any_bytes(code, "large")
    if content is None:
        raise NotFound
    return Response(content, mimetype="image/jpeg")
