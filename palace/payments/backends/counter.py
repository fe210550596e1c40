"""The counter takes money in person: there is no page, and nothing comes or goes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from palace.payments import states
from palace.payments.backends.base import (
    Asked,
    BadSignature,
    Closed,
    Counter,
    Facts,
    Manual,
    Returned,
    Sent,
)
from palace.payments.states import AttemptState


class AtCounter:
    """A clerk writes down what came (`take`) and what was paid back (`pay_back`)."""

    name = states.Backend.COUNTER

    def page(self, _asked: Asked, /) -> dict[str, Any]:
        """Return nothing: there is no page to be asked for."""
        return {}

    def start(self, _sent: Sent, /) -> Counter:
        """Say that it is paid at the counter."""
        return Counter()

    def close(self, _sent: Sent, /) -> Closed:
        """Say that nobody pays by a page here."""
        return Closed()

    def query(self, sent: Sent, /) -> Facts:
        """Say that nothing came by a page."""
        return Facts(
            reference=sent.reference,
            intent=sent.intent,
            payment_id=sent.payment_id,
            number=sent.number,
            state=AttemptState.CLOSED,
        )

    def refund(self, _returned: Returned, /) -> Manual:
        """Say that the money is fetched."""
        return Manual()

    def notification(self, _raw: bytes, _headers: Mapping[str, str], /) -> Facts:
        """Refuse it: nobody sends news of the counter."""
        raise BadSignature
