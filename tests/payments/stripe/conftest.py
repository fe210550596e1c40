"""Stripe as a palace meets it: its library, and the stand-in on the other end of the line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from palace.config import Settings
from palace.payments.backends import breaker, stripe_line
from palace.payments.backends.stripe import Stripe
from tests.standin.api import StandIn, patience
from tests.standin.server import stand_in


@pytest.fixture
def told() -> Iterator[StandIn]:
    """Run the stand-in; nothing that is sent to it may break the library's contract."""
    with stand_in() as told:
        yield told
        assert told.breaches == []


@pytest.fixture
def provider(
    told: StandIn, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Stripe:
    """Return the backend on the stand-in's line; it asks again at once after a failure."""
    monkeypatch.setattr(stripe_line, "ANSWER", patience(request))
    monkeypatch.setattr(breaker, "PAUSE", 0.0)
    return Stripe(settings_of(told))


def settings_of(told: StandIn) -> Settings:
    """Return the settings of a demonstration with keys of the stand-in."""
    return Settings(
        demo=True,
        stripe_key=told.provider.key,
        stripe_secrets=(told.provider.secret,),
        stripe_api=told.url,
    )
