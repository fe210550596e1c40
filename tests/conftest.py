"""A real PostgreSQL per test process; each test in one outer transaction that is rolled back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import HealthCheck
from hypothesis import settings as cases
from sqlalchemy import NullPool, create_engine, text
from werkzeug.test import TestResponse

from palace import create_app
from palace.clock import YEAR
from palace.config import Settings
from palace.db import db, tables_to_empty
from palace.postgres import Cluster
from palace.security import make_keys
from tests.factory import Factory
from tests.lending import Lending

SLOW_IS_FINE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
cases.register_profile(
    "short", max_examples=100, derandomize=True, deadline=None, suppress_health_check=SLOW_IS_FINE
)
cases.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=SLOW_IS_FINE)
cases.load_profile("short")  # `make fuzz` loads the other


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run a PostgreSQL of this test process's own, without waiting for the disk."""
    cluster = Cluster(tmp_path_factory.mktemp("pg"), durable=False)
    cluster.start()
    yield cluster
    cluster.stop()


def settings_for(cluster: Cluster, state: Path, name: str) -> Settings:
    """Return demonstration settings over a database of the cluster, made if missing."""
    cluster.ensure_database(name)
    return Settings(
        demo=True,
        state=state,
        keys_file=state / "keys.json",
        backup_folder=state / "backups",
        database_url=cluster.url("palace_app", name),
        database_owner_url=cluster.url("palace_owner", name),
    )


def real_palace(settings: Settings) -> Settings:
    """Return the settings of a real palace in the place of a demonstration's."""
    return replace(settings, demo=False, public_url="https://palace.example", proxies=1)


class Browser(FlaskClient):
    """A browser whose every request has an application context, and so a session, of its own."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask for a page."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


@contextmanager
def migrated_app(settings: Settings) -> Iterator[Flask]:
    """Give an application over a database at the newest schema; its connections end with it."""
    make_keys(settings.keys_file)
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()
    app.extensions["palace_side_engine"].dispose()


@pytest.fixture(scope="session")
def base_app(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Build one migrated application per test process."""
    settings = settings_for(cluster, tmp_path_factory.mktemp("state"), "palace_test")
    with migrated_app(settings) as app:
        yield app


YEAR_OF_DAYS = 2026
"""The year whose days are said without it, until a test sets the clock: what shows play in."""


def forget_the_programme(app: Flask) -> None:
    """Forget what the last test read of the programme: it is kept for a second."""
    app.extensions.get("palace_once", {}).pop("coming", None)


def make_old(app: Flask, name: str, seconds: float) -> None:
    """Let time go by for what the application read lately."""
    known = app.extensions["palace_once"]
    read_at, value = known[name]
    known[name] = read_at - seconds, value


@pytest.fixture
def app(base_app: Flask) -> Iterator[Flask]:
    """Give a test the application inside one transaction that is rolled back at its end."""
    with base_app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            engines = cast("dict[str | None, Any]", db.engines)
            engines[None] = connection
            db.session.configure(join_transaction_mode="create_savepoint")
            base_app.extensions["palace_once"] = {YEAR: (math.inf, YEAR_OF_DAYS)}
            try:
                yield base_app
            finally:
                db.session.remove()
                db.session.configure(join_transaction_mode="conditional_savepoint")
                engines[None] = engine
                outer.rollback()
        with base_app.extensions["palace_side_engine"].connect() as side:
            side.execute(text("DELETE FROM throttle"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without cookies."""
    return app.test_client()


@pytest.fixture
def make(app: Flask) -> Factory:
    """Return the factory of rows."""
    return Factory(app)


@pytest.fixture
def lending(make: Factory) -> Lending:
    """Return the factory of lent rooms, troupes and reservations."""
    return Lending(make)


@pytest.fixture(scope="session")
def live_app(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Build an application whose transactions really commit, for races; its database is its own."""
    settings = settings_for(cluster, tmp_path_factory.mktemp("live"), "palace_live")
    with migrated_app(settings) as app:
        yield app


@pytest.fixture
def live(live_app: Flask) -> Iterator[Factory]:
    """Give a race test a factory whose rows are committed, on emptied tables."""
    with live_app.app_context():
        owner = live_app.extensions["palace"].database_owner_url
        with create_engine(owner, poolclass=NullPool).begin() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(tables_to_empty())} CASCADE"))
        live_app.extensions.pop("palace_once", None)
        yield Factory(live_app)
        db.session.remove()
