"""A provider's page: opened and closed with the network between two transactions, never inside one.

What it is for is kept until the page's own end and a minute; it is released once the provider says closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from palace import clock
from palace.db import db, literally, transaction
from palace.payments.backends.base import (
    AlreadyPaid,
    Asked,
    Away,
    Backend,
    Closed,
    Facts,
    Page,
    Refused,
    Sent,
    Spent,
    backends,
)
from palace.payments.errors import (
    NoLongerKept,
    NotAsked,
    OnItsWay,
    PageOpen,
    PaidMeanwhile,
    ProviderAway,
)
from palace.payments.models import Attempt, Payment
from palace.payments.services.asking import find
from palace.payments.services.facts import LOOK_AGAIN, apply_facts, keep_until
from palace.payments.services.locking import lock
from palace.payments.states import GRACE, OPEN_ATTEMPTS, AttemptState
from palace.payments.states import Backend as Name

TRIES = 3


@dataclass(frozen=True, kw_only=True)
class Open:
    """A page as it stands here; `address` None: its provider's answer did not come yet."""

    backend: Name
    state: AttemptState
    sent: Sent
    address: str | None
    ends_at: datetime


def open_page(payment_id: int, name: Name, *, words: str, minutes: int) -> str:
    """Return the address of a provider's page where a payment is paid; the same while one is open.

    Not inside a transaction.

    Args:
        words: what is paid for, as the page is to say it.
        minutes: how long the page stays open.

    Raises:
        PaidMeanwhile, OnItsWay, NotAsked, NoLongerKept: there is nothing to pay any more.
        ProviderAway: no page was opened; the counter takes the money.
    """
    backend = backends[name]
    for _ in range(TRIES):
        with transaction():
            there = _begun(payment_id, backend, words, timedelta(minutes=minutes), clock.now())
        if there.address is not None and clock.now() < there.ends_at:
            return there.address
        if there.address is not None:
            shut(there)
            continue
        page = _started(backend, there)
        if page is not None:
            return page.address
    raise ProviderAway


def _begun(payment_id: int, backend: Backend, words: str, lasts: timedelta, now: datetime) -> Open:
    """Return the page that is open, or write a new one down, and keep what it is for."""
    payment = db.session.get_one(Payment, payment_id, populate_existing=True)
    there = open_of(payment_id)
    if there is None:
        ends_at = now + lasts
        _check_wanted(payment)
        until = max(ends_at, payment.pay_by) + GRACE
        if not keep_until[payment.part](payment.subject_id, lambda: until):
            raise NoLongerKept
        payment = lock(payment_id)
        there = open_of(payment_id) or _written(payment, backend, words, ends_at, now)
    _check_wanted(payment)
    if there.state is AttemptState.PROCESSING:
        raise OnItsWay
    return there


def _check_wanted(payment: Payment) -> None:
    if payment.paid_at is not None:
        raise PaidMeanwhile
    if payment.closed_at is not None:
        raise NotAsked


def _written(
    payment: Payment, backend: Backend, words: str, ends_at: datetime, now: datetime
) -> Open:
    """Write down the bytes a page is asked for by, before anything is sent."""
    last = select(func.coalesce(func.max(Attempt.number), 0))
    number = db.session.scalars(last.where(Attempt.payment_id == payment.id)).one() + 1
    asked = Asked(
        payment_id=payment.id,
        number=number,
        part=payment.part,
        subject_id=payment.subject_id,
        amount=payment.amount,
        words=words,
        ends_at=ends_at,
    )
    attempt = Attempt(
        payment_id=payment.id,
        number=number,
        backend=backend.name,
        state=AttemptState.STARTING,
        request=backend.page(asked),
        made_at=now,
        page_ends_at=ends_at,
        look_at=now + LOOK_AGAIN,
    )
    payment.backend = backend.name
    db.session.add(attempt)
    db.session.flush()
    return as_open(attempt)


def open_of(payment_id: int) -> Open | None:
    """Return the page of a payment that is open."""
    wanted = select(Attempt).where(
        Attempt.payment_id == payment_id, Attempt.state.in_(literally(OPEN_ATTEMPTS))
    )
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).first()
    return as_open(found) if found else None


