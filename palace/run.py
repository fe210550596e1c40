"""`python -m palace run`: the whole palace on one machine, started, kept alive and stopped in order."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import click

from palace import host, overload, processes
from palace.config import EVERYWHERE, Settings
from palace.demo import SIGN_INS
from palace.host import HostRefused
from palace.postgres import Cluster, running
from palace.supervisor import Child, Stopping, rotate

UP_LIMIT = 60.0  # seconds until the web must answer for the first time
STOP_LIMITS = {"web": 25.0, "worker": 35.0, "printing": 5.0}  # seconds, in the order of stopping
TEND_EVERY = 0.25
ROTATE_EVERY = 60.0
CONNECTIONS = 4096  # per web worker, idle ones of phones included; granian accepts no more


class CannotRun(RuntimeError):
    """The palace cannot be started; the message says what to do."""


def run(settings: Settings) -> None:
    """Run the palace until SIGTERM, SIGINT or SIGHUP.

    Raises:
        CannotRun, HostRefused, UnsafeSettings: it cannot start; the message says what to type.
    """
    settings = replace(settings, public_url=_address(settings))
    settings.check()
    host.make_state(settings.state)
    with ExitStack() as stack:
        _only_one(settings, stack)
        _check_port(settings)
        stopping = stack.enter_context(_asked_to_stop())
        cluster = None if settings.database_url else Cluster(settings.state)
        if cluster:
            stack.callback(cluster.stop)
            click.echo("Starting PostgreSQL …")
            cluster.start()
        try:
            _serve(settings, cluster, _environment(settings, cluster), stopping)
        except Stopping:
            click.echo("Stopped.")


@contextmanager
def connected(settings: Settings) -> Iterator[Settings]:
    """Return the settings with a database behind them for the length of a command."""
    if settings.database_url:
        yield settings
        return
    with running(settings.state) as cluster:
        os.environ |= _environment(settings, cluster)
        app, owner = cluster.url("palace_app"), cluster.url("palace_owner")
        yield replace(settings, database_url=app, database_owner_url=owner)


def _only_one(settings: Settings, stack: ExitStack) -> None:
    path = settings.state / "run" / "supervisor.lock"
    lock = processes.take_lock(path)
    if lock is None:
        pid = path.read_text()
        raise CannotRun(
            f"The palace already runs at {settings.public_url} (process {pid}). To stop it: kill {pid}"
        )
    stack.enter_context(lock)


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            other = settings.port + 1 if settings.port < 65535 else 8001  # noqa: PLR2004 - the last port there is
            raise CannotRun(
                f"Port {settings.port}: {error.strerror}. Type: make run PORT={other}"
            ) from None


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    stopping = threading.Event()
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in signals}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _environment(settings: Settings, cluster: Cluster | None) -> dict[str, str]:
    """Return what the children read as their settings."""
    env = dict(os.environ) | {"PYTHONUNBUFFERED": "1", "PUBLIC_URL": settings.public_url}
    if cluster:
        env["DATABASE_URL"] = cluster.url("palace_app")
        env["DATABASE_OWNER_URL"] = cluster.url("palace_owner")
    return env


def _address(settings: Settings) -> str:
    """Return the address people type: on a phone in the same network it is this machine's."""
    if not settings.lan or os.environ.get("PUBLIC_URL"):
        return settings.public_url
    if settings.host not in EVERYWHERE:
        return f"http://{settings.host}:{settings.port}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # sends nothing; the kernel only chooses our own address
        except OSError:
            return settings.public_url
        return f"http://{probe.getsockname()[0]}:{settings.port}"


def _serve(
    settings: Settings, cluster: Cluster | None, env: dict[str, str], stopping: threading.Event
) -> None:
    logs = settings.state / "log"
    _prepare(settings, env, logs, stopping)
    parts = children(settings, env, logs)
    try:
        for child in parts:
            child.start()
        _wait_for_web(settings, parts[0], stopping)
        _welcome(settings)
        _tend(parts, cluster, logs, stopping)
    finally:
        for child in parts:
            child.stop(STOP_LIMITS[child.name])


def _prepare(
    settings: Settings, env: dict[str, str], logs: Path, stopping: threading.Event
) -> None:
    """Bring the tables up to date and, in demonstration mode, the demonstration palace in."""
    steps = [("Preparing the tables …", "migrate", ["migrate"])]
    if settings.demo:
        steps.append(("Preparing the demonstration palace …", "demo", ["demo", "load"]))
    for sentence, name, words in steps:
        click.echo(sentence)
        step = Child(name, [sys.executable, "-m", "palace", *words], env, logs / f"{name}.log")
        if not step.run_to_end(stopping):
            raise CannotRun(
                f"{step.last_lines()}\n`python -m palace {' '.join(words)}` failed: see {step.log}"
            )


def children(settings: Settings, env: dict[str, str], logs: Path) -> list[Child]:
    """Return the processes of the palace, web first."""
    palace = [sys.executable, "-m", "palace"]
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    web += [
        "--host",
        settings.host,
        "--port",
        str(settings.port),
        "--workers",
        str(settings.workers),
    ]
    web += [
        "--blocking-threads",
        str(overload.THREADS),
        "--backlog",
        str(CONNECTIONS),
        "--backpressure",
        str(CONNECTIONS),
        "--respawn-failed-workers",
        "--respawn-interval",
        "1",
    ]
    # an access log would hold the secret addresses of calendars
    web += ["--no-access-log", "--workers-kill-timeout", "20", "wsgi:app"]
    words = {"web": web, "worker": [*palace, "worker"], "printing": [*palace, "printing"]}
    return [Child(name, words[name], env, logs / f"{name}.log") for name in STOP_LIMITS]


def _wait_for_web(settings: Settings, web: Child, stopping: threading.Event) -> None:
    deadline = time.monotonic() + UP_LIMIT
    while not answers(settings):
        if web.result() is not None or time.monotonic() > deadline:
            raise CannotRun(f"{web.last_lines()}\nThe web server does not answer: see {web.log}")
        if stopping.wait(0.1):
            raise Stopping


def answers(settings: Settings) -> bool:
    """Return whether the web answers where it listens."""
    reachable = EVERYWHERE.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(reachable, settings.port, timeout=5)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(settings: Settings) -> None:
    lines = ["", f"文化宫已开放 The palace is open: {settings.public_url}"]
    if settings.demo:
        lines += ["演示账号 Demonstration sign-ins:"]
        lines += [line for zh, en in SIGN_INS for line in (f"  {zh}", f"  {en}")]
    lines += [f"日志 Logs: {settings.state / 'log'}", "按 Ctrl-C 停止 Ctrl-C stops it.", ""]
    click.echo("\n".join(lines))


def _tend(
    children: list[Child], cluster: Cluster | None, logs: Path, stopping: threading.Event
) -> None:
    """Restart what dies until somebody asks to stop."""
    rotated = time.monotonic()
    while not stopping.wait(TEND_EVERY):
        if cluster and not cluster.alive():
            click.echo("PostgreSQL ended; it is started again.", err=True)
            _restart(cluster, stopping)
        for child in children:
            if child.tend():
                click.echo(f"{child.name} ended; it is started again. See {child.log}", err=True)
        if time.monotonic() - rotated > ROTATE_EVERY:
            rotated = time.monotonic()
            for log in logs.glob("*.log"):
                rotate(log)
    click.echo("Stopping …")


def _restart(cluster: Cluster, stopping: threading.Event) -> None:
    try:
        cluster.start()
    except HostRefused as refusal:
        click.echo(str(refusal), err=True)
        stopping.wait(5)
