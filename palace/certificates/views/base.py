"""What the pages of certificates share: the blueprint, and a certificate as programs read it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from palace import clock
from palace.certificates.models import Certificate
from palace.members.rules import mask_name
from palace.words import named

bp = Blueprint("certificates", __name__)


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
