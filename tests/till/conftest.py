"""A clerk at a till, a seat that waits for its money, and what a browser does about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from palace import clock
from palace.db import db
from palace.members.models import Member, Staff
from palace.members.rules import Role
from palace.money import Fen
from palace.payments.models import Movement, Payment
from palace.tickets.models import Order
from palace.till import services
from palace.till.models import Shift
from tests.factory import Factory
from tests.tickets.conftest import Booker

ASK = {"Accept": "application/json"}


@dataclass
class Till:
    """A clerk with a browser."""

    make: Factory
    browser: FlaskClient
    staff: Staff

    @property
    def actor(self) -> str:
        """Return who the clerk is in the audit."""
        return f"staff:{self.staff.id}"

    def begin(self, begun_with: int = 10000) -> Shift:
        """Begin the clerk's shift."""
        site = self.make.site()
        shift = services.open_shift(
            staff_id=self.staff.id,
            site_id=site.id,
            begun_with=Fen(begun_with),
            by=self.actor,
            now=clock.now(),
        )
        self.make.commit()
        return shift

    def post(self, path: str, **fields: object) -> TestResponse:
        """Send a form as a page does."""
        return self.browser.post(f"/staff/till{path}", data=fields)

    def ask(self, path: str, **fields: object) -> Any:
        """Send a form as a program does; return the answer's body."""
        return self.browser.post(f"/staff/till{path}", json=fields, headers=ASK).get_json()

    def take(self, payment: Payment, method: str = "cash", **fields: object) -> TestResponse:
        """Take a payment's money."""
        typed = {"method": method, "amount": payment.amount, **fields}
        return self.post(f"/payments/{payment.id}/take", **typed)


@dataclass
class Sold:
    """A seat for thirty yuan that waits for its money."""

    member: Member
    order: Order

    @property
    def payment(self) -> Payment:
        """Return its payment as it stands now."""
        wanted = select(Payment).where(Payment.subject_id == self.order.id)
        return db.session.scalars(wanted.execution_options(populate_existing=True)).one()

    @property
    def movements(self) -> list[Movement]:
        """Return what came and went for it."""
        wanted = select(Movement).where(Movement.payment_id == self.payment.id)
        ordered = wanted.order_by(Movement.id).execution_options(populate_existing=True)
        return list(db.session.scalars(ordered))


def sell(make: Factory, price: int = 3000) -> Sold:
    """Return a seat that waits for its money."""
    performance = make.performance(seats=2, prices={"member": price})
    member = make.member()
    order = Booker().book(member, performance, "ST-01-01")
    make.commit()
    return Sold(member, order)


@pytest.fixture
def sold(make: Factory) -> Sold:
    """Return a seat for thirty yuan that waits for its money."""
    return sell(make)


@pytest.fixture
def till(make: Factory, client: FlaskClient) -> Till:
    """Return a clerk of the counter, signed in."""
    return clerk(make, client)


def clerk(make: Factory, browser: FlaskClient, role: Role = Role.COUNTER) -> Till:
    """Return somebody at a till, signed in."""
    staff = make.staff(role)
    make.sign_in(browser, staff)
    return Till(make, browser, staff)


@pytest.fixture
def other(make: Factory, app: Any) -> Till:
    """Return a second clerk."""
    return clerk(make, app.test_client())
