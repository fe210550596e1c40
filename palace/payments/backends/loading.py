"""Who takes money in this palace, as its settings say."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from palace.config import Settings
from palace.payments import states
from palace.payments.backends.base import Backend, backends
from palace.payments.backends.counter import AtCounter


def use_backends(settings: Settings) -> None:
    """Have the counter take money, and a provider where its keys are set.

    A provider's library costs a quarter of a second and 33 MB: without keys it is not loaded.
    """
    backends.clear()
    backends[states.Backend.COUNTER] = AtCounter()
    if settings.stripe_key:
        made: Callable[[Settings], Backend] = importlib.import_module(
            f"{__package__}.stripe"
        ).Stripe
        backends[states.Backend.STRIPE] = made(settings)
