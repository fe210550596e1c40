"""A page nobody can ask about, stated by two at once: the second sees what the first said."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import func, select, text

from palace import clock
from palace.db import db, transaction
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.backends.base import Facts, backends
from palace.payments.models import Attempt, Movement, Payment
from palace.payments.services import Seen, apply_facts
from palace.payments.states import AttemptState
from palace.tickets.models import Ticket
from tests.factory import Factory
from tests.payments.conftest import STRIPE, Provider
from tests.races.together import codes, together
from tests.tickets.conftest import Booker

Job = Callable[[], object]
PAID = Seen(paid=Fen(3000), intent="pi_1")


def stuck(live: Factory) -> int:
    """Return a payment whose page is open and whose provider's keys are gone."""
    show = live.performance(seats=1, prices={"public": 3000})
    Booker().book(live.member(), show, "ST-01-01")
    live.commit()
    payment_id = db.session.scalars(select(Payment.id)).one()
    backends[STRIPE] = Provider()
    payments.open_page(payment_id, STRIPE, words="x", minutes=31)
    del backends[STRIPE]
    db.session.rollback()
    return payment_id


def saying(payment_id: int, seen: Seen, by: str) -> Job:
    """Return a job that says what somebody saw."""
    return lambda: payments.state_page(payment_id, seen, why="x", by=by)


def test_two_who_say_the_same_at_once_make_it_true(live: Factory, live_app: Flask) -> None:
    payment_id = stuck(live)
    results = together(live_app, [saying(payment_id, PAID, f"staff:{n}") for n in range(2)])
    assert sorted(map(bool, results)) == [False, True]
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_many_who_say_the_same_at_once_bring_the_money_once(live: Factory, live_app: Flask) -> None:
    payment_id = stuck(live)
    results = together(live_app, [saying(payment_id, PAID, f"staff:{n}") for n in range(8)])
    assert codes(results) == {"won": 2, "page_answers": 6}
    assert db.session.scalar(select(func.count()).select_from(Movement)) == 1


def test_who_states_what_its_provider_answers_meanwhile_is_told(
    live: Factory, live_app: Flask
) -> None:
    payment_id = stuck(live)
    page = db.session.scalars(select(Attempt)).one()
    closed = Facts(
        reference=page.reference,
        intent=None,
        payment_id=payment_id,
        number=page.number,
        state=AttemptState.CLOSED,
    )
    db.session.rollback()
    with ThreadPoolExecutor() as pool:
        with transaction():
            apply_facts(STRIPE, closed, now=clock.now())
            late = pool.submit(together, live_app, [saying(payment_id, PAID, "staff:1")])
            wait_for_somebody_who_waits()
        assert codes(late.result(timeout=60)) == {"page_answers": 1}
    assert db.session.scalars(select(Attempt.stated)).one() is None


def wait_for_somebody_who_waits() -> None:
    """Wait until another transaction waits for a lock of this one."""
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(600):
        if db.session.scalar(waits):
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")
