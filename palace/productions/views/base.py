"""What the pages of productions share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import current_user

from palace.members.posts import AT_PROGRAMME
from palace.productions import queries
from palace.programme.models import Production
from palace.review import queries as review
from palace.review.models import Revision
from palace.venues.queries import Sites

OF_ONE = "/productions/<id:production_id>"

bp = Blueprint("productions", __name__, url_prefix="/staff/programme")


def sites_of_desk() -> Sites:
    """Return the houses whose productions this programme manager writes; None: all."""
    found: Sites = current_user.sites(*AT_PROGRAMME)
    return found


def get_production(production_id: int) -> Production:
    """Return a production this programme manager writes."""
    return queries.get_production(production_id, sites_of_desk())


def production_json(production: Production, revision: Revision | None) -> dict[str, Any]:
    """Return a production as programs read it: what the public sees, and what waits."""
    return {
        "production": production.id,
        "reviewed": review.is_reviewed(f"production:{production.id}"),
        "fields": queries.public_fields(production.id),
        "revision": revision_json(revision) if revision else None,
    }


def revision_json(revision: Revision) -> dict[str, Any]:
    """Return what waits of a production."""
    return {
        "revision": revision.id,
        "version": revision.version,
        "state": revision.state.value,
        "fields": revision.fields,
    }
