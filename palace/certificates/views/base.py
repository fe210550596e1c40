"""What the pages of certificates share: the blueprint, and a certificate as programs read it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response
from flask_login import current_user

from palace import clock
from palace.certificates import printing
from palace.certificates.models import Certificate
from palace.certificates.printing import Job
from palace.members.rules import mask_name
from palace.throttle import limiter
from palace.words import named

bp = Blueprint("certificates", __name__)
PRINTS = limiter.shared_limit(
    "20 per minute", scope="prints", key_func=lambda: str(current_user.actor)
)
"""Paper is dear: nobody makes others wait by printing the same over and over."""


def certificate_json(one: Certificate) -> dict[str, Any]:
    """Return a certificate as programs read it, the name masked."""
    return {
        "code": one.code,
        "number": one.number,
        "name": mask_name(one.name),
        "title": named(one, "title"),
        "attended": one.attended,
        "held": one.held,
        "minutes": one.minutes,
        "issued_at": clock.iso(one.issued_at),
        "revoked_at": clock.iso(one.revoked_at) if one.revoked_at else None,
    }


def sent(job: Job, name: str) -> Response:
    """Print a document and send it, to be shown."""
    response = make_response(printing.pdf(job))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
