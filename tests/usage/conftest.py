"""A printing process for the slips, and rooms to lend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.factory import Factory
from tests.lending import Lending
from tests.printing.process import printing_process


@pytest.fixture(scope="module")
def printer(base_app: Flask) -> Iterator[None]:
    """Run a printing process for all tests of a file."""
    with printing_process(base_app):
        yield


@pytest.fixture
def lending(make: Factory) -> Lending:
    """Return what makes rooms that are lent; it is noon, so that the next day of every policy is open."""
    lending = Lending(make)
    lending.clock_at(lending.today(), "12:00")
    return lending
