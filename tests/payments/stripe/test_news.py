"""News of Stripe: who may bring them, and that their order means nothing."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from palace.payments.backends.base import Away, BadSignature, Done, Facts
from palace.payments.backends.stripe import Stripe
from palace.payments.states import AttemptState, RefundState
from tests.payments.stripe.asked import opened, paid, returned
from tests.payments.stripe.conftest import settings_of
from tests.standin.api import Fault, StandIn

KINDS = {
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.closed",
}


def read(provider: Stripe, told: StandIn, event: dict[str, Any], **more: Any) -> Facts | None:
    """Bring an event over; return what is true by it, whichever brought it."""
    facts = provider.notification(*told.provider.signed(event, **more))
    if facts is not None:
        assert (facts.news_id, facts.news_kind) == (event["id"], event["type"])
        return replace(facts, news_id=None, news_kind="")
    return None


def newest(told: StandIn) -> dict[str, Any]:
    """Return the event that was told last."""
    return list(told.provider.events.values())[-1]


def test_news_of_a_payment_are_its_facts(provider: Stripe, told: StandIn) -> None:
    page, intent = paid(provider, told)

    facts = read(provider, told, newest(told))
    assert facts == provider.query(page)
    assert facts is not None
    assert (facts.reference, facts.intent) == (page.reference, intent)
    assert (facts.state, facts.disputed) == (AttemptState.PAID, False)


def test_in_whatever_order_news_come_they_say_what_is_true_now(
    provider: Stripe, told: StandIn
) -> None:
    page = opened(provider)
    reference = page.reference or ""
    intent = told.provider.pay(reference, "alipay", later=True)["payment_intent"]
    told.provider.settle(reference, paid=True)
    provider.refund(returned(intent))
    (refund,) = told.provider.refunds
    told.provider.finish_refund(refund, failure="declined")
    told.provider.dispute(intent)
    events = list(told.provider.events.values())

    said = {read(provider, told, event) for event in events}
    assert said == {provider.query(page)}
    (facts,) = said
    assert facts is not None
    assert facts.state is AttemptState.PAID
    assert [one.state for one in facts.refunds] == [RefundState.FAILED]
    assert facts.disputed


@pytest.mark.parametrize(("won", "disputed"), [(True, False), (False, True)])
def test_a_dispute_ends_where_the_palace_wins(
    provider: Stripe, told: StandIn, won: bool, disputed: bool
) -> None:
    _, intent = paid(provider, told)
    dispute = told.provider.dispute(intent)
    told.provider.end_dispute(dispute["id"], won=won)

    facts = read(provider, told, newest(told))
    assert facts is not None
    assert facts.disputed is disputed


def test_every_kind_we_ask_for_was_read(provider: Stripe, told: StandIn) -> None:
    for number, is_paid in enumerate((True, False), 1):
        reference = opened(provider, number).reference or ""
        told.provider.pay(reference, "alipay", later=True)
        told.provider.settle(reference, paid=is_paid)
    provider.close(opened(provider, 3))
    _, intent = paid(provider, told, "alipay", number=4)
    provider.refund(returned(intent))
    told.provider.finish_refund(list(told.provider.refunds)[-1], failure="declined")
    told.provider.end_dispute(told.provider.dispute(intent)["id"], won=True)

    events = list(told.provider.events.values())
    assert {event["type"] for event in events} == KINDS
    assert all(read(provider, told, event) for event in events)


def test_news_that_are_not_ours_are_nothing(provider: Stripe, told: StandIn) -> None:
    page, intent = paid(provider, told)
    provider.refund(returned(intent))
    event, of_refund = itertools.islice(told.provider.events.values(), 2)
    asked = len(told.asked)

    assert read(provider, told, event | {"type": "customer.created"}) is None
    assert read(provider, told, event | {"livemode": True}) is None
    elsewhere = {"object": event["data"]["object"] | {"metadata": {"palace": "other.example"}}}
    assert read(provider, told, event | {"data": elsewhere}) is None
    assert len(told.asked) == asked
    told.provider.sessions[page.reference or ""]["metadata"] = {}
    assert read(provider, told, of_refund) is None
    told.provider.sessions.clear()  # the account's money of another kind
    assert read(provider, told, of_refund) is None


def test_news_while_stripe_is_away_are_sent_again(provider: Stripe, told: StandIn) -> None:
    paid(provider, told)
    told.fail(Fault.AWAY, times=2)

    with pytest.raises(Away):
        read(provider, told, newest(told))
    assert read(provider, told, newest(told)) is not None


@pytest.mark.parametrize(
    ("late", "taken"), [(-290, True), (-310, False), (290, True), (310, False)]
)
def test_old_news_and_news_of_the_future_are_refused(
    provider: Stripe, told: StandIn, late: int, taken: bool
) -> None:
    paid(provider, told)
    at = int(time.time()) + late

    if taken:
        assert read(provider, told, newest(told), at=at) is not None
    else:
        with pytest.raises(BadSignature):
            read(provider, told, newest(told), at=at)


def test_news_of_another_hand_are_refused(provider: Stripe, told: StandIn) -> None:
    paid(provider, told)
    raw, headers = told.provider.signed(newest(told))
    asked = len(told.asked)

    forged = [
        (raw.replace(b"6000", b"9000"), headers),
        (raw, {}),
        (raw, {"Stripe-Signature": ""}),
        (raw, {"Stripe-Signature": "v1=00"}),
        (raw, {"Stripe-Signature": "t=now,v1=00"}),
        (raw, {"Stripe-Signature": headers["Stripe-Signature"].replace("v1=", "v0=")}),
        told.provider.signed(newest(told), by="whsec_other"),
    ]
    for one in forged:
        with pytest.raises(BadSignature):
            provider.notification(*one)
    assert len(told.asked) == asked


@pytest.mark.parametrize("body", [b"\xff\xfe", b"no json", b"[]", b'"event"'])
def test_what_is_no_event_is_refused(provider: Stripe, told: StandIn, body: bytes) -> None:
    text = body.decode(errors="replace")
    _, headers = told.provider.signed_text(text)

    with pytest.raises(BadSignature):
        provider.notification(body, headers)


def test_while_a_secret_is_replaced_both_are_good(told: StandIn) -> None:
    settings = replace(settings_of(told), stripe_secrets=("whsec_new", told.provider.secret))
    provider = Stripe(settings)
    paid(provider, told)

    assert read(provider, told, newest(told)) is not None
    assert read(provider, told, newest(told), by="whsec_new") is not None
    with pytest.raises(BadSignature):
        read(provider, told, newest(told), by="whsec_older")


def test_a_refund_that_is_done_is_told_before_its_payment(provider: Stripe, told: StandIn) -> None:
    _, intent = paid(provider, told)
    assert isinstance(provider.refund(returned(intent)), Done)

    facts = read(provider, told, newest(told))  # the refund's: the payment's never came
    assert facts is not None
    assert json.dumps([facts.payment_id, facts.number, facts.paid]) == "[7, 1, 6000]"
