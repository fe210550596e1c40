"""What the installed stripe library says a request may carry: its typed parameters, checked key by key.

They are generated from the provider's own specification; a parameter that a newer library drops fails here.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import stripe
from stripe._request_options import RequestOptions
from typing_extensions import get_type_hints, is_typeddict

OPERATIONS: Mapping[tuple[str, str], str] = {
    ("POST", r"/v1/checkout/sessions"): "checkout.SessionCreateParams",
    ("GET", r"/v1/checkout/sessions"): "checkout.SessionListParams",
    ("GET", r"/v1/checkout/sessions/\w+"): "checkout.SessionRetrieveParams",
    ("POST", r"/v1/checkout/sessions/\w+/expire"): "checkout.SessionExpireParams",
    ("GET", r"/v1/payment_intents/\w+"): "PaymentIntentRetrieveParams",
    ("POST", r"/v1/refunds"): "RefundCreateParams",
    ("GET", r"/v1/refunds"): "RefundListParams",
    ("GET", r"/v1/refunds/\w+"): "RefundRetrieveParams",
    ("GET", r"/v1/disputes"): "DisputeListParams",
    ("GET", r"/v1/balance_transactions"): "BalanceTransactionListParams",
    ("GET", r"/v1/events"): "EventListParams",
}
"""Method and path, and the name of the parameters in `stripe.params`."""
ELSEWHERE = {"StripeContext": str, "Mapping": Mapping}
"""Names that the typed parameters use and do not import when they run."""
OF_THE_CALL = frozenset(RequestOptions.__annotations__)
"""Keys of the typed parameters that travel as headers."""
LONGEST = {"client_reference_id": 200, "name": 250}
METADATA_KEYS, METADATA_KEY, METADATA_VALUE = 50, 40, 500


def breaches(method: str, path: str, body: Mapping[str, Any]) -> list[str]:
    """Return what a decoded form body breaks; values are text, as they come over the line."""
    name = next(
        (
            params
            for (wanted, pattern), params in OPERATIONS.items()
            if wanted == method and re.fullmatch(pattern, path)
        ),
        None,
    )
    if name is None:
        return [f"no such operation: {method} {path}"]
    shape: Any = stripe.params
    for part in name.split("."):
        shape = getattr(shape, part)
    return _of_record(shape, body, "")


def _of_record(shape: Any, value: Any, at: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{at}: no record"]
    hints = get_type_hints(shape, localns=ELSEWHERE, include_extras=True)
    known = {key: hint for key, hint in hints.items() if key not in OF_THE_CALL}
    missing = [
        f"{at}{key}: missing"
        for key, hint in known.items()
        if get_origin(hint) is not NotRequired and key not in value
    ]
    unknown = [f"{at}{key}: unknown" for key in value if key not in known]
    inner = [
        breach
        for key in value
        if key in known
        for breach in [*_of_value(known[key], value[key], f"{at}{key}"), *_limits(key, value, at)]
    ]
    return missing + unknown + inner


def _of_value(hint: Any, value: Any, at: str) -> list[str]:
    """Return what breaks a hint; of several that may be, an open list of words counts as closed."""
    origin = get_origin(hint)
    if origin in (NotRequired, Required):
        return _of_value(get_args(hint)[0], value, at)
    if origin in (Union, types.UnionType):
        choices = get_args(hint)
        if any(get_origin(one) is Literal and get_args(one) != ("",) for one in choices):
            choices = tuple(one for one in choices if one is not str)
        found = [_of_value(one, value, at) for one in choices]
        return [] if [] in found else min(found, key=len)
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{at}: {value!r} is none of its words"]
    if origin in (list, dict):
        return _of_many(hint, value, at)
    if is_typeddict(hint):
        return _of_record(hint, value, f"{at}.")
    return _of_plain(hint, value, at)


def _of_many(hint: Any, value: Any, at: str) -> list[str]:
    each = get_args(hint)[-1]
    items: Iterable[tuple[Any, Any]] | None
    if get_origin(hint) is list:
        items = enumerate(value) if isinstance(value, list) else None
    else:
        items = value.items() if isinstance(value, Mapping) else None
    if items is None:
        return [f"{at}: {get_origin(hint).__name__} wanted"]
    return [breach for key, one in items for breach in _of_value(each, one, f"{at}.{key}")]


def _of_plain(hint: Any, value: Any, at: str) -> list[str]:
    shapes = {int: r"-?[0-9]+", bool: r"true|false", float: r"-?[0-9.]+", str: r"(?s).*"}
    fits = isinstance(value, str) and hint in shapes and re.fullmatch(shapes[hint], value)
    return [] if fits else [f"{at}: {value!r} is no {getattr(hint, '__name__', hint)}"]


def _limits(key: str, record: Mapping[str, Any], at: str) -> list[str]:
    value = record[key]
    if key == "metadata" and isinstance(value, Mapping):
        long = [
            one
            for one, words in value.items()
            if len(one) > METADATA_KEY or len(words) > METADATA_VALUE
        ]
        many = [] if len(value) <= METADATA_KEYS else ["too many"]
        return [f"{at}metadata: {one}" for one in long + many]
    if key in LONGEST and len(value) > LONGEST[key]:
        return [f"{at}{key}: too long"]
    return []
