"""Numbers of invoices that the finance tool issued, and invoices that were reversed (冲红)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import BigInteger, Date, Text, column, func, select, update, values

from palace import clock
from palace.books import rules
from palace.books.errors import NotAtTheTool, NotIssued, ReversedEarly
from palace.books.models import InvoiceRequest
from palace.books.rules import Judged, Line, Outcome
from palace.books.states import InvoiceState
from palace.clock import palace_day
from palace.db import db
from palace.members.services import note, note_each
from palace.payments import services as payments
from palace.payments.services.locking import lock, lock_all

LOCK = 7_215_048  # advisory lock: one file of numbers at a time is judged and written


def judge(lines: Sequence[Line]) -> list[Judged]:
    """Return what each line is worth, as things stand now; a number that stands twice is good once."""
    return _judged(lines, _requests(lines))


def bring_in(lines: Sequence[Line], *, by: str) -> list[Judged]:
    """Write the good numbers down behind the locks of their payments, whose refunds wait since the batch.

    Brought twice, nothing happens twice.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    asked = _requests(lines)
    lock_all({one.payment_id for one in asked.values()})
    asked = _requests(lines)
    judged = _judged(lines, asked)
    good = [one.line for one in judged if one.outcome is Outcome.GOOD]
    if good:
        _write([(asked[one.request].id, one.invoice, one.day) for one in good])
        of_payments = [f"payment:{asked[one.request].payment_id}" for one in good]
        note_each("invoice_issued", of_payments, actor=by)
    return judged


def _write(numbers: Sequence[tuple[int, str, date | None]]) -> None:
    came = values(
        column("id", BigInteger), column("number", Text), column("day", Date), name="came"
    ).data(numbers)
    issued = update(InvoiceRequest).where(InvoiceRequest.id == came.c.id)
    issued = issued.values(state=InvoiceState.ISSUED, number=came.c.number, issued_on=came.c.day)
    db.session.execute(issued.execution_options(synchronize_session="fetch"))


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


def not_issued(request: InvoiceRequest, *, why: str, by: str) -> None:
    """Take back what the finance tool got and did not issue: what it held goes back; twice is once.

    Raises:
        NotAtTheTool: it has a number, or was never sent.
    """
    lock(request.payment_id)
    db.session.refresh(request)
    if request.state is InvoiceState.WITHDRAWN:
        return
    if request.state is not InvoiceState.BATCHED:
        raise NotAtTheTool
    request.state = InvoiceState.WITHDRAWN
    payments.invoice_reversed(request.payment_id, clock.now())
    note("invoice_not_issued", f"payment:{request.payment_id}", why=why, actor=by)
