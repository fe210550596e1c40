"""A palace installed into a folder of its own and run as its unit says; two machines to lose one on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask

import palace
from palace.backup import new_identity
from palace.config import ROOT, Settings
from palace.overload import Lane, Overload
from palace.postgres import Cluster
from setup.service import Places
from tests.conftest import Browser, migrated_app, real_palace, settings_for
from tests.journeys.conftest import free_port

UP_LIMIT = 240
HERE, THERE, EMPTY = "palace_here", "palace_there", "palace_empty"


@dataclass
class Machine:
    """One machine of the palace: its settings, and the key kept elsewhere."""

    settings: Settings
    identity: Path


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    """Give an application as browsers of a test meet it, over a database that is there."""
    with palace.opened(settings) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = Browser
        yield app


def written_identity(path: Path) -> tuple[Path, str]:
    """Write a new identity into a file as people keep it; return the file and the recipient."""
    identity, recipient = new_identity()
    path.write_text(f"# of the palace\n{identity}\n")
    return path, recipient


@pytest.fixture
def empty(cluster: Cluster, tmp_path: Path) -> Iterator[Settings]:
    """Return a demonstration's settings over an empty database of the test's own, without keys."""
    yield settings_for(cluster, tmp_path, EMPTY)
    cluster.drop_database(EMPTY)


@pytest.fixture
def real(empty: Settings) -> Settings:
    """Return a real palace's settings over an empty database."""
    return real_palace(empty)


@pytest.fixture
def here(cluster: Cluster, tmp_path: Path) -> Iterator[Machine]:
    """Return a machine with an empty, migrated database and a recipient for its backups."""
    identity, recipient = written_identity(tmp_path / "kept-elsewhere")
    state = tmp_path / "here"
    state.mkdir()
    settings = replace(
        settings_for(cluster, state, HERE),
        backup_folder=state / "backups",
        backup_recipient=recipient,
    )
    with migrated_app(settings):
        pass
    yield Machine(settings, identity)
    cluster.drop_database(HERE)


@pytest.fixture
def there(cluster: Cluster, here: Machine, tmp_path: Path) -> Iterator[Settings]:
    """Return another machine: an empty database, another folder, the keys file carried over."""
    state = tmp_path / "there"
    state.mkdir()
    settings = settings_for(cluster, state, THERE)
    settings.keys_file.write_bytes(here.settings.keys_file.read_bytes())
    settings.keys_file.chmod(0o600)
    yield settings
    cluster.drop_database(THERE)


@dataclass(frozen=True)
class Installed(Places):
    """Where `setup install --root` put a palace."""

    user: str = ""

    @property
    def settings(self) -> Path:
        """Return the file of settings."""
        return self.etc / "palace.env"

    @property
    def env(self) -> dict[str, str]:
        """Return the environment systemd would give the service, and where `palace` is found."""
        lines = [line for line in self.settings.read_text().splitlines() if line[:1] not in "#"]
        given = dict(line.split("=", 1) for line in lines)
        keep = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        return keep | given | {"PATH": f"{self.root}/usr/local/bin:{os.defpath}"}

    def line(self, name: str) -> str:
        """Return the value of a line of the unit."""
        return next(
            value
            for key, _, value in (one.partition("=") for one in self.unit.read_text().splitlines())
            if key == name
        )


def install(root: Path, public_url: str = "") -> str:
    """Install into a folder as a person types it; return what was said."""
    done = subprocess.run(
        [sys.executable, "-m", "setup", "install", "--root", str(root)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PUBLIC_URL": public_url},
    )
    return done.stdout


@pytest.fixture(scope="module")
def service() -> Iterator[Installed]:
    """Run a palace of its own by the command line of its unit; the folder can be passed by all."""
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    installed = Installed(root)
    install(root, "https://palace.example")
    port = free_port()
    with installed.settings.open("a") as settings:
        settings.write(f"PORT={port}\nWEB_WORKERS=1\nBACKUP_RECIPIENT={new_identity()[1]}\n")
    with (root / "out.txt").open("wb") as out:
        process = subprocess.Popen(
            installed.line("ExecStart").split(),
            cwd=installed.line("WorkingDirectory"),
            env=installed.env,
            stdout=out,
            stderr=out,
        )
    try:
        wait_until_healthy(process, port, root / "out.txt")
        yield installed
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=float(installed.line("TimeoutStopSec")))
        shutil.rmtree(Cluster(installed.state).home, ignore_errors=True)
        shutil.rmtree(root)


def wait_until_healthy(process: subprocess.Popen[bytes], port: int, out: Path) -> None:
    """Wait until database, schema and worker are there."""
    deadline = time.monotonic() + UP_LIMIT
    while time.monotonic() < deadline:
        assert process.poll() is None, out.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(out.read_text())


def middleware(app: Flask) -> Overload:
    """Return the application's own middleware."""
    found = app.wsgi_app
    while not isinstance(found, Overload):
        found = found.app  # type: ignore[attr-defined]  # every one of ours has it
    return found


@pytest.fixture
def full(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Return what fills a lane, so that the next one in it is told to come back."""
    with ExitStack() as inside:

        def fill(name: str) -> None:
            lane = Lane(1, 0)
            inside.enter_context(lane.entered())
            monkeypatch.setitem(middleware(app).lanes, name, lane)

        yield fill
