"""What a provider says, applied: idempotent, in whatever order it comes, whoever brings it.

The webhook, the landing page, the timer and who closes a page for the counter all end here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.money import Fen
from palace.payments.backends.base import CAME_AGAIN, CURRENCY, Facts, RefundFact
from palace.payments.models import Attempt, Movement, Payment, ProviderNews, Refund
from palace.payments.services.locking import lock
from palace.payments.services.receiving import settle, written
from palace.payments.services.recognising import attempt_of, is_stated_otherwise
from palace.payments.services.refunding import back
from palace.payments.services.returning import sent_back
from palace.payments.services.reviewing import answered, look_into
from palace.payments.states import (
    GRACE,
    OPEN_ATTEMPTS,
    AttemptState,
    Backend,
    Direction,
    Method,
    RefundReason,
    RefundState,
    Review,
)

Until = Callable[[], datetime | None]
"""Until when something is kept, asked behind its part's locks; None: as long as it is."""
keep_until: dict[str, Callable[[int, Until], bool]] = {}
"""Part name → what keeps its subject until an instant, and says whether it was still kept; wired."""

SYSTEM, ELSEWHERE = "system", "provider:"
PROCESSING_KEPT = timedelta(days=1)
"""What is paid for is kept so long from each time somebody looks while the money is under way."""
LOOK_AGAIN = timedelta(minutes=1)
ORDER = (
    AttemptState.STARTING,
    AttemptState.OPEN,
    AttemptState.PROCESSING,
    AttemptState.CLOSED,
    AttemptState.FAILED,
    AttemptState.PAID,
)
"""News that would lead back in this order is old."""


def apply_facts(backend: Backend, facts: Facts, *, now: datetime) -> None:
    """Make true here what a provider says of one of our pages; what is not ours is left alone.

    The notification that brought it is written down last, with what it led to.
    """
    if _is_known(backend, facts):
        return
    attempt = attempt_of(backend, facts)
    if attempt is None:
        return
    if is_stated_otherwise(attempt, facts):
        look_into(lock(attempt.payment_id), Review.DIFFERS, now)
    elif facts.state is AttemptState.PAID:
        _paid(attempt, facts, now)
    elif facts.state is AttemptState.PROCESSING:
        _under_way(attempt, facts, now)
    else:
        _not_paid(attempt, facts, now)
    if facts.refunds or facts.disputed is not None:
        _gone_back(lock(attempt.payment_id), backend, facts, now)
    if facts.news_id is not None:
        seen = insert(ProviderNews).values(
            backend=backend, reference=facts.news_id, kind=facts.news_kind, applied_at=now
        )
        db.session.execute(seen.on_conflict_do_nothing())


def _is_known(backend: Backend, facts: Facts) -> bool:
    """Return whether what brought these facts was applied before."""
    wanted = select(ProviderNews.kind).where(
        ProviderNews.backend == backend, ProviderNews.reference == facts.news_id
    )
    return facts.news_id is not None and db.session.scalar(wanted) is not None


def _note(attempt: Attempt, facts: Facts) -> None:
    """Write down what is new of a page behind its payment's lock."""
    payment = lock(attempt.payment_id)
    db.session.refresh(attempt)
    attempt.reference = attempt.reference or facts.reference
    attempt.intent = attempt.intent or facts.intent
    if ORDER.index(facts.state) > ORDER.index(attempt.state):
        attempt.state = facts.state
    if attempt.stated not in (None, {"paid": facts.paid, "intent": facts.intent}):
        attempt.stated = attempt.stated_by = None  # one person's word; its provider answered
    if attempt.state not in OPEN_ATTEMPTS:
        answered(payment)
    db.session.flush()


def _paid(attempt: Attempt, facts: Facts, now: datetime) -> None:
    """Take the money of a page: once, and as much of it as the provider still has of ours."""
    payment = db.session.get_one(Payment, attempt.payment_id)
    movement = None
    if facts.currency == CURRENCY:
        movement = written(
            payment,
            backend=attempt.backend,
            reference=facts.intent or facts.reference,
            amount=facts.paid,
            method=Method.ONLINE,
            by=SYSTEM,
            now=now,
        )
    if movement is not None:
        settle(payment.id, movement, kept=_kept(facts))
    _note(attempt, facts)
    if facts.currency != CURRENCY:
        look_into(lock(payment.id), Review.CURRENCY, now)
        db.session.flush()


def _kept(facts: Facts) -> Fen:
    """Return what is here of money: it was sent back by the provider before we knew of it, in part or whole.

    A part that went back leaves what was paid for alone until somebody looked; the whole undoes it.
    """
    gone = sum(one.amount for one in facts.refunds if one.state is not RefundState.FAILED)
    return Fen(0) if gone >= facts.paid else facts.paid


def _under_way(attempt: Attempt, facts: Facts, now: datetime) -> None:
    """Keep what is paid for, whatever its deadline: the buyer is done, the money is not here."""
    _keep(attempt, lambda _: now + PROCESSING_KEPT)
    _note(attempt, facts)


