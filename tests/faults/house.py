"""The real palace on a small disk of its own, started as `make run` starts it, with a house to sell."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil
from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine

from palace import clock, create_app
from palace.config import ROOT, Settings
from palace.members.models import Member, SignIn
from palace.postgres import Cluster
from tests.factory import Factory
from tests.journeys.conftest import free_port

WHOLE = (*[44] * 28, 2)
DISK = 320  # MB
READY_LIMIT = 120.0
COMPILER = shutil.which("cc")
PARTS = {"worker": "palace worker", "printing": "printing"}


@dataclass
class House:
    """A running palace: where it is, what is for sale, who may buy."""

    state: Path
    port: int
    small_disk: bool
    process: subprocess.Popen[bytes]
    performance_id: int = 0
    seats: dict[str, int] = field(default_factory=dict)
    cookies: dict[int, str] = field(default_factory=dict)

    @property
    def skew(self) -> Path:
        """Return the file that sets the web machine's clock off."""
        return self.state.with_name("state.skew")

    @property
    def ballast(self) -> Path:
        """Return the file that fills the small disk."""
        return self.state / "ballast"

    def owner(self) -> Engine:
        """Return the database as its owner sees it."""
        return create_engine(Cluster(self.state).url("palace_owner"), poolclass=NullPool)

    def pids(self, role: str) -> list[int]:
        """Return the processes of a role: web, web worker, worker, printing, database, backend."""
        ours = psutil.Process(self.process.pid).children()
        if role == "web worker":
            return _below(self.pids("web"), "granian", without="resource_tracker")
        if role == "backend":
            return _below(self.pids("database"), "palace_app")
        if role == "web":
            return [child.pid for child in ours if "granian" in _words(child)]
        if role == "database":
            return [child.pid for child in ours if "-D " in _words(child)]
        return [child.pid for child in ours if PARTS[role] in _words(child)]


def _below(parents: list[int], word: str, without: str = "nothing") -> list[int]:
    """Return the children of processes, by a word of their command; a dead one has none."""
    found = []
    for parent in parents:
        for child in psutil.Process(parent).children():
            words = _words(child)
            if without not in words and (word in words or "spawn_main" in words):
                found.append(child.pid)
    return found


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Put a small file system of its own below a folder; say whether that was allowed."""
    image = folder.with_name(folder.name + ".img")
    with image.open("wb") as file:
        file.truncate(DISK * 2**20)
    made = ["mkfs.ext4", "-q", "-O", "^has_journal", str(image)]
    mounted = shutil.which("mkfs.ext4") is not None and os.geteuid() == 0
    mounted = mounted and _done(made) and _done(["mount", "-o", "loop", str(image), str(folder)])
    mounted = mounted or _done(["mount", "-t", "tmpfs", f"-osize={DISK}m", "tmpfs", str(folder)])
    try:
        if mounted:
            folder.chmod(0o711)
        yield mounted
    finally:
        if mounted:
            _done(["umount", "-l", str(folder)])
        image.unlink()


def _done(words: list[str]) -> bool:
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


@contextmanager
def running(buyers: int, rows: Sequence[int] = WHOLE) -> Iterator[House]:
    """Run a palace with members who are signed in and one whole house for sale."""
    folder = Path(tempfile.mkdtemp(prefix="palace-faults-"))
    folder.chmod(0o711)
    state = folder / "state"
    state.mkdir(mode=0o711)
    try:
        with small_disk(state) as small:
            port = free_port()
            env = _environment(state, port)
            with (folder / "out.txt").open("wb") as out:
                process = subprocess.Popen(
                    [sys.executable, "-m", "palace", "run"],
                    env=env, cwd=ROOT, stdout=out, stderr=out,
                )  # fmt: skip
            try:
                house = House(state, port, small, process)
                _wait_until_ready(house, folder / "out.txt")
                _furnish(house, env, buyers, rows)
                yield house
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=90)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(state: Path, port: int) -> dict[str, str]:
    """Return real settings, behind a proxy with TLS; all clocks but the database's follow `skew`."""
    env = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    env |= {"PALACE_STATE": str(state), "PORT": str(port), "PALACE_DEMO": "0", "WEB_WORKERS": "2"}
    env |= {"PUBLIC_URL": f"https://127.0.0.1:{port}", "PROXIES": "1"}
    if COMPILER:
        skew, shim = state.with_name("state.skew"), state.with_name("skew.so")
        skew.write_text("0\n")
        source = str(Path(__file__).with_name("skew.c"))
        subprocess.run(
            [COMPILER, "-shared", "-fPIC", "-O1", "-o", str(shim), source, "-ldl"], check=True
        )
        env |= {"LD_PRELOAD": str(shim), "SKEW": str(skew)}
    return env


def _wait_until_ready(house: House, out: Path) -> None:
    deadline = time.monotonic() + READY_LIMIT
    while True:
        assert house.process.poll() is None, out.read_text()
        assert time.monotonic() < deadline, out.read_text()
        if "palace is open" in out.read_text():
            return
        time.sleep(0.1)


def _furnish(house: House, env: dict[str, str], buyers: int, rows: Sequence[int]) -> None:
    """Make the rows of a sale: free seats, no limit in the way, members with sign-ins."""
    cluster = Cluster(house.state)
    named = {
        "DATABASE_URL": cluster.url("palace_app"),
        "DATABASE_OWNER_URL": cluster.url("palace_owner"),
    }
    app = create_app(Settings.from_env(env | named))
    with app.app_context():
        make = Factory(app)
        performance = make.performance(seats=rows, seats_per_member=sum(rows))
        rules = make.rules()
        rules.free_per_month, rules.hold_minutes = sum(rows), 30
        house.performance_id = performance.id
        house.seats = {seat.code: seat.id for seat in make.seats(performance)}
        for _ in range(buyers):
            member = make.member()
            house.cookies[member.id] = _signed_in(make, app, member)
        make.commit()


def _signed_in(make: Factory, app: Flask, member: Member) -> str:
    """Sign a member in on a browser; return its cookie."""
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).digest()
    make.add(
        SignIn(token_hash=digest, member_id=member.id, expires_at=clock.now() + timedelta(days=1))
    )
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own has it
    return str(signer.dumps({"_user_id": token}))
