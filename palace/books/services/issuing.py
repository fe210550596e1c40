"""Numbers of invoices that the finance tool issued, and invoices that were reversed (冲红)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from palace import clock
from palace.books import rules
from palace.books.errors import NotIssued, ReversedEarly
from palace.books.models import InvoiceRequest
from palace.books.rules import Judged, Line, Outcome
from palace.books.states import InvoiceState
from palace.clock import palace_day
from palace.db import db
from palace.members.services import note
from palace.payments import services as payments
from palace.payments.services.locking import lock


def judge(lines: Sequence[Line]) -> list[Judged]:
    """Return what each line is worth, as things stand now; a number that stands twice is good once."""
    return _judged(lines, _requests(lines))


def bring_in(lines: Sequence[Line], *, by: str) -> list[Judged]:
    """Write the good numbers down, each behind its payment's lock: refunds of it wait for 冲红 from here on.

    Brought twice, nothing happens twice.
    """
    asked = _requests(lines)
    for payment_id in sorted({one.payment_id for one in asked.values()}):
        lock(payment_id)
    asked, now = _requests(lines), clock.now()
    judged = _judged(lines, asked)
    good = [one.line for one in judged if one.outcome is Outcome.GOOD]
    for line in sorted(good, key=lambda one: asked[one.request].payment_id):
        request = asked[line.request]
        request.state, request.number, request.issued_on = (
            InvoiceState.ISSUED,
            line.invoice,
            line.day,
        )
        payments.invoiced(request.payment_id, now)
        note("invoice_issued", f"payment:{request.payment_id}", actor=by)
    db.session.flush()
    return judged


def _requests(lines: Sequence[Line]) -> dict[str, InvoiceRequest]:
    """Return the requests some lines name, read anew, by how the lines say them."""
    named = {one.request for one in lines if rules.REQUEST.fullmatch(one.request)}
    ids = {int(one): one for one in named}
    wanted = select(InvoiceRequest).where(InvoiceRequest.id.in_(ids))
    found = db.session.scalars(wanted.execution_options(populate_existing=True))
    return {ids[one.id]: one for one in found}


def _judged(lines: Sequence[Line], asked: dict[str, InvoiceRequest]) -> list[Judged]:
    numbers = [one.invoice for one in lines]
    known = select(InvoiceRequest.number).where(InvoiceRequest.number.in_(numbers))
    taken = set(db.session.scalars(known))
    today, judged, done = palace_day(clock.now()), [], set[str]()
    for line in lines:
        request = asked.get(line.request)
        outcome = rules.outcome_of(
            line,
            (request.state, request.number) if request else None,
            asked_on=palace_day(request.asked_at) if request else None,
            today=today,
            taken=line.invoice in taken,
        )
        if outcome is Outcome.GOOD and line.request in done:
            outcome = Outcome.NOT_SENT
        if outcome is Outcome.GOOD:
            taken.add(line.invoice)
            done.add(line.request)
        judged.append(Judged(line, outcome))
    return judged


def reverse(request: InvoiceRequest, on: date, *, by: str) -> None:
    """Write down that an issued invoice was reversed: what it held goes back, another may be asked for.

    To do it again changes nothing.

    Raises:
        NotIssued, ReversedEarly.
    """
    lock(request.payment_id)
    db.session.refresh(request)
    if request.state is InvoiceState.REVERSED:
        return
    if request.state is not InvoiceState.ISSUED or request.issued_on is None:
        raise NotIssued
    now = clock.now()
    if not rules.reversed_in_time(on, request.issued_on, palace_day(now)):
        raise ReversedEarly
    request.state, request.reversed_on = InvoiceState.REVERSED, on
    payments.invoice_reversed(request.payment_id, now)
    note("invoice_reversed", f"payment:{request.payment_id}", after={"on": str(on)}, actor=by)
