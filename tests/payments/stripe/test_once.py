"""A refund goes once by the provider, whatever its keys are worth and whatever news of another try comes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from palace import clock
from palace.db import transaction
from palace.payments import services as payments
from palace.payments.states import RefundState
from tests.money import refunds
from tests.payments.stripe.shop import Shop
from tests.standin.api import Fault

REFUND = "POST /v1/refunds$"


def a_lost_answer(shop: Shop) -> None:
    """Lose the answer, and let the provider forget its keys, as it does after a day."""
    shop.told.fail(Fault.ANSWER_LOST, REFUND, times=2)
    shop.tick()
    shop.told.answers.clear()


def a_kept_failure(shop: Shop) -> None:
    """Let the provider do it, and keep a failure as its answer."""
    shop.told.fail(Fault.STORED_DONE, REFUND)


@pytest.mark.parametrize("goes_wrong", [a_lost_answer, a_kept_failure])
def test_a_part_goes_back_once_though_its_key_is_worth_nothing(
    shop: Shop, goes_wrong: Callable[[Shop], None]
) -> None:
    intent = shop.bought()
    shop.owe(1000)
    goes_wrong(shop)
    for _ in range(3):
        shop.tick()
    assert [one.state for one in refunds()] == [RefundState.DONE]
    assert shop.told.provider.refunded(intent) == 1000


def test_what_failed_and_is_tried_again_is_not_undone_by_news_of_the_first(shop: Shop) -> None:
    shop.bought("alipay")
    owed = shop.owe()
    shop.tick()
    (sent,) = shop.told.provider.refunds
    shop.told.provider.finish_refund(sent, failure="declined")
    shop.tick()
    with transaction():
        payments.try_again(owed.id, by="staff:1", now=clock.now())
    shop.news()
    assert [one.state for one in refunds()] == [RefundState.OWED]
    shop.told.fail(Fault.ANSWER_LOST, REFUND, times=2)
    for _ in range(3):
        shop.tick()
    assert [one.state for one in refunds()] == [RefundState.PENDING]
    assert shop.told.count(REFUND) - 1 == 2
