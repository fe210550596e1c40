"""How far the money of a show or a class that was called off or moved is on its way back; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, literal, select

from palace.courses.models import Enrolment
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.money import Fen
from palace.payments.models import Refund
from palace.payments.states import REFUND_WORDS, RefundReason, RefundState
from palace.tickets.models import Ticket

BY_US = (RefundReason.CANCELLED, RefundReason.MOVED)
"""What goes back because the house changed something."""


@dataclass(frozen=True)
class Stands:
    """How many refunds stand in a state, and how much they are together."""

    state: RefundState
    words: str
    count: int
    amount: Fen


def of_show(performance_id: int) -> Sequence[Stands]:
    """Return how the refunds of a show's tickets stand."""
    mine = literal("ticket:") + cast(Ticket.id, Text) == Refund.key
    return _stand(Ticket, mine, Ticket.performance_id == performance_id)


def of_class(offering_id: int) -> Sequence[Stands]:
    """Return how the refunds of a class's places stand."""
    mine = literal("enrolment:") + cast(Enrolment.id, Text) == Refund.key
    return _stand(Enrolment, mine, Enrolment.offering_id == offering_id)


def _stand(of: Any, mine: Any, which: Any) -> Sequence[Stands]:
    wanted = (
        select(Refund.state, func.count(), func.sum(Refund.amount))
        .join(of, mine)
        .where(which, Refund.reason.in_(BY_US))
        .group_by(Refund.state)
    )
    found = {str(state): (count, total) for state, count, total in db.session.execute(wanted)}
    return [
        Stands(RefundState(state), REFUND_WORDS[state], found[state][0], Fen(int(found[state][1])))
        for state in REFUND_WORDS
        if state in found
    ]


def goes_back(offering_id: int) -> tuple[int, Fen]:
    """Return of how many places how much goes back if a class is called off now."""
    amount = Enrolment.fee + Enrolment.material_fee
    wanted = select(func.count(), func.coalesce(func.sum(amount), 0)).where(
        Enrolment.offering_id == offering_id,
        Enrolment.state == EnrolmentState.CONFIRMED,
        amount > 0,
    )
    count, total = db.session.execute(wanted).one()
    return count, Fen(int(total))
