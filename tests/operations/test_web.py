"""The web in its own process, started as `make run` starts it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from palace import await_database, create_app
from palace.config import Settings
from palace.db import db
from palace.postgres import Cluster
from palace.run import answers, children
from palace.supervisor import Child, rotate
from tests.conftest import migrated_app, settings_for

SECRET = "s2cret" * 4
NAME = "palace_web"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(met: Callable[[], object], limit: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + limit
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Iterator[Settings]:
    """Return a demonstration's settings over a migrated database of this test's own."""
    settings = replace(settings_for(cluster, tmp_path, NAME), port=free_port(), workers=1)
    with migrated_app(settings):
        pass
    yield settings
    cluster.drop_database(NAME)


@pytest.fixture
def web(settings: Settings) -> Iterator[Child]:
    """Return the web of these settings, not started yet."""
    assert settings.database_url
    assert settings.database_owner_url
    env = os.environ | {"PALACE_DEMO": "1", "PALACE_STATE": str(settings.state)}
    env |= {"DATABASE_URL": settings.database_url, "PORT": str(settings.port)}
    env |= {"DATABASE_OWNER_URL": settings.database_owner_url, "PYTHONUNBUFFERED": "1"}
    env |= {"GRANIAN_LOG_ACCESS_ENABLED": "1"}
    web = children(settings, env, settings.state)[0]
    yield web
    web.stop(10)


def ask(settings: Settings, path: str) -> int:
    """Ask the web for an address; return the status."""
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_every_request_leaves_a_line_of_json_without_its_address(
    web: Child, settings: Settings
) -> None:
    web.start()
    wait_for(lambda: answers(settings))
    rotate(web.log, size=1)
    assert ask(settings, f"/calendars/{SECRET}.ics") == 404

    wait_for(lambda: "calendars.feed" in web.log.read_text())
    line = json.loads(web.log.read_text().splitlines()[-1])
    assert (line["message"], line["endpoint"], line["status"]) == ("request", "calendars.feed", 404)
    assert line["request_id"]
    assert '"endpoint": "pages.livez"' in web.log.with_name("web.log.1").read_text()
    assert SECRET not in web.log.read_text()


def test_a_demonstration_never_serves_a_real_palaces_database(
    web: Child, settings: Settings
) -> None:
    engine = create_engine(settings.database_url or "", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sites (code, kind, name_zh, name_en, seal) VALUES ('h', 'head', '宫', 'P', '宫')"
            )
        )
    web.start()
    wait_for(lambda: web.result() is not None)
    assert "This database holds a real palace" in web.log.read_text()
    assert not answers(settings)


def test_a_starting_web_waits_a_little_for_its_database(
    cluster: Cluster, settings: Settings, tmp_path: Path
) -> None:
    away = tmp_path / "socket"
    address = f"postgresql+psycopg://palace_app@/{NAME}?host={away}"
    app = create_app(replace(settings, database_url=address))
    with pytest.raises(OperationalError):
        await_database(app, patience=0)

    threading.Timer(0.4, away.symlink_to, [cluster.socket]).start()
    await_database(app, patience=10)
    with app.app_context():
        db.engine.dispose()


class Alive(BaseHTTPRequestHandler):
    """Answers every GET."""

    def do_GET(self) -> None:
        """Say that we live."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep quiet."""


def test_the_web_is_asked_where_it_listens() -> None:
    with HTTPServer(("127.0.0.2", 0), Alive) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        there = Settings(demo=True, host="127.0.0.2", port=server.server_port)
        assert answers(there)
        assert not answers(replace(there, host="127.0.0.1"))
        server.shutdown()


CORE_TAKER = """
import os, sys
from palace.processes import take_core
kept = take_core()
print(*os.sched_getaffinity(0), flush=True)
sys.stdin.read()
"""


def core_taker() -> tuple[subprocess.Popen[str], set[str]]:
    """Start a process that takes a core; return it and where it may run."""
    words = [sys.executable, "-c", CORE_TAKER]
    taker = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert taker.stdout
    return taker, set(taker.stdout.readline().split())


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux binds to cores")
def test_each_web_keeps_to_a_core_of_its_own_and_the_next_takes_over_a_dead_one_s() -> None:
    cores = {str(core) for core in os.sched_getaffinity(0)}
    takers = [core_taker() for _ in cores]
    try:
        assert all(len(mine) == 1 for _, mine in takers)
        assert {core for _, mine in takers for core in mine} == cores

        takers.append(core_taker())
        assert takers[-1][1] == cores  # nothing is left: the kernel chooses

        dead, was = takers[0]
        dead.kill()
        dead.wait()
        takers.append(core_taker())
        assert takers[-1][1] == was
    finally:
        for taker, _ in takers:
            taker.communicate()
