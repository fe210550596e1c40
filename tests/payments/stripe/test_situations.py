"""Each situation of docs/payments-situations.md, from the real library and its stand-in to the ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from palace import clock
from palace.db import transaction
from palace.payments import services as payments
from palace.payments.backends.base import BadSignature
from palace.payments.errors import OnItsWay, PageOpen, PaidMeanwhile, ProviderAway
from palace.payments.states import AttemptState, Method, RefundReason, RefundState, Review
from tests.money import refunds
from tests.payments.stripe.shop import MINUTES, PRICE, Shop
from tests.standin.api import Fault
from tests.tickets.conftest import Booker

CREATE, EXPIRE, REFUND = "POST /v1/checkout/sessions$", "/expire$", "POST /v1/refunds$"


def by_the_webhook(shop: Shop) -> None:
    """Bring the news of what happened."""
    shop.news()


def by_the_worker(shop: Shop) -> None:
    """Look whether something came."""
    shop.tick()


@pytest.mark.parametrize("brought", [by_the_webhook, by_the_worker])
def test_the_ticket_is_there_whoever_brings_the_news(
    shop: Shop, brought: Callable[[Shop], None]
) -> None:
    shop.open()
    shop.pay()
    for _ in range(2):
        brought(shop)
    by_the_webhook(shop)
    by_the_worker(shop)
    assert (shop.tickets(), shop.came(), refunds()) == (1, 1, [])


def test_events_in_reverse_give_the_same(shop: Shop) -> None:
    shop.open()
    intent = shop.pay("alipay", later=True)
    shop.told.provider.settle(shop.reference, paid=True)
    shop.told.provider.refund_by_hand(intent, 1000)
    shop.news(reverse=True)
    shop.news()
    assert (shop.tickets(), shop.came()) == (1, 1)
    assert [(one.amount, one.state) for one in refunds()] == [(1000, RefundState.PENDING)]


def test_refunded_whole_before_its_payment_was_told_gives_no_ticket(shop: Shop) -> None:
    shop.open()
    shop.told.provider.refund_by_hand(shop.pay(), PRICE)
    shop.news(reverse=True)
    assert shop.tickets() == 0
    assert [one.amount for one in refunds()] == [PRICE]


def test_a_page_that_ended_lets_the_seat_go_at_its_deadline(shop: Shop) -> None:
    shop.payment.pay_by = clock.now()
    shop.open()
    shop.told.provider.ahead = (MINUTES + 1) * 60
    shop.make.set_clock(clock.now() + timedelta(minutes=MINUTES, seconds=30))
    shop.tick()
    assert shop.page.state is AttemptState.CLOSED
    shop.make.set_clock(clock.now() + timedelta(minutes=2))
    assert Booker().hold(shop.make.member(), shop.order.performance, "ST-01-01")


def test_a_seat_stays_while_nobody_knows_of_its_page(shop: Shop) -> None:
    shop.payment.pay_by = clock.now()
    shop.open()
    shop.told.fail(Fault.AWAY, times=50)
    with pytest.raises(PageOpen):
        payments.close_pages(shop.payment_id)
    shop.told.heal()
    shop.pay()
    shop.tick()
    assert shop.tickets() == 1


@pytest.mark.parametrize("taken", [False, True])
def test_late_money_has_the_same_seat_or_goes_back(shop: Shop, taken: bool) -> None:
    shop.open()
    shop.pay()
    shop.make.set_clock(shop.payment.pay_by + timedelta(minutes=1))
    if taken:
        Booker().hold(shop.make.member(), shop.order.performance, "ST-01-01")
    shop.make.commit()
    shop.tick()
    assert shop.tickets() == (not taken)
    assert [(one.amount, one.reason) for one in refunds()] == [(PRICE, RefundReason.LATE)] * taken
    assert shop.told.provider.refunded(shop.payment.attempts[0].intent or "") == PRICE * taken


def test_cash_waits_until_the_page_is_closed_and_then_nobody_pays_by_it(shop: Shop) -> None:
    shop.open()
    with pytest.raises(PageOpen):
        shop.take()
    payments.close_pages(shop.payment_id)
    assert shop.told.provider.session(shop.reference)["status"] == "expired"
    shop.take()
    assert (shop.tickets(), shop.came()) == (1, 1)


def test_cash_is_not_taken_where_the_page_was_paid(shop: Shop) -> None:
    shop.open()
    shop.pay()
    with pytest.raises(PaidMeanwhile):
        payments.close_pages(shop.payment_id)
    assert (shop.tickets(), shop.came()) == (1, 1)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST, Fault.SLOW, Fault.ANSWER_SLOW])
def test_a_lost_answer_leads_to_one_page(shop: Shop, fault: Fault) -> None:
    shop.told.fail(fault, CREATE, times=2)
    with pytest.raises(ProviderAway):
        shop.open()
    shop.told.heal()
    shop.open()
    assert len(shop.told.provider.sessions) == 1
    shop.pay()
    shop.news()
    assert (shop.tickets(), shop.page.number) == (1, 1)


@pytest.mark.parametrize("fault", [Fault.STORED, Fault.STORED_DONE])
def test_a_stored_failure_takes_another_number(shop: Shop, fault: Fault) -> None:
    shop.told.fail(fault, CREATE)
    shop.open()
    shop.pay()
    shop.news()
    assert (shop.tickets(), shop.page.number, refunds()) == (1, 2, [])


def test_an_old_page_that_is_paid_too_goes_back_whole(shop: Shop) -> None:
    shop.told.fail(Fault.STORED_DONE, CREATE)
    shop.open()
    (hidden, _) = shop.told.provider.sessions
    shop.pay()
    shop.told.provider.pay(hidden)
    shop.news()
    shop.tick()
    assert (shop.tickets(), shop.payment.review) == (1, Review.TWICE)
    assert [(one.amount, one.state) for one in refunds()] == [(PRICE, RefundState.DONE)]


@pytest.mark.parametrize("arrives", [True, False])
def test_money_on_its_way_keeps_the_seat_until_it_is_there_or_not(
    shop: Shop, arrives: bool
) -> None:
    shop.payment.pay_by = clock.now()
    shop.open()
    shop.pay("alipay", later=True)
    shop.news()
    with pytest.raises(OnItsWay):
        payments.close_pages(shop.payment_id)
    shop.make.set_clock(clock.now() + timedelta(hours=3))
    shop.told.provider.settle(shop.reference, paid=arrives)
    shop.tick()
    assert shop.tickets() == arrives
    if not arrives:
        shop.make.set_clock(clock.now() + timedelta(minutes=2))
        assert Booker().hold(shop.make.member(), shop.order.performance, "ST-01-01")


def test_a_provider_that_is_away_leaves_the_counter_and_is_not_waited_for(shop: Shop) -> None:
    shop.told.fail(Fault.AWAY, times=50)
    with pytest.raises(ProviderAway):
        shop.open()
    shop.told.heal()
    payments.close_pages(shop.payment_id)
    shop.take()
    assert shop.tickets() == 1


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST, Fault.STORED])
def test_whatever_becomes_of_its_answer_a_refund_goes_once(shop: Shop, fault: Fault) -> None:
    intent = shop.bought()
    shop.owe()
    shop.told.fail(fault, REFUND, times=2)
    for _ in range(3):
        shop.tick()
    assert [one.state for one in refunds()] == [RefundState.DONE]
    assert shop.told.provider.refunded(intent) == PRICE


@pytest.mark.parametrize("failure", [None, "declined"])
def test_a_wallets_refund_is_looked_after_until_it_arrives_or_fails(
    shop: Shop, failure: str | None
) -> None:
    shop.bought("alipay")
    shop.owe()
    shop.tick()
    assert [one.state for one in refunds()] == [RefundState.PENDING]
    (sent,) = shop.told.provider.refunds
    shop.told.provider.finish_refund(sent, failure=failure)
    shop.tick()
    state = RefundState.FAILED if failure else RefundState.DONE
    assert [one.state for one in refunds()] == [state]
    assert shop.payment.review == (Review.FAILED if failure else None)


def test_beyond_the_wallets_days_it_is_fetched_at_the_counter(shop: Shop) -> None:
    intent = shop.bought("alipay")
    shop.told.provider.intents[intent]["created"] -= 91 * 24 * 60 * 60
    shop.owe()
    shop.tick()
    assert [one.state for one in refunds()] == [RefundState.COUNTER]
    with transaction():
        payments.pay_back(
            refunds()[0].id, method=Method.CASH, by="staff:1", shift_id=None, now=clock.now()
        )
    assert [one.state for one in refunds()] == [RefundState.DONE]
    assert shop.told.provider.refunded(intent) == 0


@pytest.mark.parametrize(("amount", "left"), [(1000, 1), (PRICE, 1)])
def test_money_sent_back_on_the_providers_pages_is_seen_and_somebody_looks(
    shop: Shop, amount: int, left: int
) -> None:
    intent = shop.bought()
    shop.told.provider.refund_by_hand(intent, amount)
    shop.news()
    shop.news()
    assert [(one.amount, one.state) for one in refunds()] == [(amount, RefundState.DONE)]
    assert (shop.tickets(), shop.payment.review) == (left, Review.ELSEWHERE)


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_holds_what_was_to_go_back_until_it_is_won(shop: Shop, won: bool) -> None:
    intent = shop.bought()
    dispute = shop.told.provider.dispute(intent)
    shop.news()
    shop.owe()
    shop.tick()
    assert [one.state for one in refunds()] == [RefundState.OWED]
    assert (shop.tickets(), shop.payment.review) == (1, Review.DISPUTED)
    shop.told.provider.end_dispute(dispute["id"], won=won)
    shop.news()
    shop.tick()
    assert [one.state for one in refunds()] == [RefundState.DONE if won else RefundState.OWED]


@pytest.mark.parametrize(
    ("received", "tickets", "back"), [(2999, 0, [2999]), (3001, 1, [1])], ids=["less", "more"]
)
def test_other_money_than_was_asked_for_is_put_before_somebody(
    shop: Shop, received: int, tickets: int, back: list[int]
) -> None:
    shop.open()
    intent = shop.pay()
    shop.told.provider.intents[intent]["amount_received"] = received
    shop.news()
    assert (shop.tickets(), [one.amount for one in refunds()]) == (tickets, back)
    assert shop.payment.review == Review.DIFFERS


def test_another_currency_gives_no_ticket(shop: Shop) -> None:
    shop.open()
    shop.pay()
    shop.told.provider.sessions[shop.reference]["currency"] = "usd"
    shop.news()
    assert (shop.tickets(), shop.payment.review) == (0, Review.CURRENCY)


def test_what_is_another_palaces_or_signed_by_another_changes_nothing(shop: Shop) -> None:
    shop.open()
    shop.pay()
    (event,) = shop.told.provider.events.values()
    with pytest.raises(BadSignature):
        shop.stripe.notification(*shop.told.provider.signed(event, by="whsec_other"))
    event["data"]["object"]["metadata"]["palace"] = "another.test"
    assert shop.stripe.notification(*shop.told.provider.signed(event)) is None
    assert (shop.tickets(), shop.came()) == (0, 0)
