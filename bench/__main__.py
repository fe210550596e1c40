"""`python -m bench [FOLDER]`: one run; `results.md` and `results.json` go to FOLDER, here by default.

QUICK=1 measures a little of everything, to see that it works; without FOLDER it writes nothing.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import psutil

from bench import classes, limit, opening, race, rooms, state
from bench.house import BenchFailed, House, opened
from bench.measure import FULL, QUICK, Cost, Scale, cost_of
from bench.meter import busy_seconds, cpu_seconds, memory
from bench.paths import PATHS
from bench.report import written
from bench.shows import ENTRIES, fill_calendar, sell_out
from bench.table import Figure, as_json
from bench.visitors import BUSY, bring_in


class Run:
    """One run: what was measured so far, told line by line."""

    def __init__(self, house: House, scale: Scale) -> None:
        """Begin with nothing measured."""
        self.house, self.scale = house, scale
        self.figures: list[Figure] = []
        self.costs: dict[int, list[Cost]] = {}
        self.lent: dict[int, list[Cost]] = {}
        self.limits: list[float] = []
        self.left_out: list[str] = []

    def add(self, figures: Sequence[Figure]) -> None:
        """Keep figures and show those with a bar."""
        self.figures += figures
        for figure in figures:
            if figure.bar:
                say(f"  {figure.name} {figure.value:.4g} {figure.unit}, bar {figure.bar}")

    def measure_limit(self) -> float:
        """Measure the limit once more; return the mean so far."""
        self.limits.append(limit.measure(self.house, self.scale.limit_seconds))
        say(f"the limit: {self.limits[-1]:.0f} claims/s")
        return fmean(self.limits)

    def measure_paths(self, size: int, ceiling: float) -> list[Cost]:
        """Measure every path that exists, with so many sold-out performances in the database."""
        say(f"{size} sold-out performances")
        self.costs[size] = []
        for path in PATHS:
            if path.missing(self.house):
                if len(self.costs) == 1:
                    self.leave_out(path.name, f"there is no {path.address} yet")
                continue
            say(f" {path.name}")
            self.costs[size].append(cost_of(self.house, path, self.scale, ceiling))
        return self.costs[size]

    def lend_rooms(self) -> None:
        """Measure finding and taking rooms, with few hours of them taken and with many."""
        for before, size in pairwise((0, *self.scale.lent)):
            rooms.lend(self.house, before, size)
            say(f"{rooms.taken(self.house):,} occupancies")
            self.lent[size] = []
            for path in rooms.ROOM_PATHS:
                say(f" {path.name}")
                ceiling = fmean(self.limits)
                self.lent[size].append(cost_of(self.house, path, self.scale, ceiling))
            for cost in self.lent[size]:
                self.add(cost.figures(f", {size:,} hours taken"))
        say(f" {race.NAME}")
        self.add(race.measure(self.house, self.scale.races))

    def leave_out(self, name: str, why: str) -> None:
        """Say what is not measured."""
        self.left_out.append(f"{name}: {why}")
        say(f" left out: {self.left_out[-1]}")

    def everything(self) -> None:
        """Measure all there is."""
        sizes = list(self.scale.sizes)
        bring_in(self.house)
        fill_calendar(BUSY, ENTRIES)
        sell_out(self.house, 0, sizes[0])
        costs = self.measure_paths(sizes[0], self.measure_limit())
        for cost in costs:
            self.add(cost.figures())
        if why := state.missing():
            self.leave_out(state.NAME, why)
        else:
            say(f" {state.NAME}")
            self.add(state.measure(self.house, self.scale))
        self.open_sale(costs)
        say(f" {classes.NAME}")
        self.add(classes.send(self.house, self.scale).figures)
        self.add(memory_figures(self.house))
        for before, size in pairwise(sizes):
            sell_out(self.house, before, size)
            self.measure_paths(size, fmean(self.limits))
        self.add(growth_figures(self.costs))
        self.lend_rooms()
        self.add(growth_figures(self.lent))
        self.measure_limit()

    def open_sale(self, costs: Sequence[Cost]) -> None:
        """Measure the opening, by the model and really."""
        service = opening.service_times(costs)
        say(" opening by the model")
        self.add(opening.model_figures(service))
        say(" opening really sent")
        self.add(opening.send(self.house, self.scale).figures(service))


def memory_figures(house: House) -> list[Figure]:
    """Return what the processes of each kind take."""
    figures = []
    for kind, (count, largest, shared_out) in memory(house.roots).items():
        figures += [
            Figure(f"memory, {kind}: processes", count, "processes"),
            Figure(f"memory, {kind}: largest process, resident", largest, "MB"),
            Figure(f"memory, {kind}: all, shared pages counted once", shared_out, "MB"),
        ]
    return figures


def growth_figures(costs: dict[int, list[Cost]]) -> list[Figure]:
    """Return how many times dearer each path is in the fullest database than in the emptiest."""
    first, last = min(costs), max(costs)
    return [
        Figure(
            f"growth {last:,} against {first:,}: {cost.path.name}",
            cost.values["total"] / base.values["total"],
            "times",
        )
        for base, cost in zip(costs[first], costs[last], strict=True)
        if base.values["total"]
    ]


def say(words: str) -> None:
    """Tell whoever waits, with the clock."""
    print(f"{time.perf_counter() - BEGAN:6.1f} s  {words}", flush=True)


def about(run: Run, others: float) -> str:
    """Return where and how this was measured."""
    with run.house.admin() as connection:
        version = str(connection.execute("SHOW server_version").fetchall()[0][0])
    disk = max(
        (
            part
            for part in psutil.disk_partitions(all=True)
            if str(run.house.cluster.home).startswith(part.mountpoint)
        ),
        key=lambda part: len(part.mountpoint),
    )
    kind = "" if run.scale is FULL else " **QUICK: too few requests to compare anything.**"
    return (
        f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, {platform.machine()}, Python"
        f" {platform.python_version()}, PostgreSQL {version} on {disk.fstype},"
        f" {time.perf_counter() - BEGAN:.0f} s. Other programs had {others:.0%} of the cores.{kind}"
        " `docs/bench.md` says how to read this."
    )


def main(scale: Scale, folder: Path | None) -> None:
    """Do a run and write it down."""
    with opened() as house:
        run, busy, own = Run(house, scale), busy_seconds(), own_seconds(house)
        began = time.perf_counter()
        run.everything()
        free = (time.perf_counter() - began) * (os.cpu_count() or 1)
        others = max(0.0, busy_seconds() - busy - own_seconds(house) + own) / free
        head = [
            Figure("the limit", fmean(run.limits), "claims/s"),
            Figure("the limit, first and last apart", max(run.limits) / min(run.limits), "times"),
            Figure("other programs' share of the machine", others, "of all cores"),
        ]
        text = written(about(run, others), [*head, *run.figures], run.costs, run.lent, run.left_out)
    if folder:
        (folder / "results.md").write_text(text, encoding="utf-8")
        (folder / "results.json").write_text(as_json([*head, *run.figures]), encoding="utf-8")
    print(f"\n{text}")


def own_seconds(house: House) -> float:
    """Return the CPU time of this process, its clients and the palace."""
    roots = {**house.roots, "counted web": house.counted_root}
    used = sum(cpu_seconds(roots).values(), 0.0)
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        times = resource.getrusage(who)
        used += times.ru_utime + times.ru_stime
    return used


if __name__ == "__main__":
    BEGAN = time.perf_counter()
    try:
        if os.environ.get("QUICK") == "1":
            main(QUICK, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
        else:
            main(FULL, Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
    except BenchFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
