"""What the tests of acting share."""

from __future__ import annotations

import pytest

from tests.identities.test_rules import card


@pytest.fixture
def number() -> str:
    """Return an identity card's number whose check digit fits."""
    return card("19570301", "611")
