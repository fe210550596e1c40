"""What moved at Stripe, as its own ledger says it: the names of our movements, in the payers' money."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.books import services as books
from palace.books.models import ProviderLine
from palace.books.queries.matching import unequal_on
from palace.clock import palace_day
from palace.db import db
from palace.payments.backends.base import CAME_AGAIN, Away
from palace.payments.backends.stripe import Stripe
from palace.payments.models import Movement
from palace.payments.states import RefundState
from tests.money import refunds
from tests.payments.stripe.shop import PRICE, Shop
from tests.standin.api import Fault, StandIn

DAY = timedelta(days=1)


def lines() -> int:
    """Return how many lines of a ledger were written down."""
    return db.session.scalars(select(func.count()).select_from(ProviderLine)).one()


def moved(provider: Stripe) -> list[tuple[str, int]]:
    """Return what moved in the last day, the oldest first."""
    return [(one.reference, one.amount) for one in provider.moved(clock.now() - DAY)][::-1]


def test_what_came_and_went_has_the_names_of_our_movements(shop: Shop) -> None:
    intent = shop.bought("alipay")
    shop.owe(1000)
    shop.tick()
    (refund,) = shop.told.provider.refunds
    shop.told.provider.finish_refund(refund)
    shop.news()
    shop.told.provider.finish_refund(refund, failure="declined")
    shop.news()
    dispute = shop.told.provider.dispute(intent)
    shop.told.provider.pay_out(500)

    found = moved(shop.stripe)
    assert found[:3] == [(intent, PRICE), (refund, -1000), (f"{refund}{CAME_AGAIN}", 1000)]
    assert [amount for _, amount in found[3:]] == [-PRICE]
    assert found[3][0] != dispute["id"]
    ours = select(Movement.reference).order_by(Movement.id)
    assert db.session.scalars(ours).all() == [name for name, _ in found[:3]]


def test_its_fee_is_in_the_payers_money(shop: Shop) -> None:
    shop.bought()
    (line,) = shop.stripe.moved(clock.now() - DAY)
    assert line.fee == round(PRICE * 0.034)


def test_a_long_list_is_read_to_its_end_page_by_page(shop: Shop, told: StandIn) -> None:
    intent = shop.bought()
    for _ in range(230):
        told.provider.refund_by_hand(intent, 10)
    assert len(moved(shop.stripe)) == 231
    assert told.count("GET /v1/balance_transactions") == 3
    assert shop.stripe.moved(clock.now() + DAY) == []


def test_each_night_it_is_asked_and_its_lines_are_matched(shop: Shop) -> None:
    shop.bought()
    for _ in range(2):
        books.ask_providers()
        assert lines() == 1
    assert unequal_on(palace_day(clock.now())) == []


def test_what_is_not_told_to_the_end_is_not_written_down(shop: Shop, told: StandIn) -> None:
    intent = shop.bought()
    for _ in range(110):
        told.provider.refund_by_hand(intent, 10)
    told.fail(Fault.AWAY, on="starting_after|balance", times=20)
    books.ask_providers()
    assert lines() == 0
    with pytest.raises(Away):
        shop.stripe.moved(clock.now() - DAY)
    told.heal()
    books.ask_providers()
    assert lines() == 111


def test_money_that_moved_there_and_nowhere_here_is_a_difference(shop: Shop, told: StandIn) -> None:
    intent = shop.bought()
    refund = told.provider.refund_by_hand(intent, 700)
    books.ask_providers()
    (one,) = unequal_on(palace_day(clock.now()))
    assert (one.subject, one.ours, one.theirs) == (f"provider:{refund['id']}", 0, -700)
    shop.news()
    assert [back.state for back in refunds()] == [RefundState.DONE]
    assert unequal_on(palace_day(clock.now())) == []
