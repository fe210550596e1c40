"""Money goes back once, by whichever way: never by the provider and at the counter too."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.backends.base import Failed, RefundFact, Returned
from palace.payments.errors import Disputed, MoreThanCame, NotToBePaid
from palace.payments.models import Movement, Refund
from palace.payments.states import Direction, Method, RefundReason, RefundState, Review
from tests.factory import Factory
from tests.money import refunds
from tests.payments.conftest import Sale
from tests.payments.test_situations import opened

LATER = timedelta(minutes=2)


def owe(sale: Sale, amount: int = 3000, key: str = "ticket:1") -> Refund:
    """Let so much have to go back."""
    refund = payments.owe(
        "tickets",
        sale.order.id,
        Fen(amount),
        key=key,
        reason=RefundReason.RETURNED,
        by="member:1",
        now=clock.now(),
    )
    db.session.commit()
    assert refund is not None
    return refund


@pytest.fixture
def paid(sale: Sale) -> Sale:
    """Return a seat that was paid by a page."""
    opened(sale)
    sale.apply(sale.provider.pay(sale.reference, 3000))
    db.session.commit()
    return sale


@pytest.fixture
def failed(paid: Sale) -> Refund:
    """Return a refund that the provider did not send."""
    paid.provider.answer = lambda _one: Failed(why="declined")
    refund = owe(paid)
    payments.send_refunds()
    assert refunds()[0].state is RefundState.FAILED
    return refund


def back(refund: Refund) -> Movement:
    """Let a clerk pay it back."""
    return payments.pay_back(
        refund.id, method=Method.CASH, by="staff:2", shift_id=None, now=clock.now()
    )


def out() -> int:
    """Return how much went."""
    wanted = select(func.coalesce(func.sum(Movement.amount), 0))
    return int(db.session.scalar(wanted.where(Movement.direction == Direction.OUT)) or 0)


def test_what_went_on_the_providers_pages_is_not_paid_at_the_counter_too(
    paid: Sale, failed: Refund
) -> None:
    paid.apply(paid.went_back(3000, RefundState.DONE))
    with pytest.raises(MoreThanCame):
        back(failed)
    assert out() == 3000
    payments.drop_refund(failed.id, why="平台上退过了", by="staff:2")
    assert [one.state for one in refunds()] == [RefundState.DROPPED, RefundState.DONE]


def test_what_failed_and_is_still_owed_is_not_dropped(paid: Sale, failed: Refund) -> None:
    paid.apply(paid.went_back(1000, RefundState.DONE))
    with pytest.raises(MoreThanCame):
        back(failed)
    payments.drop_refund(failed.id, why="平台上退过一部分", by="staff:2")
    assert payments.propose_refund(paid.payment_id, Fen(2000), why="x", by="staff:2")


def test_what_failed_and_nobody_sent_otherwise_stays_owed(failed: Refund) -> None:
    with pytest.raises(NotToBePaid):
        payments.drop_refund(failed.id, why="x", by="staff:2")


def test_an_invoice_is_not_of_what_failed_before_it(paid: Sale, failed: Refund) -> None:
    payments.invoiced([paid.payment_id], clock.now())
    payments.try_again(failed.id, by="staff:1", now=clock.now())
    assert failed.state is RefundState.OWED
    assert back(failed).amount == 3000


def test_disputed_money_is_not_paid_at_the_counter(paid: Sale, failed: Refund) -> None:
    facts = paid.provider.pages[paid.reference]
    paid.apply(replace(facts, disputed=True))
    with pytest.raises(Disputed):
        back(failed)
    paid.apply(replace(facts, disputed=False))
    assert back(failed).amount == 3000


def test_a_dispute_that_was_looked_into_does_not_come_up_again(paid: Sale) -> None:
    facts = replace(paid.provider.pages[paid.reference], disputed=True)
    paid.apply(facts)
    assert paid.payment.review == Review.DISPUTED
    payments.looked_into(paid.payment_id, why="已答复银行")
    db.session.commit()
    paid.apply(facts)
    assert paid.payment.review is None
    assert paid.payment.disputed_at is not None


def test_what_was_paid_too_much_leaves_the_rest_to_go_back_the_same_way(sale: Sale) -> None:
    opened(sale)
    payments.lower("tickets", sale.order.id, Fen(1000))
    sale.apply(sale.provider.pay(sale.reference, 3000))
    owe(sale, 2000)
    payments.send_refunds()
    assert [(one.amount, one.state) for one in refunds()] == [
        (1000, RefundState.DONE),
        (2000, RefundState.DONE),
    ]
    assert [key.count("refund") for key in sale.provider.refunds] == [1, 1]


def test_an_answer_to_an_old_number_is_nothing_to_the_new_one(make: Factory, paid: Sale) -> None:
    refund = owe(paid)

    def meanwhile(returned: Returned) -> Failed:
        """Have the news be here before the answer, and somebody try again."""
        if returned.attempt == 1:
            fact = RefundFact(
                reference="re_1",
                refund_id=refund.id,
                amount=Fen(3000),
                state=RefundState.FAILED,
                attempt=1,
            )
            paid.apply(paid.provider.pay(paid.reference, 3000, refunds=(fact,)))
            payments.try_again(refund.id, by="staff:1", now=clock.now())
            db.session.commit()
        return Failed(why="declined", reference="re_1")

    paid.provider.answer = meanwhile
    payments.send_refunds()
    assert (refunds()[0].attempt, refunds()[0].state) == (2, RefundState.OWED)
