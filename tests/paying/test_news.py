"""News of Stripe over HTTP: by signature alone, whatever goes wrong between the provider's yes and ours."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.payments import services as payments
from palace.payments.models import Attempt, Movement, ProviderNews
from palace.payments.states import AttemptState
from tests.paying.conftest import Buyer
from tests.standin.api import Fault, StandIn

PATH = "/payments/stripe/webhook"


def post(browser: FlaskClient, raw: bytes, headers: dict[str, str]) -> int:
    """Bring news over as a stranger without a form's token; return the status."""
    config = browser.application.config
    config["WTF_CSRF_ENABLED"] = True
    try:
        return browser.post(PATH, data=raw, headers=headers).status_code
    finally:
        config["WTF_CSRF_ENABLED"] = False


def bring(browser: FlaskClient, told: StandIn, event: dict[str, Any], **how: Any) -> int:
    """Bring an event over, signed."""
    return post(browser, *told.provider.signed(event, **how))


def newest(told: StandIn) -> dict[str, Any]:
    """Return the event that was told last."""
    return list(told.provider.events.values())[-1]


def movements() -> list[Movement]:
    """Return all money that came or went."""
    return list(db.session.scalars(select(Movement)))


@pytest.fixture
def stranger(client: FlaskClient) -> FlaskClient:
    """Return the provider's side of the line: it has no cookie."""
    return client


def test_news_settle_what_was_paid_once(buyer: Buyer, told: StandIn, stranger: FlaskClient) -> None:
    told.provider.pay(buyer.opened())
    event = newest(told)
    assert [bring(stranger, told, event) for _ in range(3)] == [200, 200, 200]
    assert buyer.tickets() == 1
    assert len(movements()) == 1
    assert db.session.scalars(select(ProviderNews.reference)).all() == [event["id"]]


def test_what_is_not_signed_changes_nothing(
    buyer: Buyer, told: StandIn, stranger: FlaskClient
) -> None:
    told.provider.pay(buyer.opened())
    raw, headers = told.provider.signed(newest(told))
    old = int(time.time()) - 301
    assert post(stranger, raw, {"Content-Type": "application/json"}) == 400
    assert post(stranger, raw + b" ", headers) == 400
    assert post(stranger, raw, headers | {"Stripe-Signature": "t=1,v1=0"}) == 400
    assert bring(stranger, told, newest(told), by="whsec_other") == 400
    assert bring(stranger, told, newest(told), at=old) == 400
    assert post(stranger, b"\xff\xfe", told.provider.signed_text("x")[1]) == 400
    assert stranger.get(PATH).status_code == 405
    assert (movements(), buyer.tickets()) == ([], 0)


def test_without_keys_nobody_brings_news(stranger: FlaskClient) -> None:
    assert post(stranger, b"{}", {}) == 404


def test_foreign_and_unknown_news_are_taken_and_left_alone(
    buyer: Buyer, told: StandIn, stranger: FlaskClient
) -> None:
    told.provider.pay(buyer.opened())
    event = newest(told) | {"type": "customer.created"}
    assert bring(stranger, told, event) == 200
    thing = event["data"]["object"]
    foreign = event | {"type": "checkout.session.completed"}
    foreign["data"] = {"object": thing | {"metadata": {"palace": "elsewhere"}}}
    assert bring(stranger, told, foreign) == 200
    assert movements() == []


MISSING = object()
ODD: tuple[Any, ...] = (
    MISSING,
    None,
    True,
    1,
    -1.5,
    "",
    "x",
    "\0",
    "x" * 9999,
    [],
    [1],
    {},
    {"a": {"b": 1}},
)
FIELDS = ("id", "type", "livemode", "data", "object", "created")
INNER = ("id", "object", "metadata", "payment_intent", "status", "livemode", "amount")
KINDS = ("checkout.session.completed", "refund.updated", "charge.dispute.closed", "x" * 300)


def changed(thing: dict[str, Any], name: str, value: object) -> dict[str, Any]:
    """Return a thing with one of its fields otherwise, or gone."""
    rest = {key: one for key, one in thing.items() if key != name}
    return rest if value is MISSING else rest | {name: value}


