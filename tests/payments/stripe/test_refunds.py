"""Money that goes back by Stripe: once for each reason, and never in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from palace.payments.backends.base import Away, Done, Failed, Manual, Pending, Spent
from palace.payments.backends.stripe import A_DAY, REFUND_DAYS, Stripe
from palace.payments.states import RefundState
from tests.payments.stripe.asked import PRICE, paid, returned
from tests.standin.api import Fault, StandIn


def test_a_cards_refund_is_done_at_once(provider: Stripe, told: StandIn) -> None:
    page, intent = paid(provider, told)

    done = provider.refund(returned(intent))
    assert isinstance(done, Done)
    (fact,) = provider.query(page).refunds
    assert (fact.reference, fact.refund_id, fact.amount) == (done.reference, 3, 2000)
    assert fact.state is RefundState.DONE


@pytest.mark.parametrize(
    ("failure", "state"), [(None, RefundState.DONE), ("declined", RefundState.FAILED)]
)
def test_a_wallets_refund_is_on_its_way_first(
    provider: Stripe, told: StandIn, failure: str | None, state: RefundState
) -> None:
    page, intent = paid(provider, told, "alipay")

    sent = provider.refund(returned(intent))
    assert isinstance(sent, Pending)
    assert provider.query(page).refunds[0].state is RefundState.PENDING
    told.provider.finish_refund(sent.reference, failure=failure)
    (fact,) = provider.query(page).refunds
    assert (fact.state, fact.why) == (state, failure)


@pytest.mark.parametrize(
    "fault", [Fault.LOST, Fault.ANSWER_LOST, Fault.SLOW, Fault.ANSWER_SLOW, Fault.AWAY]
)
def test_asked_again_it_goes_once(provider: Stripe, told: StandIn, fault: Fault) -> None:
    _, intent = paid(provider, told)
    told.fail(fault, "refunds", times=2)

    with pytest.raises(Away):
        provider.refund(returned(intent))
    assert provider.refund(returned(intent)) == provider.refund(returned(intent))
    assert told.provider.refunded(intent) == 2000


def test_a_kept_failure_goes_with_the_next_attempt(provider: Stripe, told: StandIn) -> None:
    _, intent = paid(provider, told)
    told.fail(Fault.STORED, "refunds")

    with pytest.raises(Spent):
        provider.refund(returned(intent))
    assert isinstance(provider.refund(returned(intent, attempt=2)), Done)
    assert told.provider.refunded(intent) == 2000


def test_each_reason_is_a_refund_of_its_own_until_all_is_back(
    provider: Stripe, told: StandIn
) -> None:
    page, intent = paid(provider, told)
    for refund_id in (1, 2, 3):
        assert isinstance(provider.refund(returned(intent, refund_id=refund_id)), Done)

    answer = provider.refund(returned(intent, refund_id=4))
    assert answer == Failed(why="charge_already_refunded")
    assert sum(fact.amount for fact in provider.query(page).refunds) == PRICE


def test_more_than_is_left_does_not_go(provider: Stripe, told: StandIn) -> None:
    _, intent = paid(provider, told)

    answer = provider.refund(returned(intent, PRICE + 1))
    assert isinstance(answer, Failed)
    assert told.provider.refunded(intent) == 0


def test_disputed_money_does_not_go_twice(provider: Stripe, told: StandIn) -> None:
    _, intent = paid(provider, told)
    told.provider.dispute(intent)

    assert provider.refund(returned(intent)) == Failed(why="charge_disputed")


@pytest.mark.parametrize("method", sorted(REFUND_DAYS))
def test_after_a_wallets_last_day_it_is_the_counters(
    provider: Stripe, told: StandIn, method: str
) -> None:
    _, intent = paid(provider, told, method)
    money = told.provider.intents[intent]

    money["created"] -= REFUND_DAYS[method] * A_DAY - 60
    assert isinstance(provider.refund(returned(intent)), Pending)
    money["created"] -= 120
    assert provider.refund(returned(intent, refund_id=4)) == Manual()


def test_a_card_knows_no_last_day(provider: Stripe, told: StandIn) -> None:
    _, intent = paid(provider, told)
    told.provider.intents[intent]["created"] -= 400 * A_DAY

    assert isinstance(provider.refund(returned(intent)), Done)


def test_a_refund_by_hand_is_seen_and_is_nobodys(provider: Stripe, told: StandIn) -> None:
    page, intent = paid(provider, told)
    told.provider.refund_by_hand(intent, 1000)

    (fact,) = provider.query(page).refunds
    assert (fact.refund_id, fact.amount) == (None, 1000)


def test_another_palaces_refund_of_the_same_number_is_not_ours(
    provider: Stripe, told: StandIn
) -> None:
    page, intent = paid(provider, told)
    made = provider.refund(returned(intent))
    assert isinstance(made, Done)
    told.provider.refunds[made.reference]["metadata"]["palace"] = "elsewhere.example"

    assert provider.query(page).refunds[0].refund_id is None
    assert provider.query(replace(page, reference=page.reference)).payment_id == 7
