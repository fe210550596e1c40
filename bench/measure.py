"""Measuring one path: time and CPU by kind of process, round trips counted apart."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from bench.clients import ask_all
from bench.house import House
from bench.meter import cpu_seconds
from bench.paths import CONNECTIONS, Path
from bench.table import Figure, percentile

QUANTITIES = {
    "rate": "requests/s",
    "share": "of the limit",
    "p50": "ms",
    "p95": "ms",
    "web": "ms of web CPU",
    "PostgreSQL": "ms of PostgreSQL CPU",
    "worker": "ms of worker CPU",
    "printing": "ms of printing CPU",
    "total": "ms of CPU",
    "trips": "round trips",
    "kB": "kB sent",
}


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much is measured; of a path's requests as many are sent as `path_seconds` allow.

    `sizes` are sold-out performances, `lent` taken hours of rooms, as many as each growth is measured at;
    `class_members` want one of `class_places` at once; `races` are rounds of many who want one hour
    of a room.
    """

    requests: int
    path_seconds: float
    warming: int
    counted: int
    sizes: Sequence[int]
    lent: Sequence[int]
    races: int
    limit_seconds: int
    state_seconds: int
    rush_seconds: int
    rush_clients: int
    class_members: int
    class_places: int


FULL = Scale(
    requests=300,
    path_seconds=4,
    warming=64,
    counted=20,
    sizes=(1, 100, 1000),
    lent=(5_000, 500_000),
    races=40,
    limit_seconds=5,
    state_seconds=5,
    rush_seconds=25,
    rush_clients=192,
    class_members=5_000,
    class_places=50,
)
QUICK = Scale(
    requests=16,
    path_seconds=2,
    warming=8,
    counted=4,
    sizes=(1, 3),
    lent=(500, 1_000),
    races=4,
    limit_seconds=1,
    state_seconds=1,
    rush_seconds=4,
    rush_clients=16,
    class_members=150,
    class_places=10,
)


@dataclass(frozen=True)
class Cost:
    """What one request of a path costs: values by quantity, see QUANTITIES."""

    path: Path
    values: Mapping[str, float]

    def figures(self, among: str = "") -> list[Figure]:
        """Return the values with their bars; `among` is said of the path where it is measured twice."""
        return [
            Figure(
                f"{self.path.name}{among}: {quantity}",
                value,
                QUANTITIES[quantity],
                self.path.bars.get(quantity),
            )
            for quantity, value in self.values.items()
        ]


def cost_of(house: House, path: Path, scale: Scale, limit: float) -> Cost:
    """Measure a path; `limit` is in claims a second.

    Raises:
        BenchFailed: something else than the path was answered.
    """
    trips = _trips(house, path, scale.counted)
    _warm(house, path, max(CONNECTIONS, round(scale.warming * path.times)))
    asks = path.make(house, max(CONNECTIONS, round(scale.requests * path.times)))
    before, began = cpu_seconds(house.roots), time.perf_counter()
    answers = ask_all(house.port, asks, path.connections, seconds=scale.path_seconds)
    wall, after = time.perf_counter() - began, cpu_seconds(house.roots)
    path.check(answers)
    used = {kind: 1000 * (after[kind] - before[kind]) / len(answers) for kind in sorted(after)}
    rate = len(answers) / wall
    return Cost(
        path,
        {
            "rate": rate,
            "share": rate / limit,
            "p50": 1000 * percentile([answer.seconds for answer in answers], 0.5),
            "p95": 1000 * percentile([answer.seconds for answer in answers], 0.95),
            **used,
            "total": sum(used.values()),
            "trips": trips,
            "kB": fmean(len(answer.body) for answer in answers) / 1000,
        },
    )


def _warm(house: House, path: Path, count: int) -> None:
    """Let every connection to the database meet the path's statements often enough to prepare them."""
    path.check(ask_all(house.port, path.make(house, count), path.connections))


def _trips(house: House, path: Path, count: int) -> float:
    """Return the round trips of one request, once the driver has prepared its statements."""
    warming, asks = path.make(house, CONNECTIONS), path.make(house, count)
    path.check(ask_all(house.counted_port, warming, 1))
    before = house.wire.trips
    path.check(ask_all(house.counted_port, asks, 1))
    return (house.wire.trips - before) / len(asks)
