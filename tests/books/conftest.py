"""A ticket that was paid for, its member, and somebody of finance at their desk."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.books import services
from palace.books.models import InvoiceRequest
from palace.books.services import Wanted
from palace.books.states import Payer
from palace.clock import palace_day
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.models import Payment, Refund
from palace.payments.states import Method, RefundReason
from palace.tickets.models import Order
from tests.factory import Factory
from tests.tickets.conftest import Booker

TAX = "91140100701234567X"
UNIT = {"payer": "unit", "title": "太原公交公司工会", "tax_number": TAX, "email": "gh@example.com"}


@dataclass(frozen=True)
class Paid:
    """A seat for thirty yuan whose money came at the counter."""

    member: Member
    order: Order
    payment_id: int

    @property
    def payment(self) -> Payment:
        """Return the payment as it stands."""
        return db.session.get_one(Payment, self.payment_id, populate_existing=True)

    def ask(self, title: str = "张建华") -> InvoiceRequest:
        """Ask for an invoice."""
        wanted = Wanted(payer=Payer.PERSON, title=title, tax_number=None, email=None)
        return services.ask(self.payment_id, wanted)

    def owe(self, amount: int = 3000) -> Refund:
        """Let so much have to go back."""
        refund = payments.owe(
            "tickets",
            self.order.id,
            Fen(amount),
            key="ticket:1",
            reason=RefundReason.CANCELLED,
            by="staff:9",
            now=clock.now(),
        )
        assert refund is not None
        return refund

    def request(self) -> InvoiceRequest:
        """Return the last request as it stands."""
        wanted = select(InvoiceRequest).where(InvoiceRequest.payment_id == self.payment_id)
        ordered = wanted.order_by(InvoiceRequest.id.desc())
        found = db.session.scalars(ordered.execution_options(populate_existing=True)).first()
        assert found is not None
        return found


def pay_for(make: Factory, member: Member | None = None, price: int = 3000) -> Paid:
    """Let a member book a seat and pay for it at the counter."""
    member = member or make.member()
    show = make.performance(seats=2, prices={"member": price})
    order = Booker().book(member, show, "ST-01-01")
    payment_id = db.session.scalars(select(Payment.id).where(Payment.subject_id == order.id)).one()
    payments.take(
        payment_id,
        method=Method.POS,
        amount=Fen(price),
        reference=f"pos-{payment_id}",
        by="staff:9",
        shift_id=None,
        now=clock.now(),
    )
    make.commit()
    return Paid(member, order, payment_id)


@pytest.fixture
def paid(make: Factory) -> Paid:
    """Return a seat that was paid for."""
    return pay_for(make)


@pytest.fixture
def finance(app: Flask, make: Factory) -> FlaskClient:
    """Return the browser of finance."""
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.FINANCE))
    return browser


@pytest.fixture
def payer(app: Flask, make: Factory, paid: Paid) -> FlaskClient:
    """Return the browser of who paid."""
    browser = app.test_client()
    make.sign_in(browser, paid.member)
    return browser


def numbers(*requests: InvoiceRequest, day: str = "", first: int = 10000000) -> str:
    """Return what the finance tool answers, as it is pasted."""
    on = day or palace_day(clock.now()).isoformat()
    lines = [f"{one.id},{first + one.id},{on}" for one in requests]
    return "\n".join(["申请单号,发票号码,开票日期", *lines])


def issue(paid: Paid, finance: FlaskClient) -> None:
    """Let what waits go to the finance tool and come back with numbers."""
    assert finance.post("/staff/books/batches").status_code == 303
    lines = numbers(paid.request())
    answer = finance.post("/staff/books/numbers", data={"lines": lines, "sure": "1"})
    assert answer.status_code == 303, answer.text
