"""Money taken and given back at the counter, in a clerk's shift."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from palace.db import db
from palace.members.services import note
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.errors import SlipKnown
from palace.payments.models import Movement, Refund
from palace.payments.states import Method
from palace.till import queries
from palace.till.errors import OffTheAccount
from palace.till.models import OnAccount
from palace.till.services.shifts import my_shift

ONE_SLIP = "uq_movements_backend_reference"


def take(
    payment_id: int,
    *,
    method: Method,
    amount: Fen,
    reference: str | None,
    staff_id: int,
    by: str,
    now: datetime,
) -> Movement:
    """Take money for a payment: it is settled by that, and has a receipt's number, or nothing is taken.

    Pages of a provider are closed before, outside of the transaction.

    Raises:
        NoShift: the clerk is in none.
        PaidMeanwhile, PageOpen, NotAsked, NoLongerKept, OtherAmount, SlipKnown: as `payments.take`.
    """
    shift = my_shift(staff_id)
    movement = payments.take(
        payment_id,
        method=method,
        amount=amount,
        reference=reference,
        by=by,
        shift_id=shift.id,
        now=now,
    )
    told = {"amount": amount, "method": method}
    note("money_taken", f"payment:{payment_id}", after=told, actor=by)
    return movement


def take_on_account(
    payment_id: int,
    *,
    amount: Fen,
    unit_id: int,
    due_on: date,
    staff_id: int,
    by: str,
    now: datetime,
) -> Movement:
    """Let a unit settle a payment later (签单), by a day: it is settled here, and stands on its account.

    Raises:
        As `take`.
    """
    movement = take(
        payment_id,
        method=Method.ACCOUNT,
        amount=amount,
        reference=None,
        staff_id=staff_id,
        by=by,
        now=now,
    )
    agreed = OnAccount(
        payment_id=payment_id, unit_id=unit_id, due_on=due_on, agreed_by=by, agreed_at=now
    )
    db.session.add(agreed)
    db.session.flush()
    note("account_agreed", f"payment:{payment_id}", after={"unit": unit_id}, actor=by)
    return movement


def pay_back(
    refund: Refund,
    *,
    method: Method,
    reference: str | None,
    staff_id: int,
    by: str,
    now: datetime,
) -> Movement:
    """Give back at the counter what has to go back; what a unit did not settle yet goes off its account.

    Raises:
        NoShift: the clerk is in none.
        OffTheAccount: it is on account and another way was chosen, or the other way round.
        InvoiceFirst, OtherPersonNeeded, NotToBePaid, SlipKnown: as `payments.pay_back`.
    """
    shift = my_shift(staff_id)
    with one_slip():
        movement = payments.pay_back(
            refund.id, method=method, by=by, shift_id=shift.id, now=now, reference=reference
        )
    before = queries.on_account(refund.payment_id) + _off(movement)
    if (method is Method.ACCOUNT) != (before > 0) or _off(movement) > before:
        raise OffTheAccount
    return movement


def _off(movement: Movement) -> Fen:
    return movement.amount if movement.method is Method.ACCOUNT else Fen(0)


@contextmanager
def one_slip() -> Iterator[None]:
    """Refuse a slip's number that stands for other money, also where both are written at once.

    Raises:
        SlipKnown.
    """
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        told = getattr(error.orig, "diag", None)
        if getattr(told, "constraint_name", None) != ONE_SLIP:
            raise
        raise SlipKnown from None
