"""Invoices at once: one request a payment, each in one batch, and an issued one never lets money slip by."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.books import services
from palace.books.models import InvoiceBatch, InvoiceRequest
from palace.books.rules import Line, Outcome
from palace.books.states import InvoiceState
from palace.clock import palace_day
from palace.db import db
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Refund
from palace.payments.states import RefundReason, RefundState
from tests.books.conftest import Paid, pay_for
from tests.factory import Factory
from tests.races.together import codes, together

Job = Callable[[], object]


def test_one_request_a_payment(live: Factory, live_app: Flask) -> None:
    paid = pay_for(live)
    results = together(live_app, [asking(paid, f"抬头{n}") for n in range(16)])
    assert codes(results) == {"won": 1, "invoice_there": 15}


def test_each_request_is_in_one_batch(live: Factory, live_app: Flask) -> None:
    for one in [pay_for(live) for _ in range(6)]:
        one.ask()
    live.commit()
    results = together(live_app, [lambda: services.make_batch(by="staff:1").id] * 12)
    assert codes(results) == {"won": 1, "no_invoice_waits": 11}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(InvoiceBatch)) == 1
    states = db.session.scalars(select(InvoiceRequest.state)).all()
    assert set(states) == {InvoiceState.BATCHED}


def test_money_owed_as_a_batch_is_made_is_held_or_not_in_it(live: Factory, live_app: Flask) -> None:
    many = [pay_for(live) for _ in range(8)]
    for one in many:
        one.ask()
    live.commit()
    orders = [one.order.id for one in many]
    db.session.rollback()
    jobs: list[Job] = [lambda: services.make_batch(by="staff:1").id] * 2
    together(live_app, [*(owing(one) for one in orders[:4]), *jobs, *map(owing, orders[4:])])
    db.session.rollback()
    joined = select(InvoiceRequest.state, Refund.state).join(
        Refund, Refund.payment_id == InvoiceRequest.payment_id
    )
    stand = {(str(asked), str(back)) for asked, back in db.session.execute(joined)}
    assert stand <= {("batched", "held"), ("withdrawn", "counter"), ("requested", "counter")}
    assert len(db.session.scalars(select(Refund.id)).all()) == len(many)


def test_numbers_brought_as_money_is_owed_leave_it_held(live: Factory, live_app: Flask) -> None:
    many = [pay_for(live) for _ in range(8)]
    for one in many:
        one.ask()
    services.make_batch(by="staff:1")
    live.commit()
    today = palace_day(clock.now())
    lines = [Line(2, str(one.request().id), f"2600000{one.payment_id:06}", today) for one in many]
    orders = [one.order.id for one in many]
    db.session.rollback()
    jobs: list[Job] = [lambda: services.bring_in(lines, by="staff:1")] * 2
    together(live_app, [*jobs, *(owing(order_id) for order_id in orders)])
    db.session.rollback()
    refunds = db.session.scalars(select(Refund)).all()
    assert len(refunds) == len(many)
    assert {one.state for one in refunds} == {RefundState.HELD}


def test_one_number_brought_for_two_at_once_is_one_invoices(live: Factory, live_app: Flask) -> None:
    many = [pay_for(live) for _ in range(8)]
    for one in many:
        one.ask()
    services.make_batch(by="staff:1")
    live.commit()
    today = palace_day(clock.now())
    ids = [one.request().id for one in many]
    db.session.rollback()

    def bringing(request_id: int) -> Job:
        lines = [Line(2, str(request_id), "26000000000001", today)]
        return lambda: [one.outcome for one in services.bring_in(lines, by="staff:1")]

    results = together(live_app, [bringing(one) for one in ids])
    outcomes = sorted(str(one) for result in results for one in cast("list[Outcome]", result))
    assert outcomes == [Outcome.GOOD, *[Outcome.TAKEN] * 7]
    db.session.rollback()
    issued = select(func.count()).where(InvoiceRequest.state == InvoiceState.ISSUED)
    assert db.session.scalar(issued) == 1


def asking(paid: Paid, title: str) -> Job:
    """Return a job that asks for an invoice under a name of its own."""
    return lambda: paid.ask(title).id


def owing(order_id: int) -> Job:
    """Return a job that owes the money of an order back."""

    def job() -> object:
        return payments.owe(
            "tickets",
            order_id,
            Fen(3000),
            key="ticket:1",
            reason=RefundReason.CANCELLED,
            by="staff:1",
            now=clock.now(),
        )

    return job
