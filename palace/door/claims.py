"""The statement that lets a ticket in once; the row it makes says who was first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, text
from sqlalchemy.dialects.postgresql import insert

from palace.statements import execute
from palace.tickets.models import Admission

FIRST_ENTRY = 1


ENTER = (
    insert(Admission)
    .values(
        ticket_id=bindparam("ticket_id"),
        entry=FIRST_ENTRY,
        counts=True,
        admitted_at=func.palace_clock(),
        gate=bindparam("gate"),
    )
    .on_conflict_do_nothing(
        index_elements=[Admission.ticket_id, Admission.entry], index_where=text("counts")
    )
    .returning(Admission.admitted_at)
)
"""Made once: making it anew costs a door more than asking it."""


def admit(ticket_id: int, gate: str) -> datetime | None:
    """Let a ticket in by a gate; return when, or None: it was let in before.

    The caller holds the ticket's row lock, so a ticket given back meanwhile is never let in.
    """
    entered = execute(ENTER, {"ticket_id": ticket_id, "gate": gate})
    return entered[0].admitted_at if entered else None
