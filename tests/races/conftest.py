"""Races need more connections than a web process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine

from palace.db import Patient, connect_by, db


@pytest.fixture(autouse=True)
def wide_pool(live_app: Flask) -> Iterator[None]:
    """Give the application as many connections as a race has threads."""
    with live_app.app_context():
        narrow = db.engine
        engines = cast("dict[str | None, Engine]", db.engines)
        wide = create_engine(narrow.url, pool_size=70, max_overflow=0, pool_timeout=60)
        connect_by(wide, Patient)
        engines[None] = wide
        yield
        db.engine.dispose()
        engines[None] = narrow
