"""A page whose provider cannot be asked any more: two people say what they saw on the provider's own pages.

Its keys were taken out of the settings, or are another account's. What both saw is applied as if the provider
had said it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select

from palace import clock
from palace.db import db, literally, transaction
from palace.members.services import note
from palace.money import Fen
from palace.payments.backends.base import Facts, backends
from palace.payments.errors import PageAnswers, SlipKnown
from palace.payments.models import Attempt
from palace.payments.services.facts import apply_facts
from palace.payments.services.locking import lock
from palace.payments.services.recognising import is_stated_otherwise
from palace.payments.services.reviewing import look_into
from palace.payments.states import LONG_OVER, OPEN_ATTEMPTS, AttemptState, Review


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What somebody saw of a page: how much was paid by it (0: it is closed), and that money's name."""

    paid: Fen
    intent: str | None


def unasked(payment_id: int) -> Attempt | None:
    """Return the page of a payment that is open, as nobody can ask what became of it."""
    mine = (Attempt.payment_id == payment_id, Attempt.state.in_(literally(OPEN_ATTEMPTS)))
    wanted = select(Attempt).where(*mine).execution_options(populate_existing=True)
    found = db.session.scalars(wanted).first()
    if found is None or found.backend not in backends:
        return found
    waits = found.state is not AttemptState.PROCESSING
    return found if waits and is_long_over(found.page_ends_at, clock.now()) else None


def is_long_over(ends_at: datetime, now: datetime) -> bool:
    """Return whether a page ended so long ago that its provider would have said so."""
    return ends_at + LONG_OVER <= now


def tell_unasked(payment_id: int) -> None:
    """Put a payment before somebody whose page nobody can ask about; not inside a transaction."""
    with transaction():
        if unasked(payment_id) is not None:
            look_into(lock(payment_id), Review.UNASKED, clock.now())


def state_page(payment_id: int, seen: Seen, *, why: str, by: str) -> bool:
    """Write down what somebody saw of a page; once another person saw the same it is true here.

    Returns:
        Whether it is: False, another person has to look too.

    Raises:
        PageAnswers: there is no such page.
        SlipKnown: that money stands here for something else.
    """
    page = func.hashtextextended(f"page:{payment_id}", 0)
    # who sees it at once is the second; the payment's own lock comes after its part's
    db.session.execute(select(func.pg_advisory_xact_lock(page)))
    attempt = unasked(payment_id)
    if attempt is None:
        raise PageAnswers
    facts = _facts(attempt, seen)
    if is_stated_otherwise(attempt, facts):
        raise SlipKnown
    after = {"amount": seen.paid, "reference": seen.intent}
    if attempt.stated == asdict(seen) and attempt.stated_by != by:
        note("page_agreed", f"payment:{payment_id}", after=after, why=why, actor=by)
        apply_facts(attempt.backend, facts, now=clock.now())
        return True
    lock(payment_id)
    if unasked(payment_id) is None:
        raise PageAnswers
    attempt.stated, attempt.stated_by = asdict(seen), by
    db.session.flush()
    note("page_stated", f"payment:{payment_id}", after=after, why=why, actor=by)
    return False


def _facts(attempt: Attempt, seen: Seen) -> Facts:
    return Facts(
        reference=attempt.reference,
        intent=seen.intent,
        payment_id=attempt.payment_id,
        number=attempt.number,
        state=AttemptState.PAID if seen.paid else AttemptState.CLOSED,
        paid=seen.paid,
    )
