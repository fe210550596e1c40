"""The statement that lets a ticket in once; the row it makes says who was first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.tickets.models import Admission

FIRST_ENTRY = 1


def admit(ticket_id: int, gate: str) -> datetime | None:
    """Let a ticket in by a gate; return when, or None: it was let in before.

    The caller holds the ticket's row lock, so a ticket given back meanwhile is never let in.
    """
    new = insert(Admission).values(
        ticket_id=ticket_id,
        entry=FIRST_ENTRY,
        counts=True,
        admitted_at=func.palace_clock(),
        gate=gate,
    )
    won = new.on_conflict_do_nothing(
        index_elements=[Admission.ticket_id, Admission.entry], index_where=text("counts")
    )
    return db.session.scalars(won.returning(Admission.admitted_at)).one_or_none()
