"""A page whose provider cannot be asked any more: two people who saw the same make it true here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.rules import Role
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.backends.base import Away, backends
from palace.payments.errors import PageAnswers, SlipKnown
from palace.payments.models import Movement, Payment
from palace.payments.services import Seen
from palace.payments.states import LONG_OVER, AttemptState, RefundReason, RefundState, Review
from palace.tickets.rules import OrderState
from tests.factory import Factory
from tests.money import refunds
from tests.payments.conftest import STRIPE, Sale
from tests.payments.test_situations import came, opened, took
from tests.tickets.conftest import Booker

PAID, UNPAID = Seen(paid=Fen(3000), intent="pi_1"), Seen(paid=Fen(0), intent=None)


@pytest.fixture
def stuck(make: Factory, sale: Sale) -> Sale:
    """Return a sale whose page is open and whose provider's keys are gone."""
    opened(sale)
    del backends[STRIPE]
    make.set_clock(clock.now() + timedelta(minutes=1))
    make.commit()
    payments.tend_pages()
    return sale


def saw(sale: Sale, seen: Seen, by: str) -> bool:
    """Let somebody say what they saw."""
    return payments.state_page(sale.payment_id, seen, why="平台后台", by=by)


def test_it_is_put_before_finance(stuck: Sale) -> None:
    assert stuck.payment.review == Review.UNASKED


def test_paid_as_two_saw_it_gives_the_ticket(stuck: Sale) -> None:
    assert not saw(stuck, PAID, "staff:1")
    assert not saw(stuck, PAID, "staff:1")  # one person twice is one
    assert stuck.tickets() == 0
    assert saw(stuck, PAID, "staff:2")
    assert (stuck.tickets(), stuck.attempts[0].state) == (1, AttemptState.PAID)
    movement = db.session.scalars(select(Movement)).one()
    assert (movement.reference, movement.amount, movement.receipt) == ("pi_1", 3000, 1)
    with pytest.raises(PageAnswers):
        saw(stuck, PAID, "staff:3")


def test_unpaid_as_two_saw_it_lets_the_counter_take_the_money(stuck: Sale) -> None:
    saw(stuck, UNPAID, "staff:1")
    assert saw(stuck, UNPAID, "staff:2")
    payments.close_pages(stuck.payment_id)
    took(stuck)
    assert (stuck.tickets(), stuck.order.state) == (1, OrderState.SETTLED)


def test_who_saw_something_else_begins_anew(stuck: Sale) -> None:
    saw(stuck, PAID, "staff:1")
    assert not saw(stuck, UNPAID, "staff:2")
    assert not saw(stuck, PAID, "staff:3")
    assert saw(stuck, PAID, "staff:1")
    assert stuck.tickets() == 1


def test_another_amount_is_what_any_provider_may_say(stuck: Sale) -> None:
    less = Seen(paid=Fen(2000), intent="pi_1")
    saw(stuck, less, "staff:1")
    saw(stuck, less, "staff:2")
    assert stuck.tickets() == 0
    assert [(one.amount, one.state) for one in refunds()] == [(2000, RefundState.OWED)]
    payments.send_refunds()
    assert refunds()[0].state is RefundState.COUNTER


def test_a_page_that_was_paid_after_all_is_like_any_late_money(stuck: Sale) -> None:
    saw(stuck, UNPAID, "staff:1")
    saw(stuck, UNPAID, "staff:2")
    took(stuck)
    stuck.apply(stuck.provider.pay(stuck.reference, 3000))
    assert stuck.tickets() == 1
    assert [(one.amount, one.reason) for one in refunds()] == [(3000, RefundReason.TOO_MUCH)]


@pytest.mark.parametrize(("paid", "intent"), [(3000, "pi_2"), (2000, "pi_1")])
def test_a_provider_that_says_otherwise_later_is_put_before_somebody_and_pays_nothing_back(
    stuck: Sale, paid: int, intent: str
) -> None:
    saw(stuck, PAID, "staff:1")
    saw(stuck, PAID, "staff:2")
    said = stuck.provider.pay(stuck.reference, paid, intent=intent)
    stuck.apply(said)
    stuck.apply(said)
    assert stuck.payment.review == Review.DIFFERS
    assert (stuck.tickets(), came(), refunds()) == (1, 1, [])


