"""A member with something to pay, a browser, and Stripe as it is reached: its library and the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from palace.db import db
from palace.members.models import Member
from palace.payments import states
from palace.payments.backends import breaker
from palace.payments.backends.base import backends
from palace.payments.backends.stripe import Stripe
from palace.payments.models import Ladder, LadderStep, Payment
from palace.programme.models import Performance
from palace.tickets.models import Order
from tests.factory import Factory
from tests.payments.stripe.conftest import settings_of
from tests.standin.api import StandIn
from tests.standin.server import stand_in
from tests.tickets.conftest import Booker

JSON = {"Accept": "application/json"}
STEPS = [(2880, 80), (1440, 50)]
STRIPE = states.Backend.STRIPE


@dataclass(frozen=True)
class Buyer:
    """A member who owes thirty yuan for a seat, at their browser."""

    make: Factory
    browser: FlaskClient
    member: Member
    show: Performance
    order: Order

    @property
    def payment(self) -> Payment:
        """Return what they owe, as it stands now."""
        wanted = select(Payment).where(
            Payment.part == "tickets", Payment.subject_id == self.order.id
        )
        return db.session.scalars(wanted.execution_options(populate_existing=True)).one()

    @property
    def path(self) -> str:
        """Return the address of the page of what they owe."""
        return f"/payments/{self.payment.id}"

    def see(self) -> str:
        """Return what the page says."""
        answer = self.browser.get(self.path)
        assert answer.status_code == 200
        return answer.text

    def ask(self) -> dict[str, Any]:
        """Return the page as programs read it."""
        told: dict[str, Any] = self.browser.get(self.path, headers=JSON).get_json()
        return told

    def press(self, what: str, **how: Any) -> TestResponse:
        """Press a button of the page."""
        return self.browser.post(f"{self.path}/{what}", **how)

    def opened(self) -> str:
        """Open the provider's page; return its name there."""
        address: str = self.press("open", headers=JSON).get_json()["address"]
        return address.rpartition("/")[2]

    def tickets(self) -> int:
        """Return how many tickets they have."""
        return len(self.make.tickets(self.show))


@pytest.fixture
def buyer(app: Flask, make: Factory) -> Buyer:
    """Return somebody whose seat waits for thirty yuan, by the usual ladder."""
    steps = [LadderStep(minutes_before=minutes, percent=percent) for minutes, percent in STEPS]
    make.add(Ladder(name_zh="通常", name_en="Usual", usual=True, steps=steps))
    show, member = make.performance(seats=2, prices={"member": 3000}), make.member()
    order = Booker().book(member, show, "ST-01-01")
    browser = app.test_client()
    make.sign_in(browser, member)
    make.commit()
    return Buyer(make, browser, member, show, order)


@pytest.fixture
def told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Let Stripe take money here; nothing that is sent to it may break the library's contract."""
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    with stand_in() as told:
        backends[STRIPE] = Stripe(settings_of(told))
        yield told
        backends.pop(STRIPE)
        assert told.breaches == []
