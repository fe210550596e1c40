"""What the worker asks providers again: pages that are due, refunds to be sent or on their way.

Each is asked outside of a transaction; one that cannot be reached is asked again later and holds up no other.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from palace import clock
from palace.db import db, literally, transaction
from palace.payments import states
from palace.payments.backends.base import (
    Away,
    Backend,
    Done,
    Failed,
    Manual,
    Page,
    Pending,
    RefundFact,
    Refused,
    Returned,
    Spent,
    backends,
)
from palace.payments.errors import OnItsWay, PageOpen, PaidMeanwhile
from palace.payments.models import Attempt, Movement, Payment, Refund
from palace.payments.services.facts import LOOK_AGAIN, apply_facts, apply_refund
from palace.payments.services.pages import Open, as_open, facts_of, open_of, opened, shut
from palace.payments.services.refunding import CAME, first_state
from palace.payments.services.returning import locked
from palace.payments.services.stating import is_long_over, tell_unasked
from palace.payments.states import OPEN_ATTEMPTS, AttemptState, RefundState

AT_ONCE = 200
ON_THEIR_WAY = (RefundState.OWED, RefundState.SENT, RefundState.PENDING)
log = logging.getLogger("palace.worker")


def tend_pages() -> None:
    """Ask what became of each page that is due; close those nobody wants any more."""
    with transaction():
        due = _due_pages(clock.now())
    for there, unwanted in due:
        try:
            _look(there, unwanted=unwanted)
        except (Away, PageOpen, PaidMeanwhile, OnItsWay) as why:
            log.info("page looked at", extra={"values": {"why": type(why).__name__}})
        if there.backend not in backends or is_long_over(there.ends_at, clock.now()):
            tell_unasked(there.sent.payment_id)


def look_at(payment_id: int) -> None:
    """Ask what became of the page of a payment, for who comes back from it; not inside a transaction.

    Raises:
        Away: its provider does not answer; whoever asks next applies it.
    """
    with transaction():
        there = open_of(payment_id)
    if there is not None:
        _look(there, unwanted=False)


def _due_pages(now: datetime) -> list[tuple[Open, bool]]:
    """Return the pages to be asked about, and which are to be closed; all are due again in a minute."""
    due = (
        select(Attempt.id)
        .where(Attempt.state.in_(literally(OPEN_ATTEMPTS)), Attempt.look_at <= now)
        .order_by(Attempt.look_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    later = update(Attempt).where(Attempt.id.in_(due)).values(look_at=now + LOOK_AGAIN)
    found = db.session.scalars(
        later.returning(Attempt).execution_options(synchronize_session=False)
    ).all()
    ids = {one.payment_id for one in found}
    wanted = select(Payment.id).where(
        Payment.id.in_(ids), Payment.paid_at.is_(None), Payment.closed_at.is_(None)
    )
    still = set(db.session.scalars(wanted))
    return [(as_open(one), one.payment_id not in still or one.page_ends_at <= now) for one in found]


def _look(there: Open, *, unwanted: bool) -> None:
    """Ask about one page, or for it, where its answer never came."""
    backend = backends.get(there.backend)
    if backend is None:
        return
    if there.sent.reference is None:
        _ask_again(backend, there)
        return
    facts = backend.query(there.sent)
    with transaction():
        apply_facts(there.backend, facts, now=clock.now())
    if unwanted and facts.state is AttemptState.OPEN:
        shut(there)


def _ask_again(backend: Backend, there: Open) -> None:
    try:
        page = backend.start(there.sent)
    except (Spent, Refused):
        with transaction():
            apply_facts(there.backend, facts_of(there, AttemptState.FAILED), now=clock.now())
        return
    if isinstance(page, Page):
        with transaction():
            opened(there.sent, page)


def send_refunds() -> None:
    """Send what is owed, ask again what was not answered, look after what is on its way."""
    with transaction():
        due = _due_refunds(clock.now())
    for refund_id in due:
        try:
            send(refund_id)
        except Away as why:
            log.info("refund not answered", extra={"values": {"why": str(why)}})


def _due_refunds(now: datetime) -> Sequence[int]:
    wanted = select(Refund.id).where(Refund.state.in_(literally(ON_THEIR_WAY)))
    due = wanted.where(Refund.look_at <= now).order_by(Refund.look_at).limit(AT_ONCE)
    return db.session.scalars(due).all()


def send(refund_id: int) -> None:
    """Send one refund, or ask about it; where it was sent before it is asked about first.

    A key is worth nothing after a day, nor where a failure is kept under it: only who knows of no such
    refund is sent it again.

    Raises:
        Away: it is not known whether it went; it is asked about later.
    """
    with transaction():
        before, returned = _to_send(refund_id, clock.now())
        backend = backends.get(db.session.get_one(Refund, refund_id).backend)
    if returned is None or backend is None:
        return
    if before is not RefundState.OWED and not _is_unheard_of(backend, returned):
        return
    try:
        answer = backend.refund(returned)
    except Spent:
        with transaction():
            _under_another_number(refund_id)
        return
    with transaction():
        _answered(returned, backend, answer, clock.now())


def _to_send(refund_id: int, now: datetime) -> tuple[RefundState, Returned | None]:
    """Write down that a refund is being sent before it is, and return how it stood; a disputed one waits."""
    payment, refund = locked(refund_id)
    before = refund.state
    refund.look_at = now + LOOK_AGAIN
    intent = refund.intent or _paid_with(payment)
    if refund.state not in ON_THEIR_WAY or payment.disputed_at is not None:
        return before, None
    if refund.backend not in backends or intent is None:
        refund.state = RefundState.COUNTER if before is RefundState.OWED else before
        return before, None
    if before is RefundState.OWED:
        refund.state = RefundState.SENT
    db.session.flush()
    return before, Returned(
        refund_id=refund.id,
        payment_id=payment.id,
        attempt=refund.attempt,
        amount=refund.amount,
        intent=intent,
        reason=refund.reason,
    )


def _paid_with(payment: Payment) -> str | None:
    """Return the provider's name for the money that paid for it: not one that went back by itself."""
    by_itself = select(Refund.intent).where(
        Refund.payment_id == payment.id, Refund.intent.is_not(None)
    )
    wanted = select(Movement.reference).where(
        Movement.payment_id == payment.id,
        Movement.backend == payment.backend,
        Movement.reference.not_in(by_itself),
        *CAME,
    )
    return db.session.scalar(wanted.order_by(Movement.id).limit(1))


