"""Which ladders there are, and how many shows are sold by each; never writes."""

from __future__ import annotations

from sqlalchemy import func, select

from palace.db import db
from palace.errors import NotFound
from palace.payments.models import Ladder
from palace.programme.models import Performance


def get_ladder(ladder_id: int) -> Ladder:
    """Return a ladder.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Ladder, ladder_id)
    if found is None:
        raise NotFound
    return found


def shows_by(ladder_id: int) -> int:
    """Return how many shows are sold by a ladder that was named for them."""
    wanted = select(func.count()).where(Performance.ladder_id == ladder_id)
    return db.session.scalars(wanted).one()
