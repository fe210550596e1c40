"""Money of a show or a class: what would go back, how far what has to is on its way; never writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select

from palace.courses.models import Enrolment
from palace.courses.services.ending import PART as COURSES
from palace.db import db
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Payment, Refund
from palace.payments.states import REFUND_WORDS, RefundState
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import PART as TICKETS

TICKET = cast(func.substring(Refund.key, "^ticket:([0-9]+)"), BigInteger)
"""Which ticket's money goes back, also where it is owed anew; None: it is no ticket's."""


@dataclass(frozen=True)
class Stands:
    """How many refunds stand in a state, or would, and how much they are together."""

    state: RefundState
    words: str
    count: int
    amount: Fen


def of_show(performance_id: int) -> Sequence[Stands]:
    """Return how the refunds of a show stand."""
    return _of(is_of_show(performance_id))


def of_class(offering_id: int) -> Sequence[Stands]:
    """Return how the refunds of a class stand."""
    return _of(is_of_class(offering_id))


def will_go(rows: Select[*tuple[Any, ...]]) -> Sequence[Stands]:
    """Return where the money of some parts of payments would begin its way back now.

    Args:
        rows: payment id, key and amount, as `payments.owe_all` takes them.
    """
    return _stand(payments.would_owe(rows))


def is_of_show(performance_id: int) -> ColumnElement[bool]:
    """Return the condition that a refund is of a show: of one of its tickets, or of an order of it."""
    tickets = select(Ticket.id).where(Ticket.performance_id == performance_id)
    orders = (
        select(Payment.id)
        .join(Order, (Payment.part == TICKETS) & (Payment.subject_id == Order.id))
        .where(Order.performance_id == performance_id)
    )
    return TICKET.in_(tickets) | Refund.payment_id.in_(orders)


def is_of_class(offering_id: int) -> ColumnElement[bool]:
    """Return the condition that a refund is of a class."""
    places = (
        select(Payment.id)
        .join(Enrolment, (Payment.part == COURSES) & (Payment.subject_id == Enrolment.id))
        .where(Enrolment.offering_id == offering_id)
    )
    return Refund.payment_id.in_(places)


def _of(which: ColumnElement[bool]) -> Sequence[Stands]:
    amount = func.sum(Refund.amount)
    wanted = select(Refund.state, func.count(), amount).where(which).group_by(Refund.state)
    found = db.session.execute(wanted)
    return _stand({state: (count, Fen(int(total))) for state, count, total in found})


def _stand(found: Mapping[RefundState, tuple[int, Fen]]) -> Sequence[Stands]:
    return [
        Stands(state, REFUND_WORDS[state], *found[state]) for state in RefundState if state in found
    ]
