"""Money against threads: taken once, sent back once, receipts without gaps, seats unpaid to the last one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.models import Member
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.backends.base import Away, Facts, backends
from palace.payments.models import Attempt, Ladder, LadderStep, Movement, Payment, Refund
from palace.payments.services import Until, apply_facts
from palace.payments.services.tending import send
from palace.payments.states import GRACE, AttemptState, Direction, Method, RefundReason, RefundState
from palace.programme.models import Performance
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import OrderState, TicketState
from tests.factory import Factory
from tests.payments.conftest import STRIPE, Provider
from tests.races.together import codes, together
from tests.tickets.conftest import Booker

PRICE = 3000
Job = Callable[[], object]


@pytest.fixture
def provider(live_app: Flask) -> Iterator[Provider]:
    """Return the provider of this palace."""
    backends[STRIPE] = one = Provider()
    yield one
    backends.pop(STRIPE, None)


def waiting(live: Factory, count: int = 1) -> tuple[Performance, list[int]]:
    """Return a show, and payments of so many people for a seat each."""
    show = live.performance(seats=count, prices={"public": PRICE})
    for number in range(count):
        Booker().book(live.member(), show, f"ST-01-{number + 1:02}")
    live.commit()
    return show, list(db.session.scalars(select(Payment.id).order_by(Payment.id)))


def cash(payment_id: int, amount: int = PRICE) -> Job:
    """Return a job that takes cash."""
    return lambda: (
        payments.take(
            payment_id,
            method=Method.CASH,
            amount=Fen(amount),
            reference=None,
            by="staff:1",
            shift_id=None,
            now=clock.now(),
        ).id
    )


def total(direction: Direction) -> int:
    """Return how much moved."""
    wanted = select(func.coalesce(func.sum(Movement.amount), 0))
    return int(db.session.scalar(wanted.where(Movement.direction == direction)) or 0)


def sold(show: Performance) -> int:
    """Return how many tickets of a show are valid."""
    wanted = select(func.count()).where(
        Ticket.performance_id == show.id, Ticket.state == TicketState.VALID
    )
    return db.session.scalar(wanted) or 0


def test_sixteen_clerks_take_one_payment_once(live: Factory, live_app: Flask) -> None:
    show, (payment_id,) = waiting(live)
    results = codes(together(live_app, [cash(payment_id)] * 16, at_once=16))
    assert results == {"won": 1, "paid_meanwhile": 15}
    assert (total(Direction.IN), sold(show)) == (PRICE, 1)


def test_cash_and_a_webhook_at_once_leave_one_ticket_and_no_money_too_much(
    live: Factory, live_app: Flask, provider: Provider
) -> None:
    show, (payment_id,) = waiting(live)
    payments.open_page(payment_id, STRIPE, words="x", minutes=31)
    payments.close_pages(payment_id)
    reference = db.session.scalars(select(Attempt.reference)).one() or ""
    facts = provider.pay(reference, PRICE)  # the bank was a moment ahead of the closing
    live.commit()

    def webhook() -> None:
        apply_facts(STRIPE, facts, now=clock.now())

    results = codes(together(live_app, [cash(payment_id), webhook] * 8, at_once=16))
    assert set(results) <= {"won", "paid_meanwhile"}
    owed = db.session.scalar(select(func.coalesce(func.sum(Refund.amount), 0))) or 0
    assert (sold(show), total(Direction.IN) - owed) == (1, PRICE)


def test_24_equal_events_at_once_are_one(
    live: Factory, live_app: Flask, provider: Provider
) -> None:
    show, (payment_id,) = waiting(live)
    payments.open_page(payment_id, STRIPE, words="x", minutes=31)
    reference = db.session.scalars(select(Attempt.reference)).one() or ""
    provider.pay(reference, PRICE)
    facts: Facts = provider.pages[reference]
    live.commit()

    together(live_app, [lambda: apply_facts(STRIPE, facts, now=clock.now())] * 24, at_once=24)
    assert (sold(show), total(Direction.IN)) == (1, PRICE)
    assert db.session.scalars(select(Attempt.state)).one() is AttemptState.PAID
    assert db.session.scalars(select(Refund.id)).all() == []


def test_a_refund_goes_once_whether_the_worker_or_the_counter_is_first(
    live: Factory, live_app: Flask, provider: Provider
) -> None:
    _, (payment_id,) = waiting(live)
    payments.open_page(payment_id, STRIPE, words="x", minutes=31)
    facts = provider.pay(db.session.scalars(select(Attempt.reference)).one() or "", PRICE)
    apply_facts(STRIPE, facts, now=clock.now())
    payment = db.session.get_one(Payment, payment_id)
    owed = payments.owe(
        payment.part,
        payment.subject_id,
        Fen(PRICE),
        key="ticket:1",
        reason=RefundReason.RETURNED,
        by="x",
        now=clock.now(),
    )
    assert owed is not None
    refund_id = owed.id
    live.commit()

    def by_hand() -> None:
        with transaction():
            payments.pay_back(
                refund_id, method=Method.CASH, by="staff:1", shift_id=None, now=clock.now()
            )

    outcomes = alone(live_app, [lambda: send(refund_id), by_hand] * 8)
    assert set(outcomes) <= {"done", "refund_not_to_be_paid"}
    assert total(Direction.OUT) == PRICE
    went = db.session.scalars(select(Movement).where(Movement.direction == Direction.OUT)).one()
    assert len(provider.refunds) == (went.method is Method.ONLINE)
    assert db.session.scalars(select(Refund.state)).one() is RefundState.DONE


def alone(app: Flask, jobs: list[Job]) -> Counter[str]:
    """Run jobs at once that begin their own transactions; count what became of them."""

    def run(job: Job) -> str:
        with app.app_context():
            try:
                job()
            except PalaceError as refusal:
                return str(refusal.code)
            except Away:
                return "away"
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        return Counter(pool.map(run, jobs))


def test_receipts_have_no_gaps_though_some_takings_are_undone(
    live: Factory, live_app: Flask
) -> None:
    _, ids = waiting(live, 24)

    def undone(payment_id: int) -> Job:
        def take() -> object:
            cash(payment_id)()
            raise PalaceError

        return take

    jobs = [job for one in ids for job in (undone(one), cash(one))]
    results = codes(together(live_app, jobs, at_once=24))
    assert results["won"] == 24
    numbers = db.session.scalars(select(Movement.receipt).order_by(Movement.receipt)).all()
    assert numbers == list(range(1, 25))


def test_at_an_edge_of_the_ladder_a_ticket_goes_back_once(live: Factory, live_app: Flask) -> None:
    steps = [
        LadderStep(minutes_before=1440, percent=80),
        LadderStep(minutes_before=60, percent=20),
    ]
    live.add(Ladder(name_zh="通常", name_en="Usual", usual=True, steps=steps))
    show, (payment_id,) = waiting(live)
    with transaction():
        cash(payment_id)()
    ticket = live.tickets(show)[0]
    member_id, code = ticket.member_id, ticket.code
    live.commit()
    live.set_clock(show.starts_at - timedelta(minutes=1440))
    live.commit()

    def back() -> object:
        member = db.session.get_one(Member, member_id)
        return tickets.give_back(member, code, seen=Fen(PRICE * 80 // 100)).id

    results = codes(together(live_app, [back] * 12, at_once=12))
    assert results == {"won": 12}
    assert [one.amount for one in db.session.scalars(select(Refund))] == [PRICE * 80 // 100]


def test_the_share_kept_unpaid_is_taken_to_the_last_seat_and_not_beyond(
    live: Factory, live_app: Flask
) -> None:
    show = live.performance(seats=20, prices={"public": PRICE})
    live.rules().unpaid_percent = 30
    held = [
        (member, Booker().hold(member, show, f"ST-01-{number + 1:02}").code)
        for number, member in enumerate(live.member() for _ in range(16))
    ]
    live.commit()

    def confirm(member_id: int, code: str) -> Job:
        return lambda: tickets.confirm(db.session.get_one(Member, member_id), code).id

    jobs = [confirm(member.id, code) for member, code in held]
    results = codes(together(live_app, jobs, at_once=16))
    assert results == {"won": 6, "unpaid_full": 10}
    kept = select(func.count()).where(Order.state == OrderState.AWAITING_PAYMENT)
    assert db.session.scalar(kept) == 6


def test_late_news_of_a_closed_page_leave_the_seats_to_the_page_that_is_open(
    live: Factory, live_app: Flask, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, (payment_id,) = waiting(live)
    db.session.get_one(Payment, payment_id).pay_by = clock.now()
    live.commit()
    payments.open_page(payment_id, STRIPE, words="x", minutes=31)
    closed = replace(next(iter(provider.pages.values())), state=AttemptState.CLOSED)
    read, go, keep = threading.Event(), threading.Event(), payments.keep_until["tickets"]

    def slowly(order_id: int, until: Until) -> bool:
        if threading.current_thread() is not threading.main_thread():
            read.set()
            assert go.wait(timeout=60)
        return keep(order_id, until)

    monkeypatch.setitem(payments.keep_until, "tickets", slowly)
    with ThreadPoolExecutor() as pool:
        late = pool.submit(
            together, live_app, [lambda: apply_facts(STRIPE, closed, now=clock.now())], at_once=1
        )
        assert read.wait(timeout=60)
        payments.close_pages(payment_id)
        payments.open_page(payment_id, STRIPE, words="x", minutes=31)
        go.set()
        late.result(timeout=60)
    db.session.rollback()
    second = db.session.scalars(select(Attempt).where(Attempt.number == 2)).one()
    kept = db.session.scalars(select(Claim.held_until).where(Claim.performance_id == show.id)).one()
    assert second.state is AttemptState.OPEN
    assert kept == max(second.page_ends_at, second.payment.pay_by) + GRACE
