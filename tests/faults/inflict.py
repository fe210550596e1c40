"""What is done to the running palace: processes killed or frozen, a disk filled, a clock set off."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psutil

from tests.faults.house import COMPILER, House

KILLED = {
    "a web worker killed": "web worker",
    "the web server killed": "web",
    "the worker killed": "worker",
    "printing killed": "printing",
    "PostgreSQL killed": "database",
    "a backend killed": "backend",
}
FROZEN, FULL, SKEWED = "PostgreSQL frozen", "disk full", "clock set off"
KINDS = (*KILLED, FROZEN, FULL, SKEWED)
HOUR = 3600
AT = re.compile(
    r'\{"at": "([^"]{20,40})"'
)  # what a line begins with, also behind one that was cut off


def why_not(house: House, kind: str) -> str | None:
    """Return why this machine cannot show a kind of fault, or None."""
    if kind == FULL and not house.small_disk:
        return "mounting a small disk is not allowed here"
    if kind == SKEWED and not COMPILER:
        return "there is no C compiler here"
    return None


def inflict(house: House, kind: str, chance: random.Random, seconds: float) -> None:
    """Do one fault; those that last are over when this returns."""
    if kind in KILLED:
        _kill(house, KILLED[kind], chance)
    else:
        LASTING[kind](house, chance, seconds)


def _kill(house: House, role: str, chance: random.Random) -> None:
    struck: list[int] = []
    before: list[int] = []

    def strike() -> bool:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            before[:] = house.pids(role)
            if before:
                victim = chance.choice(before)
                os.kill(victim, signal.SIGKILL)
                struck.append(victim)
        return bool(struck)

    wait_for(role, strike)
    if role in {"worker", "printing", "web worker"}:
        count = len(before)
        wait_for(f"another {role}", lambda: len(set(house.pids(role)) - set(struck)) >= count)


def _freeze(house: House, chance: random.Random, seconds: float) -> None:
    """Stop PostgreSQL as a hanging disk would: every process of it, still holding its connections."""
    postmaster = house.pids("database")
    pids = [*postmaster, *house.pids("backend")]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _fill(house: House, chance: random.Random, seconds: float) -> None:
    try:
        with contextlib.suppress(OSError), house.ballast.open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(2**16))
        with contextlib.suppress(OSError), house.ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(bytes(512))
        time.sleep(seconds)
    finally:
        house.ballast.unlink()


def _skew(house: House, chance: random.Random, seconds: float) -> None:
    """Set the web machine's clock an hour on or back, see that it took, let it sell so, set it right."""
    ahead = chance.choice([HOUR, -HOUR])
    house.skew.write_text(f"{ahead:+d}\n")
    try:
        wait_for("the clock of the web", lambda: abs(_offset(house) - ahead) < HOUR / 4)
        time.sleep(seconds)
        house.skew.write_text(f"{-ahead:+d}\n")
        wait_for("the clock of the web", lambda: abs(_offset(house) + ahead) < HOUR / 4)
        time.sleep(seconds)
    finally:
        house.skew.write_text("0\n")


def _offset(house: House) -> float:
    """Return how many seconds the web's clock runs ahead, by the log line of a request made for it."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=5)
        connection.request("GET", "/livez")
        connection.getresponse().read()
        connection.close()
    with (house.state / "log" / "web.log").open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - 4000))
        told = AT.findall(log.read().decode(errors="replace"))
    at = datetime.fromisoformat(told[-1]) if told else datetime.now(UTC)
    return (at - datetime.now(UTC)).total_seconds()


def wait_for(what: str, met: Callable[[], bool], limit: float = 120.0) -> None:
    """Wait until something holds; processes come and go meanwhile.

    Raises:
        TimeoutError: it never did.
    """
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if met():
            return
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not come in {limit} s")


LASTING: dict[str, Callable[[House, random.Random, float], None]] = {
    FROZEN: _freeze,
    FULL: _fill,
    SKEWED: _skew,
}
