"""What the audit has no words for, of all that a test did."""

from __future__ import annotations

import re

from sqlalchemy import select

from palace.audit.values import CODES
from palace.db import db
from palace.members.models import AuditLine

CODE = re.compile("[a-z_]+")
TYPED = {"gate"}
"""Values that somebody types."""


def codes_without_words() -> list[tuple[str, str]]:
    """Return what the audit would say as the code writes it, of all that was done here."""
    told = db.session.execute(select(AuditLine.before, AuditLine.after)).all()
    values = [one for line in told for side in line for one in (side or {}).items()]
    return [
        (name, value)
        for name, value in values
        if isinstance(value, str)
        and CODE.fullmatch(value)
        and name not in TYPED
        and value not in CODES.get(name, {})
    ]
