"""The stand-in behaves as the notes on Stripe say, seen through the real library."""

from __future__ import annotations

import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
import stripe

from tests.standin.api import Fault, StandIn, patience
from tests.standin.provider import A_DAY, HALF_AN_HOUR
from tests.standin.server import stand_in

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams


@pytest.fixture
def told() -> Iterator[StandIn]:
    """Run the stand-in."""
    with stand_in() as told:
        yield told


@pytest.fixture
def client(told: StandIn, request: pytest.FixtureRequest) -> stripe.StripeClient:
    """Return the library, on the stand-in's line; it tries once."""
    return stripe.StripeClient(
        told.provider.key,
        base_addresses={"api": told.url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=(1, patience(request))),
    )


def body(**more: Any) -> SessionCreateParams:
    """Return what opens a page."""
    price = {"currency": "cny", "unit_amount": 3000, "product_data": {"name": "《茶馆》"}}
    asked = {
        "mode": "payment",
        "line_items": [{"quantity": 2, "price_data": price}],
        "success_url": "http://127.0.0.1:9/back?page={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/",
    }
    return cast("SessionCreateParams", asked | more)


def create(client: stripe.StripeClient, key: str = "k", **more: Any) -> stripe.checkout.Session:
    """Open a page under a key."""
    return client.v1.checkout.sessions.create(params=body(**more), options={"idempotency_key": key})


def test_the_money_has_no_name_until_the_buyer_pays(
    client: stripe.StripeClient, told: StandIn
) -> None:
    session = create(client)
    assert (session.status, session.payment_intent, session.amount_total) == ("open", None, 6000)

    told.provider.pay(session.id)
    found = client.v1.checkout.sessions.retrieve(
        session.id, params={"expand": ["payment_intent.latest_charge"]}
    ).to_dict()
    assert (found["status"], found["payment_status"]) == ("complete", "paid")
    assert found["payment_intent"]["latest_charge"]["payment_method_details"] == {"type": "card"}


def test_the_same_key_answers_once(client: stripe.StripeClient, told: StandIn) -> None:
    assert create(client).id == create(client).id
    assert len(told.provider.sessions) == 1
    with pytest.raises(stripe.IdempotencyError):
        create(client, cancel_url="http://127.0.0.1:9/other")


def test_a_refusal_is_not_kept_under_its_key(client: stripe.StripeClient, told: StandIn) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(client, expires_at=1)

    assert create(client).id in told.provider.sessions


def test_what_breaks_the_contract_is_refused_and_remembered(
    client: stripe.StripeClient, told: StandIn
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="payment_method_types: unknown"):
        create(client, payment_method_types=["card"])
    assert told.breaches == ["payment_method_types: unknown"]


@pytest.mark.parametrize(
    ("seconds", "opens"),
    [(HALF_AN_HOUR - 5, False), (HALF_AN_HOUR, True), (A_DAY, True), (A_DAY + 5, False)],
)
def test_a_page_lives_half_an_hour_to_a_day(
    client: stripe.StripeClient, seconds: int, opens: bool
) -> None:
    ends_at = int(time.time()) + seconds
    if opens:
        assert create(client, expires_at=ends_at).expires_at == ends_at
    else:
        with pytest.raises(stripe.InvalidRequestError, match="expires_at"):
            create(client, expires_at=ends_at)


def test_only_an_open_page_expires(client: stripe.StripeClient, told: StandIn) -> None:
    session = create(client)
    told.provider.pay(session.id)

    with pytest.raises(stripe.InvalidRequestError, match="complete"):
        client.v1.checkout.sessions.expire(session.id)


def test_its_clock_ends_pages_and_tells_of_it(client: stripe.StripeClient, told: StandIn) -> None:
    session = create(client, expires_at=int(time.time()) + HALF_AN_HOUR)
    told.provider.ahead = HALF_AN_HOUR

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    (event,) = told.provider.events.values()
    assert event["type"] == "checkout.session.expired"


DONE = {Fault.ANSWER_LOST, Fault.ANSWER_SLOW, Fault.STORED_DONE}


@pytest.mark.parametrize("fault", list(Fault))
def test_what_goes_wrong_on_the_way(
    client: stripe.StripeClient, told: StandIn, fault: Fault
) -> None:
    told.fail(fault)

    with pytest.raises(stripe.StripeError):
        create(client)
    time.sleep(told.slow if fault is Fault.SLOW else 0)
    assert len(told.provider.sessions) == (fault in DONE)
    if fault in {Fault.STORED, Fault.STORED_DONE}:
        with pytest.raises(stripe.APIError) as kept:
            create(client)
        assert (kept.value.headers or {})["Idempotent-Replayed"] == "true"
    else:
        assert create(client).id
        assert len(told.provider.sessions) == 1


def test_a_dropped_event_is_listed_until_it_is_taken(
    client: stripe.StripeClient, told: StandIn
) -> None:
    told.provider.pay(create(client).id)
    (event,) = told.provider.events.values()

    def undelivered() -> list[str]:
        asked = client.v1.events.list(params={"delivery_success": False})
        return [one.id for one in asked.auto_paging_iter()]

    assert told.provider.deliver(event, lambda _raw, _headers: 500) == 500
    assert undelivered() == [event["id"]]
    assert told.provider.deliver(event, lambda _raw, _headers: 204) == 204
    assert undelivered() == []


def test_events_are_signed_as_the_library_wants_them(
    client: stripe.StripeClient, told: StandIn
) -> None:
    told.provider.pay(create(client).id)
    raw, headers = told.provider.signed(next(iter(told.provider.events.values())))

    event = client.construct_event(raw, headers["Stripe-Signature"], told.provider.secret)
    assert event.type == "checkout.session.completed"


def test_lists_go_on_over_pages(client: stripe.StripeClient, told: StandIn) -> None:
    session = told.provider.pay(create(client).id)
    for _ in range(5):
        told.provider.refund_by_hand(session["payment_intent"], 100)

    listed = client.v1.refunds.list(
        params={"payment_intent": session["payment_intent"], "limit": 2}
    )
    assert len(list(listed.auto_paging_iter())) == 5


def test_its_page_takes_the_money_and_sends_the_buyer_back(
    client: stripe.StripeClient, told: StandIn
) -> None:
    session = create(client)
    address = session.url or ""

    with urllib.request.urlopen(address) as page:
        shown = page.read().decode()
    assert "60.00 CNY" in shown
    pressed = urllib.parse.urlencode({"how": "card"}).encode()
    moved = urllib.request.build_opener(_Stays).open(address, pressed)
    assert moved.headers["Location"] == f"http://127.0.0.1:9/back?page={session.id}"
    assert told.provider.session(session.id)["payment_status"] == "paid"


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows nobody: the palace it is sent back to is not there."""

    def http_error_303(self, *answer: Any) -> Any:
        """Return the answer itself."""
        return answer[1]
