"""What waits for an invoice goes to the finance tool in one file, whose columns the palace sets."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from palace import clock
from palace.books.errors import NobodyWaits
from palace.books.models import InvoiceBatch, InvoiceColumn, InvoiceRequest
from palace.books.queries import invoices as queries
from palace.books.rules import MOST_LINES, Heading
from palace.books.services.asking import invoiceable
from palace.books.states import InvoiceState
from palace.db import db
from palace.members.services import note
from palace.payments.services.locking import lock


def make_batch(*, by: str) -> InvoiceBatch:
    """Put what waits into a batch, each with what is here of its money now; nothing left is withdrawn.

    Raises:
        NobodyWaits.
    """
    waits = select(InvoiceRequest.id, InvoiceRequest.payment_id).where(
        InvoiceRequest.state == InvoiceState.REQUESTED
    )
    # payments in the order of their ids: two batches at once never wait on each other in a circle
    found = db.session.execute(waits.order_by(InvoiceRequest.payment_id).limit(MOST_LINES)).all()
    for payment_id in dict.fromkeys(row.payment_id for row in found):
        lock(payment_id)
    taken = [one for one in map(_still, (row.id for row in found)) if one is not None]
    if not taken:
        raise NobodyWaits
    batch = InvoiceBatch(made_at=clock.now(), made_by=by)
    db.session.add(batch)
    db.session.flush()
    for request in taken:
        request.state, request.batch_id = InvoiceState.BATCHED, batch.id
    db.session.flush()
    note("invoices_batched", f"invoice_batch:{batch.id}", after={"rows": len(taken)}, actor=by)
    return batch


def _still(request_id: int) -> InvoiceRequest | None:
    """Return a request that still waits, with its amount as it is behind its payment's lock."""
    request = db.session.get_one(InvoiceRequest, request_id, populate_existing=True)
    if request.state is not InvoiceState.REQUESTED:
        return None
    left = invoiceable(request.payment_id)
    if left <= 0:
        request.state = InvoiceState.WITHDRAWN
        return None
    request.amount = left
    return request


def set_columns(columns: Sequence[Heading], *, by: str) -> None:
    """Let the file have these columns from now on."""
    before = [one.heading for one in queries.columns()]
    db.session.execute(delete(InvoiceColumn))
    db.session.add_all(
        InvoiceColumn(position=place, heading=one.heading, field=one.field, fixed=one.fixed)
        for place, one in enumerate(columns, 1)
    )
    db.session.flush()
    after = [one.heading for one in columns]
    note(
        "invoice_columns_set",
        "invoice_columns",
        before={"columns": before},
        after={"columns": after},
        actor=by,
    )