def test_whatever_is_signed_is_answered(buyer: Buyer, told: StandIn, stranger: FlaskClient) -> None:
    intent = told.provider.pay(buyer.opened())["payment_intent"]
    told.provider.refund_by_hand(intent, 100)
    told.provider.dispute(intent)
    shapes: list[Any] = [None, [], "x", 1, {}, {"object": "event"}, {"object": []}, {"detail": [1]}]
    for event in told.provider.events.values():
        thing = event["data"]["object"]
        shapes += [changed(event, name, odd) for name in FIELDS for odd in ODD]
        inside = [changed(thing, name, odd) for name in INNER for odd in ODD]
        shapes += [event | {"data": {"object": one}} for one in [*ODD[1:], *inside]]
        shapes += [event | {"type": kind, "data": {"object": thing}} for kind in KINDS]
    said = Counter(bring(stranger, told, shape) for shape in shapes)
    for text in ("", "\0", "[" * 50_000, '{"object": "event", "id": ' + "9" * 5000 + "}"):
        said[post(stranger, *told.provider.signed_text(text))] += 1
    # a page nobody has may be another account's: its news are sent again
    assert set(said) == {200, 400, 503}
    assert said[503] == 1


def test_news_that_cannot_be_looked_into_are_sent_again(
    buyer: Buyer, told: StandIn, stranger: FlaskClient
) -> None:
    told.provider.pay(buyer.opened())
    told.fail(Fault.AWAY, on="GET", times=20)
    assert told.provider.deliver(newest(told), lambda raw, how: post(stranger, raw, how)) == 503
    assert movements() == []
    told.heal()
    assert told.provider.deliver(newest(told), lambda raw, how: post(stranger, raw, how)) == 200
    assert buyer.tickets() == 1


def test_news_come_as_often_as_they_like(
    buyer: Buyer, told: StandIn, stranger: FlaskClient
) -> None:
    buyer.opened()
    raw, headers = told.provider.signed_text("{}")
    assert {post(stranger, raw, headers | {"Stripe-Signature": "no"}) for _ in range(80)} == {400}


def test_news_before_the_landing_after_it_and_without_it(
    buyer: Buyer, told: StandIn, stranger: FlaskClient
) -> None:
    told.provider.pay(buyer.opened())
    assert bring(stranger, told, newest(told)) == 200
    assert buyer.browser.get(f"{buyer.path}/back").headers["Location"].startswith("/orders/")
    assert bring(stranger, told, newest(told)) == 200
    assert len(movements()) == 1


def test_news_of_a_page_whose_name_never_reached_us_are_known_by_what_we_wrote_on_it(
    buyer: Buyer, told: StandIn, stranger: FlaskClient
) -> None:
    told.fail(Fault.ANSWER_LOST, on="POST", times=2)  # the library asks twice
    assert buyer.press("open").status_code == 503
    (page,) = told.provider.sessions
    told.provider.pay(page)
    assert bring(stranger, told, newest(told)) == 200
    assert buyer.tickets() == 1
    assert db.session.scalars(select(Attempt.state)).one() is AttemptState.PAID


def test_a_crash_between_the_provider_s_yes_and_ours_loses_nothing(
    buyer: Buyer, told: StandIn, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.provider.pay(buyer.opened())

    def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setitem(payments.on_paid, "tickets", dies)
        assert bring(stranger, told, newest(told)) == 500
    assert (movements(), buyer.tickets()) == ([], 0)
    assert bring(stranger, told, newest(told)) == 200
    assert (len(movements()), buyer.tickets()) == (1, 1)


def test_long_news_are_read_and_endless_ones_are_not(
    buyer: Buyer, told: StandIn, stranger: FlaskClient
) -> None:
    told.provider.pay(buyer.opened())
    long = newest(told) | {"request": "x" * 200_000}
    assert bring(stranger, told, long) == 200
    assert buyer.tickets() == 1
    endless = b"x" * (256 * 1024 + 1)
    assert post(stranger, endless, {"Stripe-Signature": "t=1,v1=0"}) == 413