def test_what_one_person_saw_is_nothing_once_its_provider_answers(stuck: Sale) -> None:
    saw(stuck, UNPAID, "staff:1")
    facts = stuck.provider.pay(stuck.reference, 3000)
    stuck.apply(facts)
    stuck.apply(facts)
    assert (stuck.tickets(), stuck.payment.review) == (1, None)
    assert stuck.attempts[0].stated is None


def test_money_that_two_gave_to_another_page_is_put_before_somebody_as_its_own_page_says_so(
    make: Factory, stuck: Sale
) -> None:
    performance = make.performance(seats=2, prices={"member": 3000})
    order = Booker().book(make.member(), performance, "ST-01-01")
    make.commit()
    other = payments.find("tickets", order.id)
    assert other is not None
    backends[STRIPE] = stuck.provider
    payments.open_page(other.id, STRIPE, words="x", minutes=31)
    del backends[STRIPE]
    saw(stuck, PAID, "staff:1")
    saw(stuck, PAID, "staff:2")
    page = stuck.provider.pay(f"cs_session:{other.id}:1", 3000, intent="pi_1")
    stuck.apply(page)
    assert db.session.get_one(Payment, other.id, populate_existing=True).review == Review.DIFFERS
    assert came() == 1


def test_what_is_to_be_looked_into_of_it_is_said_once_it_is_stated(stuck: Sale) -> None:
    for by in ("staff:1", "staff:2"):
        saw(stuck, Seen(paid=Fen(2000), intent="pi_1"), by)
    assert stuck.payment.review == Review.DIFFERS


def test_nothing_is_left_to_look_into_once_two_saw_the_same(stuck: Sale) -> None:
    saw(stuck, PAID, "staff:1")
    saw(stuck, PAID, "staff:2")
    assert stuck.payment.review is None


def test_money_that_stands_for_something_else_is_refused(make: Factory, stuck: Sale) -> None:
    made = Movement(
        site_id=stuck.payment.site_id,
        direction="in",
        method="online",
        amount=Fen(3000),
        backend=STRIPE,
        reference="pi_1",
        moved_at=clock.now(),
        by="system",
    )
    make.add(made)
    with pytest.raises(SlipKnown):
        saw(stuck, PAID, "staff:1")


def test_a_provider_that_can_be_asked_is(sale: Sale) -> None:
    opened(sale)
    with pytest.raises(PageAnswers):
        saw(sale, PAID, "staff:1")


@pytest.mark.parametrize(("late", "told"), [(0, True), (-1, False)])
def test_a_page_of_another_account_is_so_an_hour_after_its_end(
    make: Factory, sale: Sale, late: int, told: bool
) -> None:
    opened(sale)
    sale.provider.raises = [Away()]
    make.set_clock(sale.attempts[0].page_ends_at + LONG_OVER + timedelta(seconds=late))
    make.commit()
    payments.tend_pages()
    assert sale.payment.review == (Review.UNASKED if told else None)
    assert (payments.unasked(sale.payment_id) is not None) is told


def test_finances_page_takes_it_of_two(app: Flask, make: Factory, stuck: Sale) -> None:
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        make.sign_in(browser, make.staff(Role.FINANCE))
    address = f"/staff/books/payments/{stuck.payment_id}"
    assert "问不到结果" in first.get("/staff/books/reviews").text
    form = {"yuan": "30", "reference": "pi_1", "why": "后台"}
    wrong = first.post(f"{address}/page", data=form | {"reference": ""})
    assert (wrong.status_code, "要写付款编号" in wrong.text) == (422, True)
    assert first.post(f"{address}/page", data=form | {"why": ""}).status_code == 422
    assert first.post(f"{address}/page", data=form).status_code == 303
    assert "等另一个人也看过" in first.get(address).text
    assert 'value="pi_1"' in first.get(address).text
    page = second.get(address).text
    assert "已经有人看过" in page
    assert "pi_1" not in page  # looks for themselves
    assert second.post(f"{address}/page", data=form).status_code == 303
    assert stuck.tickets() == 1
    assert second.post(f"{address}/page", data=form).status_code == 409
