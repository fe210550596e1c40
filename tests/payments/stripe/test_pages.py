"""Stripe's pages: one of them whatever the line does, and closed only when it says so."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

import pytest

from palace.payments.backends.base import (
    AlreadyPaid,
    Away,
    Closed,
    Refused,
    Sent,
    Spent,
    Unknown,
)
from palace.payments.backends.breaker import PAUSE
from palace.payments.backends.stripe import Stripe
from palace.payments.states import AttemptState
from tests.payments.stripe.asked import PRICE, opened, paid, sent
from tests.payments.stripe.conftest import settings_of
from tests.standin.api import Fault, StandIn

ON_THE_WAY = [Fault.LOST, Fault.ANSWER_LOST, Fault.SLOW, Fault.ANSWER_SLOW, Fault.AWAY]
CREATE = "POST /v1/checkout/sessions$"


def test_a_page_asks_for_what_is_owed_and_names_no_person(provider: Stripe, told: StandIn) -> None:
    page = provider.start(sent(provider))

    session = told.provider.sessions[page.reference]
    assert page.address == session["url"]
    assert (session["amount_total"], session["currency"]) == (PRICE, "cny")
    assert session["metadata"] == session["intent_metadata"]
    assert session["metadata"] == {
        "palace": "127.0.0.1:8000",
        "payment": "7",
        "attempt": "1",
        "part": "tickets",
        "subject": "12",
    }
    assert session["success_url"] == "http://127.0.0.1:8000/payments/7/back"


@pytest.mark.parametrize("fault", ON_THE_WAY)
def test_one_failure_on_the_way_is_not_noticed(
    provider: Stripe, told: StandIn, fault: Fault
) -> None:
    told.fail(fault)

    assert provider.start(sent(provider)).address
    assert len(told.provider.sessions) == 1


@pytest.mark.parametrize("fault", ON_THE_WAY)
def test_asked_again_after_failures_it_is_one_page(
    provider: Stripe, told: StandIn, fault: Fault
) -> None:
    page = sent(provider)
    told.fail(fault, times=2)

    with pytest.raises(Away):
        provider.start(page)
    assert provider.start(page) == provider.start(page)
    assert len(told.provider.sessions) == 1


def test_a_request_read_back_in_another_order_is_the_same(provider: Stripe) -> None:
    page = sent(provider)
    turned = replace(page, request=dict(reversed(list(page.request.items()))))

    assert provider.start(page) == provider.start(turned)


@pytest.mark.parametrize("fault", [Fault.STORED, Fault.STORED_DONE])
def test_a_kept_failure_wants_another_number(provider: Stripe, told: StandIn, fault: Fault) -> None:
    told.fail(fault)

    with pytest.raises(Spent):
        provider.start(sent(provider))
    assert provider.start(sent(provider, number=2)).address
    assert provider.close(sent(provider)) == Closed()  # whose address nobody ever saw


def test_what_the_account_will_not_open_is_refused(provider: Stripe, told: StandIn) -> None:
    told.provider.smallest = PRICE + 1

    with pytest.raises(Refused, match="amount_too_small"):
        provider.start(sent(provider))


def test_a_wrong_key_is_nobody_there(provider: Stripe, told: StandIn) -> None:
    told.provider.key = "sk_test_other"

    with pytest.raises(Away):
        provider.start(sent(provider))


def test_a_page_closes_while_nobody_paid(provider: Stripe, told: StandIn) -> None:
    page = opened(provider)

    assert provider.close(page) == Closed()
    assert provider.close(page) == Closed()  # twice is once
    assert told.provider.session(page.reference or "")["status"] == "expired"
    assert provider.query(page).state is AttemptState.CLOSED


def test_a_page_whose_answer_was_lost_closes_too(provider: Stripe, told: StandIn) -> None:
    page = sent(provider)
    told.fail(Fault.ANSWER_LOST, times=2)
    with pytest.raises(Away):
        provider.start(page)

    assert provider.close(page) == Closed()
    assert [one["status"] for one in told.provider.sessions.values()] == ["expired"]


def test_a_page_that_was_paid_does_not_close(provider: Stripe, told: StandIn) -> None:
    page, intent = paid(provider, told)

    answer = provider.close(page)
    assert isinstance(answer, AlreadyPaid)
    facts = answer.facts
    assert (facts.state, facts.paid, facts.currency) == (AttemptState.PAID, PRICE, "cny")
    assert (facts.payment_id, facts.number, facts.intent) == (7, 1, intent)


def test_money_on_its_way_keeps_a_page(provider: Stripe, told: StandIn) -> None:
    page = opened(provider)
    told.provider.pay(page.reference or "", "alipay", later=True)

    answer = provider.close(page)
    assert isinstance(answer, AlreadyPaid)
    assert (answer.facts.state, answer.facts.paid) == (AttemptState.PROCESSING, 0)
    told.provider.settle(page.reference or "", paid=False)
    assert provider.query(page).state is AttemptState.FAILED
    assert provider.close(page) == Closed()


@pytest.mark.parametrize("on", ["expire", CREATE, "GET"])
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.AWAY, Fault.BUSY, Fault.STORED])
def test_nobody_knows_of_a_page_while_stripe_is_away(
    provider: Stripe, told: StandIn, fault: Fault, on: str
) -> None:
    page = _as_far_as(provider, told, on)
    told.fail(fault, on, times=2)

    answer = provider.close(page)
    is_spent = (fault, on) == (Fault.STORED, CREATE)
    assert answer == (Closed() if is_spent else Unknown())


def _as_far_as(provider: Stripe, told: StandIn, on: str) -> Sent:
    """Return a page whose closing meets the request that fails."""
    if on == CREATE:
        return sent(provider)
    return paid(provider, told)[0] if on == "GET" else opened(provider)


def test_a_page_ends_by_itself(provider: Stripe, told: StandIn) -> None:
    page = opened(provider)

    assert provider.query(page).state is AttemptState.OPEN
    told.provider.ahead = 31 * 60
    assert provider.query(page).state is AttemptState.CLOSED
    assert provider.close(page) == Closed()


def test_a_page_never_opened_and_too_late_to_open_is_closed(
    provider: Stripe, told: StandIn
) -> None:
    page = sent(provider)
    told.provider.ahead = 2 * 60

    assert provider.query(page).state is AttemptState.CLOSED
    assert provider.close(page) == Closed()
    assert told.provider.sessions == {}


def test_another_accounts_page_is_not_taken_for_closed(provider: Stripe) -> None:
    stranger = replace(sent(provider), reference="cs_test_other")

    with pytest.raises(Away):
        provider.query(stranger)
    assert provider.close(stranger) == Unknown()


def test_who_asks_after_a_failure_does_not_wait(told: StandIn) -> None:
    provider = Stripe(settings_of(told))
    told.fail(Fault.AWAY, times=2)
    with pytest.raises(Away):
        provider.start(sent(provider))
    asked, begun = len(told.asked), time.monotonic()

    with pytest.raises(Away):
        provider.start(sent(provider))
    assert len(told.asked) == asked
    assert time.monotonic() - begun < PAUSE / 10


def test_no_key_and_no_body_is_logged(
    provider: Stripe, told: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told.fail(Fault.AWAY, times=2)
    with pytest.raises(Away):
        provider.start(sent(provider))
    provider.start(sent(provider))

    said = str([vars(record) for record in caplog.records])
    assert "provider does not answer" in said
    for secret in (told.provider.key, told.provider.secret, "茶馆", "product_data"):
        assert secret not in said
