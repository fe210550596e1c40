"""What a provider says moved on its side, brought as its file: each line once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.dialects.postgresql import insert

from palace.books.models import ProviderLine
from palace.books.rules import Moved
from palace.clock import palace_day
from palace.db import db
from palace.members.services import note
from palace.payments.states import Backend


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
