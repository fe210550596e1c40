"""What waits for an invoice goes to the finance tool in one file, whose columns the palace sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update

from palace import clock
from palace.books.errors import NobodyWaits
from palace.books.models import InvoiceBatch, InvoiceColumn, InvoiceRequest
from palace.books.queries import invoices as queries
from palace.books.rules import MOST_LINES, Heading
from palace.books.states import InvoiceState
from palace.db import db
from palace.members.services import note
from palace.payments import services as payments
from palace.payments.services.locking import lock_all
from palace.payments.services.refunding import left_of


def make_batch(*, by: str) -> InvoiceBatch:
    """Put what waits into a batch, each with what is here of its money now; nothing left is withdrawn.

    What has to go back from here on waits until the invoice is reversed, or is said not to be issued.

    Raises:
        NobodyWaits.
    """
    waits = InvoiceRequest.state == InvoiceState.REQUESTED
    paid = select(InvoiceRequest.payment_id).where(waits).order_by(InvoiceRequest.payment_id)
    ids = db.session.scalars(paid.limit(MOST_LINES)).all()
    lock_all(ids)
    here = left_of(InvoiceRequest.payment_id)
    rows = db.session.execute(
        select(InvoiceRequest.id, InvoiceRequest.payment_id, here.label("here")).where(
            InvoiceRequest.payment_id.in_(ids), waits
        )
    ).all()
    taken = [one for one in rows if one.here > 0]
    if not taken:
        raise NobodyWaits
    now = clock.now()
    batch = InvoiceBatch(made_at=now, made_by=by)
    db.session.add(batch)
    db.session.flush()
    _set([one.id for one in rows if one.here <= 0], state=InvoiceState.WITHDRAWN)
    _set([one.id for one in taken], state=InvoiceState.BATCHED, batch_id=batch.id, amount=here)
    payments.invoiced([one.payment_id for one in taken], now)
    note("invoices_batched", f"invoice_batch:{batch.id}", after={"rows": len(taken)}, actor=by)
    return batch


def _set(request_ids: Sequence[int], **values: Any) -> None:
    changed = update(InvoiceRequest).where(InvoiceRequest.id.in_(request_ids)).values(values)
    db.session.execute(changed.execution_options(synchronize_session="fetch"))


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
