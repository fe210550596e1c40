"""The database hangs, dies or is full: every answer is 503 in words, within a bounded time, never 500."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from palace.db import Impatient, Patient, db, side_engine, transaction
from palace.lifecycle import COME_BACK
from palace.members.models import Member
from palace.postgres import Cluster
from palace.tickets import services
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import Wish
from palace.web import public
from tests.conftest import migrated_app, settings_for
from tests.factory import Factory

NAME = "palace_away"
STATES = {
    "57P01": "admin shutdown",
    "57P02": "crash shutdown",
    "57P03": "starting up",
    "53100": "disk full",
    "53300": "too many connections",
    "55P03": "lock timeout",
    "57014": "statement timeout",
    "58030": "io error",
    "40001": "serialization failure",
    "40P01": "deadlock",
    "25P03": "idle in transaction too long",
}


@public
def run_statement() -> str:
    """Run what a test wants run."""
    return str(db.session.scalar(text(request.args["statement"])))


@public
def raise_state() -> str:
    """Let the database raise an error of some condition."""
    state = request.values["state"]
    db.session.execute(text(f"DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END$$"))
    return "no"


@public
def lose_connection() -> str:
    """Read something, lose the connection it was read by, and answer."""
    pid = backend(db.session.scalar)
    with side_engine().connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    return "read"


@pytest.fixture
def away(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return an application over a database of its own, with addresses that break it."""
    settings = settings_for(cluster, tmp_path_factory.mktemp("away"), NAME)
    with migrated_app(settings) as app:
        app.add_url_rule("/statement", view_func=run_statement)
        app.add_url_rule("/lose", view_func=lose_connection)
        app.add_url_rule("/state", view_func=raise_state, methods=["GET", "POST"])
        yield app
    cluster.drop_database(NAME)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Freeze a process for the length of the block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def backend(ask: Callable[..., object]) -> int:
    """Return the database process behind a connection."""
    return int(str(ask(text("SELECT pg_backend_pid()"))))


@pytest.mark.parametrize("state", STATES, ids=STATES.get)
def test_what_the_database_cannot_do_now_is_503_in_both_forms(away: Flask, state: str) -> None:
    client = away.test_client()
    for language, sentence in (("zh", "系统正在恢复"), ("en", "The system is being restored")):
        page = client.get(f"/state?state={state}", headers={"Accept-Language": language})
        assert (page.status_code, sentence in page.text) == (503, True)
        assert COME_BACK <= int(page.headers["Retry-After"]) < 2 * COME_BACK
        assert page.headers["Refresh"] == page.headers["Retry-After"]
    told = client.get(f"/state?state={state}", headers={"Accept": "application/json"})
    assert told.get_json()["code"] == "unavailable"
    assert told.headers["Retry-After"]


def test_a_database_that_dies_after_the_answer_takes_nothing_back(away: Flask) -> None:
    client = away.test_client()
    assert [client.get("/lose").text for _ in range(3)] == ["read"] * 3
    assert client.get("/statement?statement=SELECT+7").text == "7"


def test_what_was_asked_wrongly_is_still_a_crash(away: Flask) -> None:
    assert away.test_client().get("/state?state=42601").status_code == 500


def test_what_was_typed_waits_to_be_sent_again(away: Flask) -> None:
    typed = {"state": "53100", "seats": ["ST-01-01", "ST-01-02"], "name": '"><b>张'}
    page = away.test_client().post("/state?x=1", data=typed)
    assert 'action="/state?x=1"' in page.text
    assert [f'value="{code}"' in page.text for code in ("ST-01-01", "ST-01-02")] == [True, True]
    assert "&#34;&gt;&lt;b&gt;张" in page.text
    assert "Refresh" not in page.headers
    assert page.headers["Cache-Control"] == "private, no-store"


def test_connections_that_died_in_the_pool_cost_one_answer(away: Flask) -> None:
    client = away.test_client()
    with away.app_context():
        connections = [db.engine.connect() for _ in range(3)]
        for connection in connections:
            connection.close()
        cut = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert int(client.get("/statement", query_string={"statement": cut}).text) >= 2
    answers = [client.get("/statement?statement=SELECT 1").status_code for _ in range(6)]
    assert answers.count(503) <= 1
    assert answers[-4:] == [200] * 4


def test_a_frozen_database_is_given_up(away: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Patient, "limit", 0.3)
    client = away.test_client()
    pid = int(client.get("/statement?statement=SELECT pg_backend_pid()").text)
    with stopped(pid):
        assert client.get("/statement?statement=SELECT 1").status_code == 503
        assert client.get("/livez").status_code == 200
        assert client.get("/statement?statement=SELECT 1").text == "1"


def test_seat_state_and_throttle_give_up_sooner(
    away: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Impatient.limit < Patient.limit
    monkeypatch.setattr(Impatient, "limit", 0.2)
    with away.app_context(), side_engine().connect() as side:
        pid = backend(side.scalar)
        with stopped(pid), pytest.raises(OperationalError):
            side.scalar(text("SELECT 1"))


def test_a_commit_in_doubt_is_refused_and_its_key_gets_the_first_answer(
    live: Factory, live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    performance, member = live.performance(seats=4), live.member()
    live.commit()

    def hold() -> str:
        found = db.session.get_one(Member, member.id)
        wish = Wish(seats=(("ST-01-01", None),))
        return services.hold(found, performance.id, wish, key="in-doubt", confirm=True).code

    told = []

    def hold_and_freeze() -> None:
        with transaction():
            told.append(hold())
            told.append(str(backend(db.session.scalar)))
            os.kill(int(told[1]), signal.SIGSTOP)

    monkeypatch.setattr(Patient, "limit", 0.3)
    with pytest.raises(DBAPIError):
        hold_and_freeze()
    os.kill(int(told[1]), signal.SIGCONT)

    with transaction():
        assert hold() == told[0]
    assert db.session.scalar(select(func.count(Order.id))) == 1
    assert db.session.scalar(select(func.count(Ticket.id))) == 1


def test_a_cookie_from_a_clock_an_hour_ahead_is_read(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = time.time() + 3600
    with monkeypatch.context() as moved:
        moved.setattr("itsdangerous.timed.time.time", lambda: ahead)
        with client.session_transaction() as browser:
            browser["seen"] = "yes"
    with client.session_transaction() as browser:
        assert browser["seen"] == "yes"