def _not_paid(attempt: Attempt, facts: Facts, now: datetime) -> None:
    """Let what a page was for be kept no longer than the counter keeps it, once the page is closed."""
    if facts.state not in OPEN_ATTEMPTS:
        _keep(attempt, lambda payment: max(payment.pay_by + GRACE, now))
    _note(attempt, facts)


def _keep(attempt: Attempt, until: Callable[[Payment], datetime]) -> None:
    """Keep what a page is for, if the page is open still when the part has locked it.

    News of a page that was closed meanwhile say nothing of the one that was opened after it.
    """
    payment = db.session.get_one(Payment, attempt.payment_id)

    def decided() -> datetime | None:
        db.session.refresh(attempt)
        db.session.refresh(payment)
        waits = attempt.state in OPEN_ATTEMPTS and payment.paid_at is None
        return until(payment) if waits else None

    if attempt.state in OPEN_ATTEMPTS and payment.paid_at is None:
        keep_until[payment.part](payment.subject_id, decided)


def _gone_back(payment: Payment, backend: Backend, facts: Facts, now: datetime) -> None:
    for fact in facts.refunds:
        apply_refund(payment, backend, fact, now)
    if facts.disputed is not None:
        if facts.disputed and payment.disputed_at is None:
            look_into(payment, Review.DISPUTED, now)
        payment.disputed_at = (payment.disputed_at or now) if facts.disputed else None
    db.session.flush()


def apply_refund(payment: Payment, backend: Backend, fact: RefundFact, now: datetime) -> None:
    """Make true what a provider says of money on its way back, behind the payment's lock."""
    refund = _refund_of(payment, backend, fact)
    if refund is None:
        refund = _sent_elsewhere(payment, backend, fact, now)
    if _is_old(refund, fact):
        return
    refund.reference = fact.reference or refund.reference
    db.session.flush()
    if fact.state is RefundState.DONE and refund.state is not RefundState.DONE:
        sent_back(payment, refund, now=now)
    elif fact.state is RefundState.PENDING and refund.state in (RefundState.OWED, RefundState.SENT):
        refund.state, refund.look_at = RefundState.PENDING, now + LOOK_AGAIN
    elif fact.state is RefundState.FAILED:
        _failed(payment, refund, fact.why or "", now)
    db.session.flush()


def _is_old(refund: Refund, fact: RefundFact) -> bool:
    """Return whether news is of a number that was tried before and failed: another is under way."""
    if fact.state is RefundState.FAILED and (fact.attempt or refund.attempt) < refund.attempt:
        return True
    return None not in (refund.reference, fact.reference) and refund.reference != fact.reference


def _refund_of(payment: Payment, backend: Backend, fact: RefundFact) -> Refund | None:
    mine = select(Refund).where(Refund.payment_id == payment.id, Refund.backend == backend)
    mine = mine.execution_options(populate_existing=True)
    found = None
    if fact.reference is not None:
        found = db.session.scalars(mine.where(Refund.reference == fact.reference)).first()
    if found is None and fact.refund_id is not None:
        found = db.session.scalars(mine.where(Refund.id == fact.refund_id)).first()
    return found


def _sent_elsewhere(payment: Payment, backend: Backend, fact: RefundFact, now: datetime) -> Refund:
    """Write down what somebody gave back at the provider's own pages; what it was for, a person decides."""
    look_into(payment, Review.ELSEWHERE, now)
    refund = Refund(
        payment_id=payment.id,
        key=f"{ELSEWHERE}{fact.reference}",
        amount=fact.amount,
        reason=RefundReason.GOODWILL,
        state=RefundState.SENT,
        backend=backend,
        asked_by=f"{ELSEWHERE}{backend}",
        owed_at=now,
        look_at=now + LOOK_AGAIN,
    )
    db.session.add(refund)
    db.session.flush()
    return refund


def _failed(payment: Payment, refund: Refund, why: str, now: datetime) -> None:
    """Put money that did not go before somebody; what a provider took back after its yes is corrected."""
    if refund.state in (RefundState.FAILED, RefundState.DROPPED):
        return
    look_into(payment, Review.FAILED, now)
    refund.failure = why
    if refund.state is not RefundState.DONE:
        refund.state = RefundState.FAILED
        return
    refund.state, refund.done_at = RefundState.DROPPED, None
    went = db.session.scalars(select(Movement).where(Movement.refund_id == refund.id)).one()
    came_again = Movement(
        site_id=went.site_id,
        payment_id=went.payment_id,
        direction=Direction.IN,
        method=went.method,
        amount=went.amount,
        backend=went.backend,
        reference=went.reference and f"{went.reference}{CAME_AGAIN}",
        moved_at=now,
        by=SYSTEM,
        corrects_id=went.id,
        original_id=went.id,
        why=why or Review.FAILED,
    )
    db.session.add(came_again)
    db.session.flush()
    anew = back(
        payment,
        refund.amount,
        key=f"{refund.key}+",
        reason=refund.reason,
        by=SYSTEM,
        now=now,
        state=RefundState.COUNTER,
    )
    anew.owed_at = refund.owed_at  # no invoice that was made since then is of it
    db.session.flush()
