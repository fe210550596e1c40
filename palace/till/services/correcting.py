"""What was written wrong, set right by other rows; money of the printed code without a known payment.

A row that stands is never changed but in one thing: whose money it is, once that is known.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from palace.db import db
from palace.members.services import note
from palace.money import Fen, yuan_of
from palace.payments import services as payments
from palace.payments.errors import NoLongerKept, NotAsked, OtherAmount, PageOpen, PaidMeanwhile
from palace.payments.models import Movement, Payment
from palace.payments.services.locking import lock
from palace.payments.services.receiving import Outcome, settle
from palace.payments.states import Backend, Direction, Method
from palace.till.errors import NotToBeCorrected, NotUnmatched, SameMethod
from palace.till.rules import check_other_person
from palace.till.services.shifts import still_open
from palace.till.services.taking import one_slip
from palace.venues.queries import house_rules


def correct(
    movement: Movement,
    *,
    method: Method,
    reference: str | None,
    why: str,
    by: str,
    now: datetime,
) -> Movement:
    """Set right by which way money came or went: one row takes the old one off, another says how it was.

    Both stand in the shift of the wrong one while that is open; a drawer that was counted stays as counted.
    Money that came has the next number of the receipts; a slip's number that was right stays where it is.

    Raises:
        AnotherCorrects: it is above the house's amount and one's own.
        NotToBeCorrected: it moved by a provider or on account, or was set right before.
        SameMethod: nothing was wrong.
        SlipKnown: the slip's number stands for other money.
    """
    check_other_person(movement.amount, house_rules().second_above, wrote=movement.by, by=by)
    if method is movement.method:
        raise SameMethod
    shift_id = still_open(movement.shift_id)
    if movement.payment_id is None or not may_be_corrected(movement):
        raise NotToBeCorrected
    lock(movement.payment_id)
    if is_corrected(movement.id):
        raise NotToBeCorrected
    with one_slip():
        take_off(movement, why=why, by=by, shift_id=shift_id, now=now)
        right = again(
            movement,
            method=method,
            amount=movement.amount,
            reference=None if reference == movement.reference else reference,
            by=by,
            shift_id=shift_id,
            now=now,
        )
    note(
        "money_corrected",
        f"payment:{movement.payment_id}",
        before={"method": movement.method},
        after={"method": method, "amount": movement.amount},
        why=why,
        actor=by,
    )
    if right.direction is Direction.IN:
        payments.number_receipt(right)
    return right


def may_be_corrected(movement: Movement) -> bool:
    """Return whether a clerk wrote it down as money that changed hands: what takes another off is none."""
    return (
        movement.corrects_id is None
        and movement.backend is Backend.COUNTER
        and movement.method is not Method.ACCOUNT
    )


def is_corrected(movement_id: int) -> bool:
    """Return whether another row took it off; true behind the payment's lock."""
    return bool(db.session.scalar(select(exists().where(Movement.corrects_id == movement_id))))


def take_off(
    movement: Movement, *, why: str, by: str, shift_id: int | None, now: datetime
) -> Movement:
    """Write the row that takes another off, whole, by the same way the other direction."""
    off = Movement(
        site_id=movement.site_id,
        payment_id=movement.payment_id,
        direction=Direction.IN if movement.direction is Direction.OUT else Direction.OUT,
        method=movement.method,
        amount=movement.amount,
        backend=movement.backend,
        moved_at=now,
        by=by,
        shift_id=shift_id,
        corrects_id=movement.id,
        original_id=_original(movement),
        why=why,
    )
    db.session.add(off)
    db.session.flush()
    return off


def again(
    movement: Movement,
    *,
    method: Method,
    amount: Fen,
    reference: str | None,
    by: str,
    shift_id: int | None,
    now: datetime,
) -> Movement:
    """Write money of a payment down as it came or went; a receipt's number is taken last."""
    right = Movement(
        site_id=movement.site_id,
        payment_id=movement.payment_id,
        refund_id=movement.refund_id,
        direction=movement.direction,
        method=method,
        amount=amount,
        backend=Backend.COUNTER,
        reference=reference,
        moved_at=now,
        by=by,
        shift_id=shift_id,
        original_id=_original(movement),
    )
    db.session.add(right)
    db.session.flush()
    return right


def _original(movement: Movement) -> int:
    """Return the row that was in a drawer, also where it was corrected after counting before."""
    if movement.shift_id is None and movement.original_id is not None:
        return movement.original_id
    return movement.id


def note_unmatched(
    *, site_id: int, amount: Fen, reference: str, by: str, now: datetime
) -> Movement:
    """Write down money that came by the printed code and nobody knows for what.

    Raises:
        SlipKnown: its number was written down before.
    """
    came = Movement(
        site_id=site_id,
        direction=Direction.IN,
        method=Method.CODE,
        amount=amount,
        backend=Backend.COUNTER,
        reference=reference,
        moved_at=now,
        by=by,
    )
    with one_slip():
        db.session.add(came)
        db.session.flush()
    note("money_unmatched", f"movement:{came.id}", after={"amount": amount}, actor=by)
    return came


def match(movement_id: int, payment_id: int, *, by: str) -> Movement:
    """Let money of the printed code be that of a payment, which is settled by it as by any other.

    Pages of a provider are closed before, outside of the transaction.

    Raises:
        NotUnmatched: it is somebody's, or went back.
        PaidMeanwhile, PageOpen, NotAsked, NoLongerKept, OtherAmount: as `payments.take`.
    """
    movement = _unmatched(movement_id)
    payment = db.session.get_one(Payment, payment_id, populate_existing=True)
    if payment.paid_at is not None:
        raise PaidMeanwhile
    if payment.closed_at is not None:
        raise NotAsked
    if movement.amount != payment.amount:
        raise OtherAmount(yuan=yuan_of(payment.amount))
    movement.payment_id = payment.id
    db.session.flush()
    outcome = settle(payment.id, movement)
    if payments.has_page(payment.id):
        raise PageOpen
    if outcome is not Outcome.SETTLED:
        raise NoLongerKept if outcome is Outcome.LATE else PaidMeanwhile
    told = {"amount": movement.amount, "movement": movement.id}
    note("money_matched", f"payment:{payment.id}", after=told, actor=by)
    return movement


def give_unmatched_back(movement_id: int, *, why: str, by: str, now: datetime) -> Movement:
    """Write that money nobody knows the payment of went back to who paid it.

    Raises:
        NotUnmatched: it is somebody's, or went back.
        AnotherCorrects: it is above the house's amount and one wrote it down oneself.
    """
    movement = _unmatched(movement_id)
    check_other_person(movement.amount, house_rules().second_above, wrote=movement.by, by=by)
    went = take_off(movement, why=why, by=by, shift_id=None, now=now)
    told = {"amount": movement.amount}
    note("money_sent_back", f"movement:{movement.id}", after=told, why=why, actor=by)
    return went


def _unmatched(movement_id: int) -> Movement:
    """Lock money whose payment nobody knows.

    Raises:
        NotUnmatched.
    """
    wanted = select(Movement).where(Movement.id == movement_id).with_for_update(key_share=True)
    movement = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    unknown = movement.payment_id is None and movement.direction is Direction.IN
    if not unknown or is_corrected(movement_id):
        raise NotUnmatched
    return movement
