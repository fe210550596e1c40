"""Every production, and one with its review and its performances."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace.db import transaction
from palace.errors import PalaceError
from palace.lists.services import answer as listed
from palace.members.posts import AT_PROGRAMME
from palace.productions import queries
from palace.productions.forms import WithdrawForm
from palace.productions.rules import FIELDS
from palace.productions.views.base import OF_ONE, bp, get_production, production_json
from palace.programme.queries import working_title
from palace.review import queries as review
from palace.review import services
from palace.review.errors import RevisionClosed, RevisionMoved
from palace.review.rules import changed_fields
from palace.web import allow, answer, checked, reads, refusal_words, wants_json


@bp.get("")
@allow(*AT_PROGRAMME)
@reads(query=queries.PRODUCTIONS.words)
def home() -> ResponseReturnValue:
    """Show every production of the desk's houses, the newest first."""
    return listed(queries.PRODUCTIONS)


@bp.get(OF_ONE)
@allow(*AT_PROGRAMME)
def production(production_id: int) -> ResponseReturnValue:
    """Show a production as the public sees it, what waits for the review, and its performances."""
    return _page(production_id)


def _page(production_id: int, refusal: PalaceError | None = None) -> Response:
    found = get_production(production_id)
    last = review.last_revision(f"production:{found.id}")
    waiting = review.open_revision(f"production:{found.id}")
    public = queries.public_fields(found.id)
    shown = waiting.fields if waiting else public or (last.fields if last else {})
    performances = queries.performances_of(found.id)
    return answer(
        "productions/production.html",
        lambda: production_json(found, waiting),
        status=refusal.status if refusal else 200,
        production=found,
        titles=working_title(found),
        fields=FIELDS,
        shown=shown,
        public=public,
        changed=changed_fields(public, shown) if public else [],
        revision=last,
        waiting=waiting,
        names=review.names_of(one.decided_by for one in last.decisions) if last else {},
        performances=performances,
        permits=queries.permits_needed(performances),
        refusal=refusal_words(refusal) if refusal else "",
    )


@bp.post(f"{OF_ONE}/withdraw")
@allow(*AT_PROGRAMME)
@reads(WithdrawForm)
def withdraw(production_id: int) -> ResponseReturnValue:
    """Take back what waits of a production; the public goes on seeing what it sees."""
    found, form = get_production(production_id), WithdrawForm()
    try:
        checked(form)
        last = review.last_revision(f"production:{found.id}")
        if last is None:
            raise RevisionClosed
        if str(last.id) != form.revision.data:
            raise RevisionMoved
        with transaction():
            services.withdraw(last, version=int(form.version.data or 0))
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(production_id, refusal)
    if wants_json():
        return production_json(found, None)
    flash(gettext("撤回了，公开的内容没有变。"))
    return redirect(url_for("productions.production", production_id=found.id), 303)
