"""What a provider says moved on its side, told by itself or brought as its file: each line once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.books.models import ProviderLine
from palace.books.rules import MOST_LINES
from palace.books.services.matching import LOOKED_BACK
from palace.clock import day_span, palace_day
from palace.db import db, transaction
from palace.members.services import note
from palace.payments.backends.base import Away, Moved, Tells, backends
from palace.payments.states import Backend

SYSTEM = "system"
log = logging.getLogger("palace.worker")


def ask_providers() -> None:
    """Ask each provider that tells by itself what moved in the days that are matched; not in a transaction.

    All of it is written down, or nothing: a half would look as if the rest had not moved.
    """
    with transaction():
        since = day_span(palace_day(clock.now()) - timedelta(days=LOOKED_BACK))[0]
    for name, backend in backends.items():
        if not isinstance(backend, Tells):
            continue
        try:
            lines = backend.moved(since)
        except Away:
            log.warning("provider did not tell what moved", extra={"values": {"backend": name}})
            continue
        with transaction():
            for first in range(0, len(lines), MOST_LINES):
                bring_moved(name, lines[first : first + MOST_LINES], by=SYSTEM)


def tells_itself() -> bool:
    """Return whether a provider says by itself what moved."""
    return any(isinstance(one, Tells) for one in backends.values())


def bring_moved(backend: Backend, lines: Sequence[Moved], *, by: str) -> tuple[int, list[date]]:
    """Write down what a provider says moved; return how many lines were new, and their days."""
    rows = [
        {
            "backend": backend,
            "reference": one.reference,
            "amount": one.amount,
            "fee": one.fee,
            "moved_at": one.moved_at,
        }
        for one in lines
    ]
    new = 0
    if rows:
        made = insert(ProviderLine).values(rows).on_conflict_do_nothing().returning(ProviderLine.id)
        new = len(db.session.execute(made).all())
    note("provider_lines_brought", f"provider:{backend.value}", after={"rows": new}, actor=by)
    return new, sorted({palace_day(one.moved_at) for one in lines})
