"""Which page of ours news are about, and whether they are what two people said of it."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from palace.db import db
from palace.payments.backends.base import Facts
from palace.payments.models import Attempt, Movement
from palace.payments.states import AttemptState, Backend


def attempt_of(backend: Backend, facts: Facts) -> Attempt | None:
    """Return the page that facts are about: by its name, by its money's, or by what we wrote on it.

    A page whose name we never heard, as our process died before the answer came, is known by the last.
    """
    wanted = select(Attempt).where(Attempt.backend == backend)
    if facts.reference is not None:
        found = db.session.scalars(wanted.where(Attempt.reference == facts.reference)).first()
        if found is not None:
            return found
    elif facts.intent is not None:
        found = db.session.scalars(wanted.where(Attempt.intent == facts.intent)).first()
        if found is not None:
            return found
    written_on = (Attempt.payment_id == facts.payment_id, Attempt.number == facts.number)
    found = db.session.scalars(wanted.where(*written_on)).first()
    is_other = found is not None and None not in (found.reference, facts.reference)
    return None if is_other else found


def is_stated_otherwise(attempt: Attempt, facts: Facts) -> bool:
    """Return whether two people said other than this of a page, or gave its money to another page."""
    if attempt.stated is not None and attempt.state is AttemptState.PAID:
        said = {"paid": facts.paid, "intent": facts.intent}
        return facts.state is not AttemptState.PAID or attempt.stated != said
    if facts.state is not AttemptState.PAID or facts.intent is None:
        return False
    money = exists().where(
        Movement.backend == attempt.backend,
        Movement.reference == facts.intent,
        Movement.payment_id.is_distinct_from(attempt.payment_id),
    )
    page = exists().where(
        Attempt.backend == attempt.backend,
        Attempt.intent == facts.intent,
        Attempt.id != attempt.id,
    )
    return bool(db.session.scalar(select(or_(money, page))))
