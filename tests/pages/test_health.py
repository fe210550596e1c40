"""What a supervisor asks: does the process live, and can the palace work."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from palace.db import db


def beat(ago: str) -> None:
    """Let a worker give a sign of life some time ago."""
    db.session.execute(
        text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - :ago ::interval)"),
        {"ago": ago},
    )


def test_livez_needs_nothing(client: FlaskClient) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_healthz_is_well_when_every_part_is(client: FlaskClient) -> None:
    beat("5 seconds")
    answer = client.get("/healthz")
    assert answer.get_json()["parts"] == {"database": True, "schema": True, "worker": True}
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("ago", ["1 hour", None])
def test_healthz_says_that_the_worker_is_silent(client: FlaskClient, ago: str | None) -> None:
    if ago:
        beat(ago)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json() == {
        "ok": False,
        "parts": {"database": True, "schema": True, "worker": False},
    }


def test_healthz_refuses_a_schema_the_code_does_not_know(app: Flask, client: FlaskClient) -> None:
    beat("5 seconds")
    known, app.extensions["palace_schema"] = app.extensions["palace_schema"], "9999"
    try:
        answer = client.get("/healthz")
    finally:
        app.extensions["palace_schema"] = known
    assert (answer.status_code, answer.get_json()["parts"]["schema"]) == (503, False)