def _is_unheard_of(backend: Backend, returned: Returned) -> bool:
    """Ask about a refund that was sent; return whether its provider knows nothing of it."""
    _ask_about(backend, returned)
    with transaction():
        refund = db.session.get_one(Refund, returned.refund_id, populate_existing=True)
        return (refund.state, refund.attempt) == (RefundState.SENT, returned.attempt)


def _ask_about(backend: Backend, returned: Returned) -> None:
    with transaction():
        mine = (Attempt.payment_id == returned.payment_id, Attempt.intent == returned.intent)
        found = db.session.scalars(select(Attempt).where(*mine)).first()
        there = as_open(found) if found else None
    if there is not None:
        facts = backend.query(there.sent)
        with transaction():
            apply_facts(backend.name, facts, now=clock.now())


def _under_another_number(refund_id: int) -> None:
    """Take another number: the provider keeps a failure under the last one, and nothing went."""
    _, refund = locked(refund_id)
    if refund.state is RefundState.SENT:
        refund.attempt, refund.look_at = refund.attempt + 1, clock.now()


def _answered(
    returned: Returned, backend: Backend, answer: Pending | Done | Failed | Manual, now: datetime
) -> None:
    payment, refund = locked(returned.refund_id)
    if isinstance(answer, Manual):
        if refund.state is RefundState.SENT:
            refund.state = first_state(
                payment, states.Backend.COUNTER, refund.reason, refund.owed_at
            )
        return
    state = {Pending: RefundState.PENDING, Done: RefundState.DONE, Failed: RefundState.FAILED}
    fact = RefundFact(
        reference=answer.reference,
        refund_id=refund.id,
        amount=refund.amount,
        state=state[type(answer)],
        why=answer.why if isinstance(answer, Failed) else None,
        attempt=returned.attempt,
    )
    apply_refund(payment, backend.name, fact, now)
