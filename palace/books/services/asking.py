"""A member asks for an invoice of what they paid, or takes that back before it is sent on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from palace import clock
from palace.books.errors import InvoiceThere, InvoiceUnderWay, NothingToInvoice
from palace.books.models import InvoiceRequest
from palace.books.states import InvoiceState, Payer
from palace.db import db
from palace.members.services import note
from palace.payments.services.locking import lock
from palace.payments.services.refunding import left

OVER = (InvoiceState.REVERSED, InvoiceState.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """To whom an invoice is made out, and where it is sent."""

    payer: Payer
    title: str
    tax_number: str | None
    email: str | None


def ask(payment_id: int, wanted: Wanted) -> InvoiceRequest:
    """Ask for an invoice of what is here of a payment; the same asked twice is one.

    Raises:
        NothingToInvoice: it did not come, or all of it went back or has to.
        InvoiceThere: another one stands.
    """
    payment = lock(payment_id)
    found = standing(payment_id)
    if found is not None:
        if found.state is InvoiceState.REQUESTED and _of(found) == wanted:
            return found
        raise InvoiceThere
    amount = left(payment_id)
    if payment.paid_at is None or amount <= 0:
        raise NothingToInvoice
    request = InvoiceRequest(
        payment_id=payment_id,
        state=InvoiceState.REQUESTED,
        payer=wanted.payer,
        title=wanted.title,
        tax_number=wanted.tax_number,
        email=wanted.email,
        amount=amount,
        asked_at=clock.now(),
    )
    db.session.add(request)
    db.session.flush()
    note("invoice_asked", f"payment:{payment_id}", after={"amount": amount})
    return request


def standing(payment_id: int) -> InvoiceRequest | None:
    """Return the request of a payment that is neither reversed nor withdrawn."""
    wanted = select(InvoiceRequest).where(
        InvoiceRequest.payment_id == payment_id, InvoiceRequest.state.not_in(OVER)
    )
    return db.session.scalars(wanted.execution_options(populate_existing=True)).first()


def _of(request: InvoiceRequest) -> Wanted:
    return Wanted(
        payer=request.payer,
        title=request.title,
        tax_number=request.tax_number,
        email=request.email,
    )


def withdraw(payment_id: int) -> None:
    """Take back what was asked for of a payment; to do it again changes nothing.

    Raises:
        InvoiceUnderWay: the finance tool has it.
    """
    lock(payment_id)
    request = standing(payment_id)
    if request is None:
        return
    if request.state is not InvoiceState.REQUESTED:
        raise InvoiceUnderWay
    request.state = InvoiceState.WITHDRAWN
    db.session.flush()
    note("invoice_withdrawn", f"payment:{payment_id}")
