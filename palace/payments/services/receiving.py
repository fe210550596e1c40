"""Taking note of money that came; the parts that asked are told through `on_paid`.

Whoever brings the news, it is one way: the movement is written, once by its reference; the part settles under
its own locks; the payment's row is locked last and says what becomes of the money.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from palace.db import db, literally
from palace.money import Fen, yuan_of
from palace.payments.errors import (
    NoLongerKept,
    NotAsked,
    OtherAmount,
    PageOpen,
    PaidMeanwhile,
    SlipKnown,
)
from palace.payments.models import Attempt, Movement, Payment
from palace.payments.services.asking import find
from palace.payments.services.locking import lock
from palace.payments.services.receipts import number_receipt
from palace.payments.services.refunding import back
from palace.payments.services.reviewing import look_into
from palace.payments.states import (
    OPEN_ATTEMPTS,
    Backend,
    Direction,
    Method,
    RefundReason,
    Review,
)

on_paid: dict[str, Callable[[int], bool]] = {}
"""Part name → what settles its subject and says whether it could; wired in palace/wiring.py."""


class Outcome(Enum):
    """What became of money: settled, or on its way back, as too late, too little or too much."""

    SETTLED = "settled"
    LATE = "late"
    OTHER = "other"
    TWICE = "twice"


def receive(
    payment: Payment,
    *,
    backend: Backend = Backend.COUNTER,
    reference: str | None,
    now: datetime,
    method: Method = Method.CASH,
    by: str = "system",
) -> None:
    """Note that the full amount came, once by its reference; what the part cannot settle is owed back."""
    db.session.refresh(payment)
    movement = written(
        payment,
        backend=backend,
        reference=reference,
        amount=payment.amount,
        method=method,
        by=by,
        now=now,
    )
    if movement is not None:
        settle(payment.id, movement)


def take(
    payment_id: int,
    *,
    method: Method,
    amount: Fen,
    reference: str | None,
    by: str,
    shift_id: int | None,
    now: datetime,
) -> Movement:
    """Write down what a clerk takes for a payment; it is settled by that, or nothing is taken.

    Pages of a provider are closed before, outside of the transaction (`close_pages`).

    Raises:
        PaidMeanwhile, PageOpen: the money came by a page, or still may.
        NotAsked, NoLongerKept, OtherAmount: it is not wanted any more, or not so much of it.
        SlipKnown: the slip's number stands for other money.
    """
    payment = db.session.get_one(Payment, payment_id, populate_existing=True)
    if payment.paid_at is not None:
        raise PaidMeanwhile
    if payment.closed_at is not None:
        raise NotAsked
    if amount != payment.amount:
        raise OtherAmount(yuan=yuan_of(payment.amount))
    movement = written(
        payment,
        backend=Backend.COUNTER,
        reference=reference,
        amount=amount,
        method=method,
        by=by,
        now=now,
        shift_id=shift_id,
    )
    if movement is None:
        raise SlipKnown
    outcome = settle(payment_id, movement)
    if has_page(payment_id):
        raise PageOpen
    if outcome is not Outcome.SETTLED:
        raise NoLongerKept if outcome is Outcome.LATE else PaidMeanwhile
    return movement


def written(
    payment: Payment,
    *,
    backend: Backend,
    reference: str | None,
    amount: Fen,
    method: Method,
    by: str,
    now: datetime,
    shift_id: int | None = None,
) -> Movement | None:
    """Write money down that came for a payment; None: it was written before by its reference.

    Who brings the same news at once waits here, before any lock, and then has nothing to do.
    """
    new = insert(Movement).values(
        site_id=payment.site_id,
        payment_id=payment.id,
        direction=Direction.IN,
        method=method,
        amount=amount,
        backend=backend,
        reference=reference,
        moved_at=now,
        by=by,
        shift_id=shift_id,
    )
    once = new.on_conflict_do_nothing(index_elements=[Movement.backend, Movement.reference])
    return db.session.scalars(once.returning(Movement)).first()


def settle(payment_id: int, movement: Movement, *, kept: Fen | None = None) -> Outcome:
    """Let the part settle what money came for, and send back what is not wanted of it.

    Args:
        kept: what is still here of it, where some was sent back by the provider before we knew of it.
    """
    here = movement.amount if kept is None else kept
    settled = _settled(payment_id, here)
    row = lock(payment_id)
    outcome = _outcome(row, here, settled=settled)
    if outcome in (Outcome.SETTLED, Outcome.LATE):
        row.paid_at, row.backend = movement.moved_at, movement.backend
    db.session.flush()
    _send_back(row, movement, here, outcome)
    number_receipt(movement)
    return outcome


def _settled(payment_id: int, here: Fen) -> bool:
    """Tell the part; a subject that was handed over while its locks were waited for is the other's."""
    payment = db.session.get_one(Payment, payment_id, populate_existing=True)
    if payment.paid_at is not None or here < payment.amount:
        return False
    settled, asked = False, None
    while asked != payment.subject_id:
        asked = payment.subject_id
        settled = on_paid[payment.part](asked)
        db.session.refresh(payment)
    return settled


def _outcome(row: Payment, here: Fen, *, settled: bool) -> Outcome:
    if row.paid_at is not None:
        return Outcome.TWICE
    if here < row.amount:
        return Outcome.OTHER
    return Outcome.SETTLED if settled else Outcome.LATE


def _send_back(row: Payment, movement: Movement, here: Fen, outcome: Outcome) -> None:
    """Owe back what is not wanted: all that is here, or what is more than was asked."""
    unwanted = here - row.amount if outcome is Outcome.SETTLED else here
    reason = RefundReason.LATE if outcome is Outcome.LATE else RefundReason.TOO_MUCH
    if outcome is Outcome.TWICE:
        look_into(row, Review.TWICE, movement.moved_at)
    elif movement.amount != row.amount:
        look_into(row, Review.DIFFERS, movement.moved_at)
    if unwanted > 0:
        back(
            row,
            Fen(unwanted),
            key=f"money:{movement.id}",
            reason=reason,
            by=movement.by,
            now=movement.moved_at,
            of=None if outcome is Outcome.SETTLED else movement,
        )


def check_no_page(part: str, subject_id: int) -> None:
    """Refuse to let go of what somebody may still pay for by a page.

    Raises:
        PageOpen: it has to be closed first (`close_pages_of`).
    """
    payment = find(part, subject_id)
    if payment is not None and has_page(lock(payment.id).id):
        raise PageOpen


def has_page(payment_id: int) -> bool:
    """Return whether a page is open by which money may still come."""
    open_ = exists().where(
        Attempt.payment_id == payment_id, Attempt.state.in_(literally(OPEN_ATTEMPTS))
    )
    return bool(db.session.scalar(select(open_)))
