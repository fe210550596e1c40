"""What a provider may say, in whatever order and however often: each row of the table of situations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.money import Fen
from palace.payments import services as payments
from palace.payments.backends.base import Away, Facts, Refused, Spent, backends
from palace.payments.errors import (
    OnItsWay,
    OtherAmount,
    PageOpen,
    PaidMeanwhile,
    ProviderAway,
)
from palace.payments.models import Movement
from palace.payments.states import AttemptState, Method, RefundReason, RefundState, Review
from palace.tickets import services as tickets
from palace.tickets.rules import OrderState
from tests.factory import Factory
from tests.money import refunds
from tests.payments.conftest import STRIPE, Sale
from tests.tickets.conftest import Booker

SECOND = timedelta(seconds=1)


def opened(sale: Sale) -> str:
    """Open a page, as the pay button does."""
    return payments.open_page(sale.payment_id, STRIPE, words="x", minutes=31)


def took(sale: Sale, amount: int = 3000, reference: str | None = None) -> Movement:
    """Let a clerk take the money."""
    return payments.take(
        sale.payment_id,
        method=Method.CASH,
        amount=Fen(amount),
        reference=reference,
        by="staff:1",
        shift_id=None,
        now=clock.now(),
    )


def came() -> int:
    """Return how often money came."""
    return db.session.scalars(select(func.count()).select_from(Movement)).one()


def test_a_page_that_is_paid_gives_the_ticket_whoever_brings_the_news_and_how_often(
    sale: Sale,
) -> None:
    assert opened(sale).startswith("https://pay.test/")
    facts = sale.provider.pay(sale.reference, 3000)
    for _ in range(3):
        sale.apply(facts)
    payments.tend_pages()
    assert (sale.tickets(), came()) == (1, 1)
    assert sale.order.state is OrderState.SETTLED
    assert (sale.payment.backend, sale.attempts[0].state) == (STRIPE, AttemptState.PAID)
    movement = db.session.scalars(select(Movement)).one()
    assert (movement.receipt, movement.method) == (1, Method.ONLINE)
    assert refunds() == []


def test_the_same_page_while_it_is_open_and_its_seats_are_kept_past_its_end(
    make: Factory, sale: Sale
) -> None:
    sale.order.pay_by = sale.payment.pay_by = clock.now()
    make.commit()
    assert opened(sale) == opened(sale)
    assert len(sale.attempts) == 1
    ends_at = sale.attempts[0].page_ends_at
    make.set_clock(ends_at + timedelta(seconds=59))
    sale.apply(sale.provider.pay(sale.reference, 3000))
    assert sale.tickets() == 1


def test_the_worker_finds_what_webhook_and_landing_page_missed(make: Factory, sale: Sale) -> None:
    opened(sale)
    sale.provider.pay(sale.reference, 3000)
    make.set_clock(clock.now() + timedelta(minutes=1))
    make.commit()
    payments.tend_pages()
    assert sale.tickets() == 1


def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(sale: Sale) -> None:
    sale.provider.raises = [Away()]
    with pytest.raises(ProviderAway):
        opened(sale)
    assert sale.attempts[0].state is AttemptState.STARTING
    opened(sale)
    assert [one.number for one in sale.attempts] == [1]
    assert len(sale.provider.pages) == 1


def test_a_page_whose_name_we_never_heard_is_known_by_what_we_wrote_on_it(sale: Sale) -> None:
    sale.provider.raises = [Away()]
    with pytest.raises(ProviderAway):
        opened(sale)
    sale.apply(
        Facts(
            reference="cs_never_heard",
            intent="pi_1",
            payment_id=sale.payment_id,
            number=1,
            state=AttemptState.PAID,
            paid=Fen(3000),
        )
    )
    assert (sale.tickets(), sale.reference) == (1, "cs_never_heard")


def test_a_failure_that_is_kept_under_a_key_takes_another_number(sale: Sale) -> None:
    sale.provider.raises = [Spent()]
    opened(sale)
    assert [(one.number, one.state) for one in sale.attempts] == [
        (1, AttemptState.FAILED),
        (2, AttemptState.OPEN),
    ]


def test_a_provider_that_refuses_leaves_the_counter(sale: Sale) -> None:
    sale.provider.raises = [Refused()]
    with pytest.raises(ProviderAway):
        opened(sale)
    took(sale)
    assert sale.tickets() == 1


@pytest.mark.parametrize("state", [AttemptState.CLOSED, AttemptState.FAILED])
def test_seats_go_once_the_provider_says_closed_and_the_deadline_has_passed(
    make: Factory, sale: Sale, state: AttemptState
) -> None:
    sale.payment.pay_by = clock.now() + SECOND
    make.commit()
    opened(sale)
    make.set_clock(clock.now() + timedelta(minutes=5))
    sale.apply(replace(sale.provider.pages[sale.reference], state=state))
    assert Booker().hold(make.member(), sale.order.performance, "ST-01-01")


def test_a_page_closed_before_the_deadline_leaves_the_seats_to_the_counter(sale: Sale) -> None:
    opened(sale)
    payments.close_pages(sale.payment_id)
    took(sale)
    assert sale.tickets() == 1


def test_cash_is_refused_while_a_page_is_open_and_where_nobody_knows(sale: Sale) -> None:
    opened(sale)
    with pytest.raises(PageOpen):
        took(sale)
    db.session.rollback()
    sale.provider.away = True
    with pytest.raises(PageOpen):
        payments.close_pages(sale.payment_id)


def test_cash_is_refused_where_the_page_was_paid_just_now(sale: Sale) -> None:
    opened(sale)
    sale.provider.pay(sale.reference, 3000)
    with pytest.raises(PaidMeanwhile):
        payments.close_pages(sale.payment_id)
    assert (sale.tickets(), came()) == (1, 1)
    with pytest.raises(PaidMeanwhile):
        took(sale)


def test_a_clerk_takes_exactly_what_is_asked(sale: Sale) -> None:
    with pytest.raises(OtherAmount):
        took(sale, 2999)
    assert (came(), sale.tickets()) == (0, 0)


def test_money_under_way_keeps_the_seats_whatever_the_deadline(make: Factory, sale: Sale) -> None:
    sale.payment.pay_by = clock.now() + SECOND
    make.commit()
    opened(sale)
    reference = sale.reference
    sale.apply(sale.provider.pay(reference, 0, state=AttemptState.PROCESSING, intent=None))
    with pytest.raises(OnItsWay):
        opened(sale)
    make.set_clock(clock.now() + timedelta(hours=5))
    sale.apply(sale.provider.pay(reference, 3000))
    assert sale.tickets() == 1


def test_old_news_leads_nowhere_back(sale: Sale) -> None:
    opened(sale)
    paid = sale.provider.pay(sale.reference, 3000)
    sale.apply(paid)
    for state in (AttemptState.OPEN, AttemptState.PROCESSING, AttemptState.CLOSED):
        sale.apply(replace(paid, state=state))
    assert (sale.attempts[0].state, sale.tickets()) == (AttemptState.PAID, 1)


@pytest.mark.parametrize("taken", [False, True])
def test_late_money_takes_the_same_seats_if_they_are_free_and_else_goes_back(
    make: Factory, sale: Sale, taken: bool
) -> None:
    opened(sale)
    facts = sale.provider.pay(sale.reference, 3000)
    make.set_clock(sale.payment.pay_by + timedelta(minutes=1))
    if taken:
        Booker().hold(make.member(), sale.order.performance, "ST-01-01")
    sale.apply(facts)
    assert sale.tickets() == (0 if taken else 1)
    assert [(one.reason, one.amount) for one in refunds()] == [(RefundReason.LATE, 3000)] * taken


def test_a_second_page_that_is_paid_too_goes_back_whole_and_somebody_looks(sale: Sale) -> None:
    opened(sale)
    first = sale.reference
    payments.close_pages(sale.payment_id)
    opened(sale)
    sale.apply(sale.provider.pay(sale.reference, 3000))
    sale.apply(sale.provider.pay(first, 3000))
    assert sale.tickets() == 1
    (back,) = refunds()
    assert (back.amount, back.reason, back.intent) == (3000, RefundReason.TOO_MUCH, f"pi_{first}")
    assert sale.payment.review == Review.TWICE
    payments.send_refunds()
    assert refunds()[0].state is RefundState.DONE


@pytest.mark.parametrize(
    ("said", "tickets", "back", "review"),
    [
        ({"paid": 2999}, 0, [2999], Review.DIFFERS),
        ({"paid": 3001}, 1, [1], Review.DIFFERS),
        ({"currency": "usd"}, 0, [], Review.CURRENCY),
    ],
)
def test_other_money_than_was_asked_for(
    sale: Sale, said: dict[str, object], tickets: int, back: list[int], review: Review
) -> None:
    opened(sale)
    sale.apply(replace(sale.provider.pay(sale.reference, 3000), **said))  # type: ignore[arg-type]  # its fields
    assert (sale.tickets(), [one.amount for one in refunds()]) == (tickets, back)
    assert sale.payment.review == review


def test_what_is_not_ours_changes_nothing(sale: Sale) -> None:
    opened(sale)
    mine = sale.provider.pay(sale.reference, 3000)
    sale.apply(replace(mine, reference="cs_other"))
    sale.apply(replace(mine, reference="cs_other", payment_id=None, number=None))
    assert (came(), sale.tickets()) == (0, 0)


def test_news_is_applied_once_by_its_name(sale: Sale) -> None:
    opened(sale)
    facts = replace(sale.provider.pay(sale.reference, 3000), news_id="evt_1", news_kind="x")
    sale.apply(facts)
    sale.apply(facts)
    assert came() == 1


def test_a_provider_that_is_gone_from_the_settings_orphans_nothing(
    make: Factory, sale: Sale
) -> None:
    opened(sale)
    del backends[STRIPE]
    make.set_clock(clock.now() + timedelta(minutes=1))
    make.commit()
    payments.tend_pages()
    assert sale.attempts[0].state is AttemptState.OPEN
    with pytest.raises(PageOpen):
        payments.close_pages(sale.payment_id)


def test_an_order_whose_page_is_open_is_let_go_once_that_is_closed(sale: Sale) -> None:
    opened(sale)
    member = db.session.get_one(Member, sale.order.member_id)
    with pytest.raises(PageOpen):
        tickets.cancel(member, sale.order.code)
    db.session.rollback()
    payments.close_pages_of("tickets", sale.order.id)
    assert tickets.cancel(member, sale.order.code).state is OrderState.CANCELLED
    assert sale.payment.closed_at is not None
