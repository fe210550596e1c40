"""Refunds that failed, tried again together: one that cannot be holds up no other."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from palace import clock
from palace.db import db, transaction
from palace.payments import services as payments
from palace.payments.errors import NotToBePaid
from palace.payments.models import Refund
from palace.payments.states import RefundState

AT_ONCE = 500


def try_all_again(*, by: str, which: ColumnElement[bool]) -> int:
    """Have providers try once more what failed, each a transaction; return how many are on their way anew.

    Args:
        which: the condition of those it is to be: of a show, of a class, or all there are.
    """
    with transaction():
        wanted = select(Refund.id).where(Refund.state == RefundState.FAILED, which)
        failed = db.session.scalars(wanted.order_by(Refund.id).limit(AT_ONCE)).all()
    tried = 0
    for refund_id in failed:
        try:
            with transaction():
                payments.try_again(refund_id, by=by, now=clock.now())
        except NotToBePaid:  # somebody else did it meanwhile
            continue
        tried += 1
    return tried
