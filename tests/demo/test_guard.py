"""A real palace's database is never shown as a demonstration."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from palace.config import Settings, UnsafeSettings
from palace.demo import loading
from palace.venues.services import check_database
from tests.factory import Factory


@pytest.fixture
def settings(app: Flask) -> Settings:
    """Return the settings of a demonstration."""
    found: Settings = app.extensions["palace"]
    return found


def test_an_empty_database_may_become_either(settings: Settings) -> None:
    check_database(settings)
    check_database(replace(settings, demo=False))


def test_a_real_palace_is_not_loaded_over_nor_emptied(make: Factory, settings: Settings) -> None:
    make.site()
    make.commit()

    for refused in (loading.load, loading.reset, check_database):
        with pytest.raises(UnsafeSettings):
            refused(settings)

    check_database(replace(settings, demo=False))
    assert make.site().code == "head"
