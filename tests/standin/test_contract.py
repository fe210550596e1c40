"""What the installed library says of a request is held against every one of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.api import decoded
from tests.standin.contract import OPERATIONS, breaches

CREATE = ("POST", "/v1/checkout/sessions")
LINE = {"quantity": "1", "price_data": {"currency": "cny", "unit_amount": "6000"}}
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"payment_method_types": ["card"]}, "payment_method_types: unknown"),
    ({"mode": "buy"}, "mode: 'buy' is none of its words"),
    ({"locale": "zh-CN"}, "locale: 'zh-CN' is none of its words"),
    ({"expires_at": "soon"}, "expires_at: 'soon' is no int"),
    ({"adaptive_pricing": {"enabled": "no"}}, "adaptive_pricing.enabled: 'no' is no bool"),
    ({"line_items": LINE}, "line_items: list wanted"),
    ({"line_items": [LINE | {"price_data": {}}]}, "line_items.0.price_data.currency: missing"),
    ({"line_items": [LINE | {"seat": "A1"}]}, "line_items.0.seat: unknown"),
    ({"payment_method_options": {"wechat_pay": {"client": "tv"}}}, "is none of its words"),
    ({"metadata": {"k" * 41: "1"}}, "metadata"),
    ({"metadata": {"k": "1" * 501}}, "metadata"),
    ({"metadata": {str(number): "1" for number in range(51)}}, "too many"),
    ({"client_reference_id": "1" * 201}, "too long"),
    ({"success_url": ["a"]}, "success_url"),
    ({"idempotency_key": "k"}, "idempotency_key: unknown"),
]


@pytest.mark.parametrize(("body", "says"), BROKEN)
def test_what_breaks_the_contract_is_named(body: dict[str, Any], says: str) -> None:
    assert says in "; ".join(breaches(*CREATE, body))


def test_what_keeps_it_is_not() -> None:
    body = {
        "mode": "payment",
        "line_items": [LINE],
        "metadata": {"palace": "here"},
        "locale": "zh",
        "expires_at": "1795855088",
    }
    assert breaches(*CREATE, body) == []
    assert breaches("POST", "/v1/refunds", {"payment_intent": "pi_1", "amount": "1"}) == []


def test_another_address_is_no_operation() -> None:
    assert breaches("POST", "/v1/charges", {}) == ["no such operation: POST /v1/charges"]


def test_the_library_knows_every_operation() -> None:
    for method, pattern in OPERATIONS:
        found = breaches(method, pattern.replace(r"\w+", "x"), {})
        assert all(one.endswith(": missing") for one in found)


def test_a_form_spells_records_and_lists() -> None:
    text = "mode=payment&line_items[0][quantity]=2&line_items[1][price_data][currency]=cny&a[b]="

    assert decoded(text) == {
        "mode": "payment",
        "line_items": [{"quantity": "2"}, {"price_data": {"currency": "cny"}}],
        "a": {"b": ""},
    }
