"""A process that dies by kill -9 between the provider's yes and our commit: the money is found, once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace.config import ROOT, Settings
from palace.db import db
from palace.payments import services as payments
from palace.payments import states
from palace.payments.backends import breaker
from palace.payments.backends.base import backends
from palace.payments.backends.stripe import Stripe
from palace.payments.models import Attempt, Movement, Payment
from palace.payments.states import AttemptState
from palace.tickets.models import Ticket
from tests.factory import Factory
from tests.payments.stripe.conftest import settings_of
from tests.standin.api import StandIn
from tests.standin.server import stand_in
from tests.tickets.conftest import Booker

STRIPE = states.Backend.STRIPE
KILLED = -9
DIES = """
import os, signal, sys
from palace import create_app
from palace.config import Settings
from palace.payments import services as payments
from palace.payments.services import facts, pages
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
app = create_app(Settings.from_env())
payment_id, where = int(sys.argv[1]), sys.argv[2]
with app.app_context():
    if where == "opened":
        pages.opened = die
        payments.open_page(payment_id, "stripe", words="show", minutes=31)
    else:
        facts.insert = die
        facts._note = die
        payments.look_at(payment_id)
"""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Let Stripe take money here."""
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    with stand_in() as told:
        backends[STRIPE] = Stripe(settings_of(told))
        yield told
        backends.pop(STRIPE)
        assert told.breaches == []


@pytest.fixture
def payment(live: Factory) -> Payment:
    """Return thirty yuan that somebody owes for a seat."""
    order = Booker().book(
        live.member(), live.performance(seats=1, prices={"member": 3000}), "ST-01-01"
    )
    live.commit()
    return db.session.scalars(select(Payment).where(Payment.subject_id == order.id)).one()


def die(settings: Settings, told: StandIn, payment: Payment, where: str) -> None:
    """Let a process of its own come so far and be killed there."""
    env = os.environ | {
        "PALACE_DEMO": "1",
        "PALACE_STATE": str(settings.state),
        "DATABASE_URL": str(settings.database_url),
        "DATABASE_OWNER_URL": str(settings.database_owner_url),
        "STRIPE_KEY": told.provider.key,
        "STRIPE_WEBHOOK_SECRET": told.provider.secret,
        "STRIPE_API": told.url,
    }
    command = [sys.executable, "-c", DIES, str(payment.id), where]
    ended = subprocess.run(command, env=env, cwd=ROOT, check=False)
    assert ended.returncode == KILLED
    db.session.rollback()


def counted() -> tuple[int, int]:
    """Return how much came how often, and how many tickets there are."""
    db.session.rollback()
    came = db.session.scalars(select(func.count()).select_from(Movement)).one()
    return came, db.session.scalars(select(func.count()).select_from(Ticket)).one()


def test_killed_before_its_commit_the_money_is_found_by_who_looks_next(
    live: Factory, live_app: Flask, told: StandIn, payment: Payment
) -> None:
    payments.open_page(payment.id, STRIPE, words="show", minutes=31)
    told.provider.pay(next(iter(told.provider.sessions)))

    die(live_app.extensions["palace"], told, payment, "applied")
    assert counted() == (0, 0)
    payments.look_at(payment.id)
    assert counted() == (1, 1)
    payments.look_at(payment.id)
    assert counted() == (1, 1)


def test_killed_before_a_page_s_name_was_written_the_same_page_is_asked_for(
    live: Factory, live_app: Flask, told: StandIn, payment: Payment
) -> None:
    die(live_app.extensions["palace"], told, payment, "opened")
    (page,) = told.provider.sessions
    assert db.session.scalars(select(Attempt.state)).one() is AttemptState.STARTING
    told.provider.pay(page)

    payments.look_at(payment.id)  # asks for the page again, and hears its name
    payments.look_at(payment.id)
    assert list(told.provider.sessions) == [page]
    assert counted() == (1, 1)
