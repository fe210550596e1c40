"""A process that dies by kill -9 between the provider's yes and our commit: the money is found, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from palace import clock
from palace.config import ROOT, Settings
from palace.db import db, transaction
from palace.payments import services as payments
from palace.payments import states
from palace.payments.backends import breaker
from palace.payments.backends.base import backends
from palace.payments.backends.stripe import Stripe
from palace.payments.models import Attempt, Movement, Payment
from palace.payments.states import AttemptState
from palace.tickets.models import Ticket
from palace.venues.models import Demonstration
from tests.factory import Factory
from tests.journeys.conftest import free_port
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


def environment(settings: Settings, told: StandIn) -> dict[str, str]:
    """Return the settings of a process of its own on the same database, with the same provider."""
    return os.environ | {
        "PALACE_DEMO": "1",
        "PALACE_STATE": str(settings.state),
        "DATABASE_URL": str(settings.database_url),
        "DATABASE_OWNER_URL": str(settings.database_owner_url),
        "STRIPE_KEY": told.provider.key,
        "STRIPE_WEBHOOK_SECRET": told.provider.secret,
        "STRIPE_API": told.url,
        "PUBLIC_URL": settings_of(told).public_url,
    }


def die(settings: Settings, told: StandIn, payment: Payment, where: str) -> None:
    """Let a process of its own come so far and be killed there."""
    command = [sys.executable, "-c", DIES, str(payment.id), where]
    db.session.rollback()  # no transaction of ours waits for it
    ended = subprocess.run(command, env=environment(settings, told), cwd=ROOT, check=False)
    assert ended.returncode == KILLED
    db.session.rollback()


def counted() -> tuple[int, int]:
    """Return how much came how often, and how many tickets there are."""
    with transaction():  # none of ours stays open while a server starts
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


@contextmanager
def serving(settings: Settings, told: StandIn) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a web server as the palace runs its own, in a group of processes that can be killed at once."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "wsgi:app"]
    env = environment(settings, told)
    process = subprocess.Popen(command, env=env, cwd=ROOT, start_new_session=True)
    try:
        until(lambda: asked(port, "/livez", settings_of(told)) == HTTPStatus.OK)
        yield process, port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def asked(
    port: int, path: str, settings: Settings, raw: bytes | None = None, **headers: str
) -> int | None:
    """Return the status a server answers with; None: nobody answers, or who was to answer is dead."""
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    headers["Host"] = urlsplit(settings.public_url).netloc
    try:
        line.request("POST" if raw else "GET", path, body=raw, headers=headers)
        return line.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        line.close()


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def test_a_web_server_killed_between_the_provider_s_yes_and_its_commit(
    live: Factory, live_app: Flask, told: StandIn, payment: Payment
) -> None:
    settings: Settings = live_app.extensions["palace"]
    payments.open_page(payment.id, STRIPE, words="show", minutes=31)
    told.provider.pay(next(iter(told.provider.sessions)))
    raw, headers = told.provider.signed(list(told.provider.events.values())[-1])
    held, member_id = create_engine(str(settings.database_owner_url)), payment.member_id
    live.add(Demonstration(loaded_at=clock.now()))
    live.commit()

    def news(port: int) -> int | None:
        return asked(port, "/payments/stripe/webhook", settings_of(told), raw, **headers)

    with serving(settings, told) as (server, port), ThreadPoolExecutor() as pool:
        with held.begin() as line:  # the server heard the yes, and waits for its first lock
            line.execute(
                text("SELECT id FROM members WHERE id = :id FOR UPDATE"), {"id": member_id}
            )
            brought = pool.submit(news, port)
            until(lambda: bool(line.scalar(text(WAITS))))
            assert told.count("GET /v1/checkout/sessions/") == 1
            os.killpg(server.pid, signal.SIGKILL)
        assert brought.result(timeout=60) is None
    held.dispose()
    assert counted() == (0, 0)
    live.set_clock(clock.now() + timedelta(minutes=1))
    live.commit()
    payments.tend_pages()  # as the worker does every minute
    assert counted() == (1, 1)
    with serving(settings, told) as (_, port):
        assert news(port) == HTTPStatus.OK  # the provider brings them again, to the next server
    assert counted() == (1, 1)