def as_open(attempt: Attempt) -> Open:
    """Return a page in plain values, to be asked about outside of a transaction."""
    sent = Sent(
        payment_id=attempt.payment_id,
        number=attempt.number,
        request=attempt.request,
        reference=attempt.reference,
        intent=attempt.intent,
    )
    return Open(
        backend=attempt.backend,
        state=attempt.state,
        sent=sent,
        address=attempt.address,
        ends_at=attempt.page_ends_at,
    )


def _started(backend: Backend, there: Open) -> Page | None:
    """Ask for a page that was written down; None: another number has to be tried.

    Raises:
        ProviderAway: nobody knows whether it is open; the same is asked again, by whoever comes next.
    """
    try:
        page = backend.start(there.sent)
    except Away:
        raise ProviderAway from None
    except (Spent, Refused) as no:
        with transaction():
            apply_facts(backend.name, facts_of(there, AttemptState.FAILED), now=clock.now())
        if isinstance(no, Refused):
            raise ProviderAway from None
        return None
    if not isinstance(page, Page):
        raise ProviderAway
    with transaction():
        opened(there.sent, page)
    return page


def opened(sent: Sent, page: Page) -> None:
    """Write down where a page is and what its provider calls it."""
    lock(sent.payment_id)
    mine = (Attempt.payment_id == sent.payment_id, Attempt.number == sent.number)
    wanted = select(Attempt).where(*mine).execution_options(populate_existing=True)
    attempt = db.session.scalars(wanted).one()
    attempt.address, attempt.reference = page.address, page.reference
    attempt.intent = attempt.intent or page.intent
    if attempt.state is AttemptState.STARTING:
        attempt.state = AttemptState.OPEN
    db.session.flush()


def close_pages(payment_id: int) -> None:
    """See to it that nobody pays by a page any more, before money is taken otherwise or a place is let go.

    Not inside a transaction.

    Raises:
        PaidMeanwhile, OnItsWay: somebody did just now.
        PageOpen: nobody knows; what it is for stays kept.
    """
    with transaction():
        there = open_of(payment_id)
    if there is not None:
        shut(there)


def close_pages_of(part: str, subject_id: int) -> None:
    """Close the pages of a part's subject, before it is let go; not inside a transaction.

    Raises:
        PaidMeanwhile, OnItsWay, PageOpen: as `close_pages`.
    """
    with transaction():
        payment = find(part, subject_id)
    if payment is not None:
        close_pages(payment.id)


def shut(there: Open) -> None:
    """Close a page, or take note of why it cannot be.

    Raises:
        PaidMeanwhile, OnItsWay, PageOpen.
    """
    backend = backends.get(there.backend)
    if backend is None:
        raise PageOpen
    answer = _asked_to_close(backend, there)
    if isinstance(answer, Closed):
        answer = AlreadyPaid(facts_of(there, AttemptState.CLOSED))
    if not isinstance(answer, AlreadyPaid):
        raise PageOpen
    facts = answer.facts
    with transaction():
        apply_facts(there.backend, facts, now=clock.now())
    if facts.state is AttemptState.PAID:
        raise PaidMeanwhile
    if facts.state is AttemptState.PROCESSING:
        raise OnItsWay


def _asked_to_close(backend: Backend, there: Open) -> object:
    """Close a page; one whose name we never heard is asked for again first, to hear it."""
    sent = there.sent
    try:
        if sent.reference is None:
            page = backend.start(sent)
            if isinstance(page, Page):
                with transaction():
                    opened(sent, page)
                sent = Sent(
                    payment_id=sent.payment_id,
                    number=sent.number,
                    request=sent.request,
                    reference=page.reference,
                )
    except (Spent, Refused):
        return Closed()  # there never was a page by this number
    except Away:
        raise PageOpen from None
    return backend.close(sent)


def facts_of(there: Open, state: AttemptState) -> Facts:
    """Return what is said of a page here, where its provider says nothing."""
    return Facts(
        reference=there.sent.reference,
        intent=there.sent.intent,
        payment_id=there.sent.payment_id,
        number=there.sent.number,
        state=state,
    )
