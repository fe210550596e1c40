"""Money on its way back: by a provider, at the counter, by hand with a second person, held by an invoice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.money import Fen
from palace.payments.errors import (
    Disputed,
    InvoiceFirst,
    MoreThanCame,
    NotToBePaid,
    OtherPersonNeeded,
)
from palace.payments.models import Movement, Payment, Refund
from palace.payments.services.locking import lock
from palace.payments.services.refunding import (
    back,
    came,
    first_state,
    gone,
    is_invoiced,
    owed,
)
from palace.payments.states import Backend, Direction, Method, RefundReason, RefundState

second_above: dict[str, Callable[[], Fen]] = {}
"""What one person alone may give back by hand, the house's figure; wired in palace/wiring.py."""

AT_COUNTER = (RefundState.OWED, RefundState.COUNTER, RefundState.FAILED)
BY_HAND = "hand:"


def locked(refund_id: int) -> tuple[Payment, Refund]:
    """Return a refund as it is behind its payment's lock."""
    refund = db.session.get_one(Refund, refund_id)
    payment = lock(refund.payment_id)
    db.session.refresh(refund)
    return payment, refund


def pay_back(
    refund_id: int,
    *,
    method: Method,
    by: str,
    shift_id: int | None,
    now: datetime,
    reference: str | None = None,
) -> Movement:
    """Write down that a clerk gave money back: it goes once, whoever else was to send it.

    Raises:
        InvoiceFirst, OtherPersonNeeded: it waits for an invoice to be reversed, or for a second person.
        NotToBePaid: it went, or is on its way by a provider.
        Disputed, MoreThanCame: the payer's bank asks for it, or it went back otherwise.
    """
    payment, refund = locked(refund_id)
    _check_waits(payment, refund)
    if payment.disputed_at is not None:
        raise Disputed
    if refund.amount > came(payment.id) - gone(payment.id):
        raise MoreThanCame
    refund.state, refund.done_at, refund.backend = RefundState.DONE, now, Backend.COUNTER
    refund.reference = None
    movement = _went(payment, refund, method, by=by, now=now)
    movement.shift_id, movement.reference = shift_id, reference
    db.session.flush()
    after = {"amount": refund.amount, "method": method}
    note("refund_paid", f"payment:{payment.id}", after=after, actor=by)
    return movement


def _check_waits(payment: Payment, refund: Refund) -> None:
    if refund.state is RefundState.ASKED:
        raise OtherPersonNeeded
    if refund.state not in (*AT_COUNTER, RefundState.HELD):
        raise NotToBePaid
    if refund.state is RefundState.HELD or is_invoiced(payment, refund.reason, refund.owed_at):
        raise InvoiceFirst


def _went(payment: Payment, refund: Refund, method: Method, *, by: str, now: datetime) -> Movement:
    movement = Movement(
        site_id=payment.site_id,
        payment_id=payment.id,
        refund_id=refund.id,
        direction=Direction.OUT,
        method=method,
        amount=refund.amount,
        backend=refund.backend,
        reference=refund.reference,
        moved_at=now,
        by=by,
    )
    db.session.add(movement)
    return movement


def sent_back(payment: Payment, refund: Refund, *, now: datetime) -> None:
    """Write down that a provider says the money went."""
    refund.state, refund.done_at, refund.failure = RefundState.DONE, now, None
    _went(payment, refund, Method.ONLINE, by="system", now=now)
    db.session.flush()


def propose_refund(payment_id: int, amount: Fen, *, why: str, by: str) -> Refund:
    """Give back by hand what no rule owes; above the house's amount, together, a second person agrees.

    Raises:
        MoreThanCame.
    """
    payment = lock(payment_id)
    mine = (Refund.payment_id == payment_id, Refund.key.startswith(BY_HAND))
    stands = func.sum(Refund.amount).filter(Refund.state != RefundState.DROPPED)
    counted = select(func.count(), func.coalesce(stands, 0)).where(*mine)
    count, total = db.session.execute(counted).one()
    alone = total + amount <= second_above["house"]()
    refund = back(
        payment,
        amount,
        key=f"{BY_HAND}{count + 1}",
        reason=RefundReason.GOODWILL,
        by=by,
        now=clock.now(),
        state=None if alone else RefundState.ASKED,
        why=why,
    )
    note("refund_proposed", f"payment:{payment_id}", after={"amount": amount}, why=why, actor=by)
    return refund


def agree_refund(refund_id: int, *, by: str) -> Refund:
    """Agree as the second person that money goes back by hand; repeating changes nothing.

    Raises:
        OtherPersonNeeded: it is who asked for it.
        NotToBePaid: it was dropped.
    """
    payment, refund = locked(refund_id)
    if by == refund.asked_by:
        raise OtherPersonNeeded
    if refund.state is RefundState.DROPPED:
        raise NotToBePaid
    if refund.state is RefundState.ASKED:
        state = first_state(payment, refund.backend, refund.reason, refund.owed_at)
        refund.state, refund.agreed_by = state, by
        refund.look_at = clock.now()
        db.session.flush()
        note("refund_agreed", f"payment:{payment.id}", after={"amount": refund.amount}, actor=by)
    return refund


def drop_refund(refund_id: int, *, why: str, by: str) -> None:
    """Let go what somebody proposed and nobody agreed to, or what did not go and went back otherwise.

    Raises:
        NotToBePaid: it was agreed to, or a rule owes it.
    """
    payment, refund = locked(refund_id)
    if not may_drop(refund):
        raise NotToBePaid
    refund.state = RefundState.DROPPED
    db.session.flush()
    note("refund_dropped", f"payment:{payment.id}", why=why, actor=by)


def may_drop(refund: Refund) -> bool:
    """Return whether a refund may be let go: nobody agreed to it, or more is owed back than came."""
    if refund.state not in (RefundState.FAILED, RefundState.COUNTER):
        return refund.state is RefundState.ASKED
    return owed(refund.payment_id) > came(refund.payment_id)


def try_again(refund_id: int, *, by: str, now: datetime) -> None:
    """Have a provider try once more what failed, under another number.

    Raises:
        NotToBePaid: it did not fail.
    """
    payment, refund = locked(refund_id)
    if refund.state is not RefundState.FAILED:
        raise NotToBePaid
    state = first_state(payment, refund.backend, refund.reason, refund.owed_at)
    refund.state, refund.attempt = state, refund.attempt + 1
    refund.reference, refund.look_at = None, now
    db.session.flush()
    note("refund_tried_again", f"payment:{payment.id}", actor=by)


def invoiced(payment_ids: Sequence[int], now: datetime) -> None:
    """Let what has to go back of locked payments from now on wait: an invoice of their money is made."""
    made = update(Payment).where(Payment.id.in_(payment_ids)).values(invoiced_at=now)
    db.session.execute(made.execution_options(synchronize_session="fetch"))


def invoice_reversed(payment_id: int, now: datetime) -> None:
    """Send back what an invoice held: it was reversed (冲红), or never issued."""
    payment = lock(payment_id)
    payment.invoiced_at = None
    held = select(Refund).where(Refund.payment_id == payment.id, Refund.state == RefundState.HELD)
    for refund in db.session.scalars(held.execution_options(populate_existing=True)):
        refund.state = first_state(payment, refund.backend, refund.reason, refund.owed_at)
        refund.look_at = now
    db.session.flush()
