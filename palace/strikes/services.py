"""Forgiving a strike."""

from __future__ import annotations

from datetime import datetime

from palace.db import db
from palace.members.services import note
from palace.strikes import queries, rules
from palace.strikes.errors import StrikeClosed
from palace.strikes.models import Strike


def forgive(strike_id: int, actor: str, why: str, now: datetime) -> Strike:
    """Let a strike count no more, at this instant.

    Raises:
        NotFound: there is no such strike.
        NotYoursToDecide: it is the actor's own, or they wrote it down.
        StrikeClosed: it counts no more already.
    """
    strike = queries.get_locked(strike_id)
    rules.check_forgives(actor, member_id=strike.member_id, written_by=strike.written_by)
    if strike.forgiven_at:
        raise StrikeClosed
    strike.forgiven_at, strike.forgiven_by, strike.why = now, actor, why
    db.session.flush()
    note("strike_forgiven", f"strike:{strike.id}", after={"state": "forgiven"}, why=why)
    return strike
