"""What is to be paid, as its member sees it: for what, how it stands, by which ways, what went back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.once import read_lately
from palace.payments import services as payments
from palace.payments.backends.base import backends
from palace.payments.models import Movement, Payment, Refund
from palace.payments.rules import Stands
from palace.payments.services import Said
from palace.payments.services.asking import Steps
from palace.payments.states import Backend, RefundState
from palace.tickets.models import Order, Ticket
from palace.tickets.services.owing import ASKED_OF, asked_of
from palace.till import queries as till
from palace.till.models import PrintedCode
from palace.venues.models import Site

FRESH = 1.0  # seconds a ladder is remembered, as every page of a show asks
UNTOLD = (RefundState.ASKED, RefundState.DROPPED)
"""Refunds that nobody agreed to: their member is told of none."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A payment as its member sees it; `refunds` is what went back of it, or has to."""

    payment: Payment
    said: Said
    stands: Stands
    refunds: Sequence[Refund]
    now: datetime

    @property
    def code(self) -> str:
        """Return the code by which the counter finds it."""
        return self.said.path.rpartition("/")[2]

    @property
    def on_arrival(self) -> bool:
        """Return whether it keeps seats for who pays on arrival: not to come is a strike then."""
        kept = select(Order.id).join(Payment, ASKED_OF).where(Payment.id == self.payment.id)
        return bool(db.session.scalar(kept.where(Order.pay_by > Order.hold_ends_at).limit(1)))

    @property
    def receipt(self) -> Movement | None:
        """Return the money that came and has a receipt which stands; None: there is none."""
        rows = till.movements_of(self.payment.id)
        off = till.corrected(rows)
        stand = [one for one in rows if one.receipt is not None and one.id not in off]
        return stand[-1] if stand else None

    @property
    def house(self) -> Site:
        """Return the house whose counter takes the money."""
        return db.session.get_one(Site, self.payment.site_id)

    @property
    def printed(self) -> list[PrintedCode]:
        """Return the house's printed codes, by which it is paid with four digits as a note."""
        wanted = select(PrintedCode).where(PrintedCode.site_id == self.payment.site_id)
        return list(db.session.scalars(wanted.order_by(PrintedCode.position, PrintedCode.id)))


def due_of(member_id: int, payment_id: int) -> Due:
    """Return what a member was asked to pay.

    Raises:
        NotFound: there is no such payment, or it is somebody else's.
    """
    wanted = select(Payment).where(Payment.id == payment_id, Payment.member_id == member_id)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return _due(found, clock.now())


def due_for(part: str, subject_id: int) -> Due | None:
    """Return what is to be paid for a part's subject; None: nothing was ever asked."""
    found = payments.find(part, subject_id)
    return _due(found, clock.now()) if found else None


def _due(payment: Payment, now: datetime) -> Due:
    refunds = payments.refunds_of(payment.id)
    return Due(
        payment=payment,
        said=payments.said[payment.part]([payment.subject_id])[payment.subject_id],
        stands=payments.stands(payment, now),
        refunds=[one for one in refunds if one.state not in UNTOLD],
        now=now,
    )


def payment_of(ticket: Ticket) -> int | None:
    """Return by which payment of its own member a ticket was paid; None: it was free, or given."""
    found = payments.find(*asked_of(ticket.order)) if ticket.price else None
    return found.id if found and found.member_id == ticket.member_id else None


def pays_online() -> bool:
    """Return whether a provider takes money here."""
    return Backend.STRIPE in backends


def ladder_of(ladder_id: int | None) -> Steps | None:
    """Return the steps something is sold by, as they were this second."""
    return read_lately(f"ladder:{ladder_id}", FRESH, lambda: payments.steps_of(ladder_id))
