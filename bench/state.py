"""The state of all seats under as many polls as one process can answer."""

from __future__ import annotations

import re
import shutil
import subprocess
import time

from bench.house import BenchFailed, House
from bench.measure import Scale
from bench.meter import cpu_seconds
from bench.shows import SOLD_OUT
from bench.table import Figure

CONNECTIONS = 64
WARMING = 2  # seconds: the plan is met and the statement prepared
ANSWERED = re.compile(r"(\d+) requests in ([0-9.]+)(m?s)")
WRONG = re.compile(r"Non-2xx|Socket errors")
NAME = "seat state"


def missing() -> str:
    """Return why this cannot be measured here, or nothing."""
    return "" if shutil.which("wrk") else "wrk is not installed"


def measure(house: House, scale: Scale) -> list[Figure]:
    """Ask one process for a sold-out house's seats without pause.

    Requests a second per core are those of a second of the web's CPU: the load generator has a core too.
    Of the database's queries the first starts the clock.

    Raises:
        BenchFailed: something else than seat states was answered.
    """
    _poll(house, WARMING)
    web = {"web": house.counted_root}
    began, before, trips = time.perf_counter(), cpu_seconds(web)["web"], house.wire.trips
    answered, seconds = _poll(house, scale.state_seconds)
    used, trips = cpu_seconds(web)["web"] - before, house.wire.trips - trips
    took = time.perf_counter() - began
    return [
        Figure(f"{NAME}: per core", answered / used, "requests/s", "≥ 20000"),
        Figure(f"{NAME}: one process beside its load generator", answered / seconds, "requests/s"),
        Figure(f"{NAME}: web", 1000 * used / answered, "ms of web CPU"),
        Figure(f"{NAME}: per process and performance", (trips - 1) / took, "queries/s", "≤ 4"),
    ]


def _poll(house: House, seconds: int) -> tuple[int, float]:
    address = f"http://127.0.0.1:{house.counted_port}/performances/{SOLD_OUT}/seats.bin"
    words = [
        "wrk",
        "--threads",
        "1",
        "--connections",
        str(CONNECTIONS),
        "--duration",
        f"{seconds}s",
    ]
    done = subprocess.run(
        [*words, address], check=False, capture_output=True, text=True, timeout=seconds + 60
    )
    told = ANSWERED.search(done.stdout)
    if done.returncode or told is None or WRONG.search(done.stdout):
        raise BenchFailed(f"{NAME}: {done.stdout} {done.stderr}")
    return int(told[1]), float(told[2]) / (1000 if told[3] == "ms" else 1)
