"""The line to Stripe: its answers in the words of every backend, and whether news are its own."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stripe

from palace.config import Settings
from palace.forms import UNTYPABLE
from palace.payments.backends.base import Away, BadSignature, Refused, Spent
from palace.payments.backends.breaker import Breaker

CONNECT, ANSWER, RETRIES = 1.5, 4.0, 1  # seconds; a line that went stale is found by the second try
TOLERANCE = 300  # seconds news may be old, or a clock ahead

REFUSALS = (stripe.InvalidRequestError, stripe.CardError, stripe.PermissionError)
UNSHAPED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What reading raises of what is no UTF-8, no JSON or no event."""

log = logging.getLogger("palace.payments")


class Line:
    """One account's client. The library talks of bodies in its own log below warnings: it is kept quiet."""

    def __init__(self, settings: Settings) -> None:
        """Take the keys; nothing is asked yet."""
        logging.getLogger("stripe").setLevel(logging.WARNING)
        self._client = stripe.StripeClient(
            settings.stripe_key,
            base_addresses={"api": settings.stripe_api or stripe.DEFAULT_API_BASE},
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=(CONNECT, ANSWER)),
        )
        self._secrets = settings.stripe_secrets
        self._breaker = Breaker()
        self.v1 = self._client.v1

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask for one thing inside the block; no key and no body is logged.

        Raises:
            Away, Spent, Refused.
        """
        with self._breaker.call():
            try:
                yield
            except REFUSALS as error:
                raise Refused(error.code or error.user_message) from error
            except stripe.IdempotencyError as error:
                raise Spent from error
            except stripe.StripeError as error:
                if (error.headers or {}).get("Idempotent-Replayed") == "true":
                    raise Spent from error
                values = {
                    "error": type(error).__name__,
                    "status": error.http_status,
                    "request": error.request_id,
                }
                log.warning("provider does not answer", extra={"values": values})
                raise Away from error

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look up one thing that is there; if it is not, these are another account's keys.

        Raises:
            Away.
        """
        try:
            with self.asking():
                yield
        except (Refused, Spent) as error:
            raise Away from error

    def verified(self, raw: bytes, signature: str) -> dict[str, Any]:
        """Return news that one of our secrets signed, neither old nor of the future, in the shape news have.

        Raises:
            BadSignature.
        """
        stamp = re.search(r"(?:^|,)t=([0-9]{1,12})(?:,|$)", signature)
        if stamp is None or int(stamp[1]) > time.time() + TOLERANCE:
            raise BadSignature
        for secret in self._secrets:
            try:
                return _shaped(self._client.construct_event(raw, signature, secret, TOLERANCE))
            except stripe.SignatureVerificationError:
                continue
            except UNSHAPED as error:
                raise BadSignature from error
        raise BadSignature


def _shaped(event: stripe.Event) -> dict[str, Any]:
    """Return news whose own fields are of the kinds they have to be.

    Raises:
        ValueError, LookupError.
    """
    news: dict[str, Any] = event.to_dict()
    kinds = (news["id"], str), (news["type"], str), (news["livemode"], bool), (news["data"], dict)
    if not all(isinstance(value, kind) for value, kind in (*kinds, (news["data"]["object"], dict))):
        raise ValueError("no event")
    if UNTYPABLE.search(news["id"] + news["type"]):
        raise ValueError("no name")
    return news
