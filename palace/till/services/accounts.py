"""What units settle later: the day it came, and how."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from palace.db import db
from palace.members.services import note
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Movement
from palace.payments.services.locking import lock
from palace.payments.states import Direction, Method
from palace.till import queries
from palace.till.errors import NothingOnAccount
from palace.till.services.correcting import again, is_corrected, take_off
from palace.till.services.shifts import my_shift
from palace.till.services.taking import one_slip


def settle_account(
    payment_id: int,
    *,
    method: Method,
    reference: str | None,
    staff_id: int,
    by: str,
    now: datetime,
) -> Movement:
    """Take what a unit owes for a payment: the account's row is taken off, the money stands in its place.

    What went back off the account meanwhile stays written as such, and is not asked for.

    Raises:
        NoShift: the clerk is in none.
        NothingOnAccount: it was settled before.
        SlipKnown: the slip's number stands for other money.
    """
    shift = my_shift(staff_id)
    payment = lock(payment_id)
    open_ = queries.on_account(payment_id)
    agreed = _agreed(payment_id)
    if not open_ or agreed is None:
        raise NothingOnAccount
    why = f"{method}:{payment.id}"
    with one_slip():
        take_off(agreed, why=why, by=by, shift_id=shift.id, now=now)
        parts = ((method, open_, reference), (Method.ACCOUNT, agreed.amount - open_, None))
        rows = [
            again(
                agreed,
                method=way,
                amount=Fen(amount),
                reference=slip,
                by=by,
                shift_id=shift.id,
                now=now,
            )
            for way, amount, slip in parts
            if amount
        ]
    told = {"amount": open_, "method": method}
    note("account_settled", f"payment:{payment_id}", after=told, actor=by)
    payments.number_receipt(rows[0])
    return rows[0]


def _agreed(payment_id: int) -> Movement | None:
    wanted = select(Movement).where(
        Movement.payment_id == payment_id,
        Movement.method == Method.ACCOUNT,
        Movement.direction == Direction.IN,
    )
    rows = db.session.scalars(wanted.order_by(Movement.id))
    return next((one for one in rows if not is_corrected(one.id)), None)
