"""Who takes money, as the settings say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from palace.config import Settings
from palace.payments.backends.base import backends
from palace.payments.backends.counter import AtCounter
from palace.payments.backends.loading import use_backends
from palace.payments.states import Backend

WITHOUT_KEYS = """
import sys
from palace.config import Settings
from palace.payments.backends.loading import use_backends
use_backends(Settings(demo=True))
print("stripe" in sys.modules)
"""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = dict(backends)
    yield
    backends.clear()
    backends.update(before)


def test_without_keys_there_is_the_counter_alone() -> None:
    use_backends(Settings(demo=True))

    assert set(backends) == {Backend.COUNTER}
    assert isinstance(backends[Backend.COUNTER], AtCounter)


def test_with_keys_a_provider_takes_money_too() -> None:
    use_backends(Settings(demo=True, stripe_key="sk_test_1", stripe_secrets=("whsec_1",)))

    assert {name: one.name for name, one in backends.items()} == {name: name for name in Backend}


def test_without_keys_its_library_is_not_loaded() -> None:
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT_KEYS], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "False"
