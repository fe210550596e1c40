"""Pages as parts ask for them, and what becomes of them at the stand-in."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from palace.money import Fen
from palace.payments.backends.base import Asked, Returned, Sent
from palace.payments.backends.stripe import Stripe
from palace.payments.states import RefundReason
from tests.standin.api import StandIn

PRICE = Fen(6000)


def sent(provider: Stripe, number: int = 1) -> Sent:
    """Return a page as it was written down before anything went over the line."""
    ends_at = datetime.fromtimestamp(int(time.time()) + 31 * 60, UTC)
    asked = Asked(
        payment_id=7,
        number=number,
        part="tickets",
        subject_id=12,
        amount=PRICE,
        words="《茶馆》 2 张",
        ends_at=ends_at,
    )
    return Sent(payment_id=7, number=number, request=provider.page(asked))


def opened(provider: Stripe, number: int = 1) -> Sent:
    """Return a page that is open."""
    page = sent(provider, number)
    return replace(page, reference=provider.start(page).reference)


def paid(
    provider: Stripe, told: StandIn, method: str = "card", *, number: int = 1
) -> tuple[Sent, str]:
    """Return a page that somebody paid by, and the name of the money."""
    page = opened(provider, number)
    session = told.provider.pay(page.reference or "", method)
    return page, session["payment_intent"]


def returned(intent: str, amount: int = 2000, *, refund_id: int = 3, attempt: int = 1) -> Returned:
    """Return money that is to go back."""
    return Returned(
        refund_id=refund_id,
        payment_id=7,
        attempt=attempt,
        amount=Fen(amount),
        intent=intent,
        reason=RefundReason.RETURNED,
    )
