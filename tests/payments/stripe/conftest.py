"""Stripe as a palace meets it: its library, and the stand-in on the other end of the line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from palace.config import Settings
from palace.db import db
from palace.payments.backends import breaker, stripe_line
from palace.payments.backends.base import backends
from palace.payments.backends.stripe import Stripe
from palace.payments.models import Payment
from tests.factory import Factory
from tests.payments.stripe.shop import PRICE, STRIPE, Shop
from tests.standin.api import StandIn, patience
from tests.standin.server import stand_in
from tests.tickets.conftest import Booker


@pytest.fixture
def told() -> Iterator[StandIn]:
    """Run the stand-in; nothing that is sent to it may break the library's contract."""
    with stand_in() as told:
        yield told
        assert told.breaches == []


@pytest.fixture
def provider(
    told: StandIn, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Stripe:
    """Return the backend on the stand-in's line; it asks again at once after a failure."""
    monkeypatch.setattr(stripe_line, "ANSWER", patience(request))
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    return Stripe(settings_of(told))


def settings_of(told: StandIn) -> Settings:
    """Return the settings of a demonstration with keys of the stand-in."""
    return Settings(
        demo=True,
        stripe_key=told.provider.key,
        stripe_secrets=(told.provider.secret,),
        stripe_api=told.url,
    )


@pytest.fixture
def shop(make: Factory, told: StandIn, provider: Stripe) -> Iterator[Shop]:
    """Return a seat that waits for its money in a palace whose provider is the stand-in."""
    backends[STRIPE] = provider
    show = make.performance(seats=2, prices={"member": PRICE})
    order = Booker().book(make.member(), show, "ST-01-01")
    make.commit()
    payment_id = db.session.scalars(select(Payment.id).where(Payment.subject_id == order.id)).one()
    yield Shop(make, told, provider, order, payment_id)
    backends.pop(STRIPE, None)
