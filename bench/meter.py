"""CPU and memory of the palace's processes, by kind."""

from __future__ import annotations

from collections.abc import Mapping

import psutil

MEGABYTE = 2**20


def family(root: int) -> list[psutil.Process]:
    """Return a process and everything it started that still runs."""
    first = psutil.Process(root)
    return [first, *first.children(recursive=True)]


def cpu_seconds(roots: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU time each kind has used, that of ended and reaped children included."""
    return {
        kind: sum(_seconds(process) for process in family(root)) for kind, root in roots.items()
    }


def _seconds(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:4]))  # own and reaped children's, user and system
    except psutil.NoSuchProcess:
        return 0.0


def memory(roots: Mapping[str, int]) -> dict[str, tuple[int, float, float]]:
    """Return (processes, largest resident MB, proportional MB of all) of each kind.

    The proportional size counts a shared page once over all who share it; the resident ones count
    PostgreSQL's shared buffers in every backend.
    """
    return {kind: _memory(family(root)) for kind, root in roots.items()}


def _memory(processes: list[psutil.Process]) -> tuple[int, float, float]:
    sizes = []
    for process in processes:
        try:
            sizes.append(process.memory_full_info())
        except psutil.NoSuchProcess:
            continue
    largest = max(size.rss for size in sizes) / MEGABYTE
    shared_out = sum(getattr(size, "pss", size.rss) for size in sizes) / MEGABYTE
    return len(sizes), largest, shared_out


def busy_seconds() -> float:
    """Return the CPU time the whole machine has worked since it started, or was denied by its host."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    counted_twice = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - idle - counted_twice)
