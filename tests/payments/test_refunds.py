"""Money on its way back: it goes once, whatever the network does, and never more than came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.backends.base import Away, Failed, Pending, RefundFact, Spent
from palace.payments.errors import InvoiceFirst, MoreThanCame, NotToBePaid, OtherPersonNeeded
from palace.payments.models import Movement, Refund
from palace.payments.states import Direction, Method, RefundReason, RefundState, Review
from tests.factory import Factory
from tests.money import refunds
from tests.payments.conftest import Sale
from tests.payments.test_situations import opened, took

LATER = timedelta(minutes=2)


@pytest.fixture
def owed(make: Factory, sale: Sale) -> Refund:
    """Return a refund of a page that was paid."""
    opened(sale)
    sale.apply(sale.provider.pay(sale.reference, 3000))
    refund = payments.owe(
        "tickets",
        sale.order.id,
        Fen(3000),
        key="ticket:1",
        reason=RefundReason.CANCELLED,
        by="staff:1",
        now=clock.now(),
    )
    make.commit()
    assert refund is not None
    return refund


def out() -> int:
    """Return how much went."""
    wanted = select(func.coalesce(func.sum(Movement.amount), 0))
    went = (Movement.direction == Direction.OUT, Movement.corrects_id.is_(None))
    return int(db.session.scalar(wanted.where(*went)) or 0)


def back(refund: Refund) -> Movement:
    """Let a clerk pay it back."""
    return payments.pay_back(
        refund.id, method=Method.CASH, by="staff:2", shift_id=None, now=clock.now()
    )


def test_what_is_owed_is_sent_once(sale: Sale, owed: Refund) -> None:
    payments.send_refunds()
    payments.send_refunds()
    assert (refunds()[0].state, out()) == (RefundState.DONE, 3000)
    assert sale.provider.calls.count("refund") == 1


def test_an_answer_that_was_lost_is_asked_for_under_the_same_key(
    make: Factory, sale: Sale, owed: Refund
) -> None:
    sale.provider.raises = [Away()]
    payments.send_refunds()
    assert refunds()[0].state is RefundState.SENT
    make.set_clock(clock.now() + LATER)
    payments.send_refunds()
    assert (refunds()[0].state, list(sale.provider.refunds)) == (
        RefundState.DONE,
        [f"refund:{owed.id}:1"],
    )


def test_a_failure_kept_under_a_key_takes_another_number(
    make: Factory, sale: Sale, owed: Refund
) -> None:
    sale.provider.raises = [Spent()]
    payments.send_refunds()
    make.set_clock(clock.now() + LATER)
    payments.send_refunds()
    assert (refunds()[0].attempt, refunds()[0].state) == (2, RefundState.DONE)


def test_money_on_its_way_is_looked_after_until_it_is_there(
    make: Factory, sale: Sale, owed: Refund
) -> None:
    sale.provider.answer = lambda _one: Pending(reference="re_1")
    payments.send_refunds()
    assert (refunds()[0].state, out()) == (RefundState.PENDING, 0)
    fact = RefundFact(
        reference="re_1", refund_id=owed.id, amount=Fen(3000), state=RefundState.DONE, attempt=1
    )
    sale.provider.pay(sale.reference, 3000, refunds=(fact,))
    make.set_clock(clock.now() + LATER)
    payments.send_refunds()
    assert (refunds()[0].state, out()) == (RefundState.DONE, 3000)


def test_what_failed_is_put_before_somebody_tried_again_or_fetched(
    sale: Sale, owed: Refund
) -> None:
    sale.provider.answer = lambda _one: Failed(why="closed account")
    payments.send_refunds()
    assert (refunds()[0].state, refunds()[0].failure) == (RefundState.FAILED, "closed account")
    assert sale.payment.review == Review.FAILED
    back(owed)
    assert (refunds()[0].state, out()) == (RefundState.DONE, 3000)
    with pytest.raises(NotToBePaid):
        back(owed)


def test_a_yes_that_was_taken_back_is_corrected_by_another_row_and_owed_anew(
    sale: Sale, owed: Refund
) -> None:
    payments.send_refunds()
    reference = refunds()[0].reference
    fact = RefundFact(
        reference=reference, refund_id=owed.id, amount=Fen(3000), state=RefundState.FAILED, why="x"
    )
    facts = sale.provider.pay(sale.reference, 3000, refunds=(fact,))
    sale.apply(facts)
    sale.apply(facts)
    assert [(one.key, one.state) for one in refunds()] == [
        ("ticket:1", RefundState.DROPPED),
        ("ticket:1+", RefundState.COUNTER),
    ]


def test_news_of_an_old_number_is_nothing_to_the_new_one(sale: Sale, owed: Refund) -> None:
    sale.provider.answer = lambda one: Failed(why="no", reference=f"re_{one.attempt}")
    payments.send_refunds()
    payments.try_again(owed.id, by="staff:1", now=clock.now())
    db.session.commit()
    old = RefundFact(
        reference="re_1", refund_id=owed.id, amount=Fen(3000), state=RefundState.FAILED, attempt=1
    )
    sale.apply(sale.provider.pay(sale.reference, 3000, refunds=(old,)))
    assert refunds()[0].state is RefundState.OWED


@pytest.mark.parametrize("state", [RefundState.PENDING, RefundState.DONE])
def test_a_part_sent_back_elsewhere_leaves_the_ticket_and_somebody_looks(
    sale: Sale, state: RefundState
) -> None:
    opened(sale)
    sale.apply(sale.provider.pay(sale.reference, 3000))
    for said in (state, RefundState.DONE, RefundState.PENDING):
        sale.apply(sale.went_back(1000, said))
    assert [(one.amount, one.state) for one in refunds()] == [(1000, RefundState.DONE)]
    assert (sale.tickets(), sale.payment.review, out()) == (1, Review.ELSEWHERE, 1000)


def test_what_was_sent_back_whole_before_we_knew_of_it_gives_no_ticket(sale: Sale) -> None:
    opened(sale)
    sale.apply(sale.went_back(3000, RefundState.DONE))
    assert (sale.tickets(), out()) == (0, 3000)
    assert [one.amount for one in refunds()] == [3000]


def test_a_disputed_payment_sends_nothing_back(sale: Sale, owed: Refund) -> None:
    sale.apply(sale.provider.pay(sale.reference, 3000, disputed=True))
    db.session.commit()
    payments.send_refunds()
    assert (refunds()[0].state, sale.tickets()) == (RefundState.OWED, 1)
    assert sale.payment.review == Review.DISPUTED


def test_an_invoice_holds_what_is_owed_since_until_it_is_reversed(sale: Sale) -> None:
    took(sale)
    before = payments.propose_refund(sale.payment_id, Fen(100), why="x", by="staff:1")
    early = clock.now()
    payments.invoiced([sale.payment_id], clock.now())
    since = payments.owe(
        "tickets",
        sale.order.id,
        Fen(2000),
        key="ticket:1",
        reason=RefundReason.RETURNED,
        by="x",
        now=early,
    )
    assert since
    assert (before.state, since.state) == (RefundState.COUNTER, RefundState.HELD)
    with pytest.raises(InvoiceFirst):
        back(since)
    assert back(before).amount == 100
    payments.invoice_reversed(sale.payment_id, clock.now())
    assert back(since).amount == 2000


def test_what_a_provider_took_back_is_no_more_in_the_invoice_than_it_was(
    sale: Sale, owed: Refund
) -> None:
    payments.send_refunds()
    payments.invoiced([sale.payment_id], clock.now())
    fact = RefundFact(
        reference=refunds()[0].reference,
        refund_id=owed.id,
        amount=Fen(3000),
        state=RefundState.FAILED,
    )
    sale.apply(sale.provider.pay(sale.reference, 3000, refunds=(fact,)))
    anew = refunds()[1]
    assert anew.state is RefundState.COUNTER
    assert back(anew).amount == 3000


def test_money_that_comes_a_second_time_waits_for_no_invoice_of_the_first(sale: Sale) -> None:
    opened(sale)
    facts = sale.provider.pay(sale.reference, 3000)
    payments.receive(sale.payment, reference="slip", now=clock.now())
    payments.invoiced([sale.payment_id], clock.now())
    sale.apply(facts)
    assert [(one.reason, one.state) for one in refunds()] == [
        (RefundReason.TOO_MUCH, RefundState.OWED)
    ]
    payments.send_refunds()
    assert (refunds()[0].state, out()) == (RefundState.DONE, 3000)


def test_what_a_second_person_agrees_to_waits_where_it_was_asked_for_since(
    make: Factory, sale: Sale
) -> None:
    make.rules().second_above = Fen(0)
    took(sale)
    before = payments.propose_refund(sale.payment_id, Fen(100), why="x", by="staff:1")
    payments.invoiced([sale.payment_id], clock.now())
    since = payments.propose_refund(sale.payment_id, Fen(100), why="x", by="staff:1")
    assert payments.agree_refund(before.id, by="staff:2").state is RefundState.COUNTER
    assert payments.agree_refund(since.id, by="staff:2").state is RefundState.HELD


class TestByHand:
    """What no rule owes: above the house's amount, all together, a second person agrees."""

    def test_the_house_figure_itself_is_one_persons(self, make: Factory, sale: Sale) -> None:
        make.rules().second_above = Fen(1000)
        took(sale)
        alone = payments.propose_refund(sale.payment_id, Fen(1000), why="x", by="staff:1")
        above = payments.propose_refund(sale.payment_id, Fen(1), why="x", by="staff:1")
        assert (alone.state, above.state) == (RefundState.COUNTER, RefundState.ASKED)
        with pytest.raises(OtherPersonNeeded):
            back(above)
        with pytest.raises(OtherPersonNeeded):
            payments.agree_refund(above.id, by="staff:1")
        assert payments.agree_refund(above.id, by="staff:2").state is RefundState.COUNTER
        assert payments.agree_refund(above.id, by="staff:3").agreed_by == "staff:2"

    def test_never_more_than_came(self, sale: Sale) -> None:
        with pytest.raises(MoreThanCame):
            payments.propose_refund(sale.payment_id, Fen(1), why="x", by="staff:1")
        took(sale)
        payments.propose_refund(sale.payment_id, Fen(2999), why="x", by="staff:1")
        with pytest.raises(MoreThanCame):
            payments.propose_refund(sale.payment_id, Fen(2), why="x", by="staff:1")

    def test_what_nobody_agreed_to_can_be_dropped(self, make: Factory, sale: Sale) -> None:
        make.rules().second_above = Fen(0)
        took(sale)
        asked = payments.propose_refund(sale.payment_id, Fen(3000), why="x", by="staff:1")
        payments.drop_refund(asked.id, why="y", by="staff:1")
        with pytest.raises(NotToBePaid):
            payments.agree_refund(asked.id, by="staff:2")
        assert payments.propose_refund(sale.payment_id, Fen(3000), why="x", by="staff:1")
