"""A whole palace of this run's own: durable PostgreSQL, web, worker, printing, as `make run` starts them."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from flask import Flask

from bench.wire import Wire, counted
from palace import create_app
from palace.config import Settings
from palace.postgres import Cluster
from palace.run import STOP_LIMITS, answers, children
from palace.supervisor import Child

UP_LIMIT = 60.0
STEPS = (("migrate",), ("demo", "load"))
KINDS = (("worker", "worker"), ("printing", "printing"))
OURS = ("LAN", "WEB_WORKERS", "TRUSTED_HOSTS", "KEYS_FILE", "PROXIES", "SMS_GATEWAY")


class BenchFailed(RuntimeError):
    """The run measured something else than it meant to: no figure of it may be believed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class House:
    """The running palace, and `app`, the same application in this process to make rows and cookies with.

    `port` is the web people use, one process per core. `counted_port` is a second web of one process
    whose way to the database leads through `wire`, for what has to be counted.
    """

    app: Flask
    cluster: Cluster
    wire: Wire
    port: int
    counted_port: int
    counted_root: int
    roots: Mapping[str, int]

    def admin(self, role: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection of the bench's own, in autocommit."""
        where = str(self.cluster.socket)
        return psycopg.connect(host=where, user=role, dbname="palace", autocommit=True)


@contextmanager
def opened() -> Iterator[House]:
    """Run a palace for the length of the block; nothing of it stays."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="palace-bench-")))
        folder.chmod(0o711)  # where root borrows a user for PostgreSQL, that user must pass
        cluster = Cluster(folder / "state")
        stack.callback(shutil.rmtree, cluster.home, ignore_errors=True)
        stack.callback(cluster.stop)
        cluster.start()
        env = _environment(cluster)
        settings = Settings.from_env(env)
        for words in STEPS:
            _run_step(words, env, settings)
        server = cluster.socket / ".s.PGSQL.5432"
        wire = stack.enter_context(counted(server, settings.state / "run" / "wire"))
        second = replace(settings, port=_free_port(), workers=1)
        palace = children(settings, env, settings.state / "log")
        for child in (*palace, _counted_web(second, env)):
            stack.callback(child.stop, STOP_LIMITS["web"])
            child.start()
        _await_web(settings)
        _await_web(second)
        app = create_app(settings)
        stack.enter_context(app.app_context())
        roots = {kind: _pid(mark) for kind, mark in (("web", str(settings.port)), *KINDS)}
        house = House(
            app=app,
            cluster=cluster,
            wire=wire,
            port=settings.port,
            counted_port=second.port,
            counted_root=_pid(str(second.port)),
            roots=roots | {"PostgreSQL": cluster.pid or 0},
        )
        try:
            yield house
        except BenchFailed as failure:
            raise BenchFailed(f"{failure}\n{palace[0].last_lines(2)}") from failure


def _environment(cluster: Cluster) -> dict[str, str]:
    """Return the settings of this run, whatever the caller's own environment says."""
    port = str(_free_port())
    return dict(os.environ) | {
        "PALACE_DEMO": "1",
        "PALACE_STATE": str(cluster.state),
        "DATABASE_URL": cluster.url("palace_app"),
        "DATABASE_OWNER_URL": cluster.url("palace_owner"),
        "HOST": "127.0.0.1",
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
        **dict.fromkeys(OURS, ""),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run_step(words: tuple[str, ...], env: dict[str, str], settings: Settings) -> None:
    log = settings.state / "log" / f"{words[0]}.log"
    step = Child(words[0], [sys.executable, "-m", "palace", *words], env, log)
    if not step.run_to_end(threading.Event()):
        raise BenchFailed(f"palace {' '.join(words)} failed: {step.last_lines()}")


def _counted_web(settings: Settings, env: dict[str, str]) -> Child:
    """Return a second web that reaches the database through the wire."""
    folder = quote(str(settings.state / "run" / "wire"), safe="")
    through = f"postgresql+psycopg://palace_app@/palace?host={folder}&port=5432"
    logs = settings.state / "log" / "counted"
    logs.mkdir()
    return children(settings, env | {"DATABASE_URL": through}, logs)[0]


def _await_web(settings: Settings) -> None:
    deadline = time.monotonic() + UP_LIMIT
    while not answers(settings):
        if time.monotonic() > deadline:
            raise BenchFailed(f"the web on port {settings.port} does not answer")
        time.sleep(0.1)


def _pid(mark: str) -> int:
    """Return our child that has this among its words."""
    started: dict[int, list[str]] = {
        child.pid: child.cmdline() for child in psutil.Process().children()
    }
    return next(pid for pid, words in started.items() if mark in words)
