"""Other processes: who has a lock, which one a number belongs to, how it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import IO


def outcome(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a short command to its end and keep what it said."""
    return subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603 - our own words


def take_lock(path: Path) -> IO[str] | None:
    """Take a lock that ends with this process, writing our number into it; None if another has it."""
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def take_core() -> socket.socket | None:
    """Keep this process on a core that no other child of our parent has, until it ends (Linux).

    Python runs one thread at a time. On several cores the threads wake each other across them for
    every turn, which took twice the CPU. Where every core is taken, the kernel goes on choosing.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    cores, parent = sorted(os.sched_getaffinity(0)), os.getppid()
    first = parent % len(cores)  # two palaces on one machine do not crowd together
    for core in cores[first:] + cores[:first]:
        sign = socket.socket(socket.AF_UNIX)
        try:
            sign.bind(f"\0palace-core-{parent}-{core}")
        except OSError:
            sign.close()
            continue
        os.sched_setaffinity(0, {core})
        return sign
    return None


def dying_with_us(signal_name: str) -> list[str]:
    """Return the words before a command that end it when the thread that started it is killed (Linux)."""
    setpriv = shutil.which("setpriv")
    words = [setpriv or "", "--pdeathsig", signal_name]
    if not setpriv or outcome([*words, "true"]).returncode:
        return []
    return words


def exists(pid: int) -> bool:
    """Return whether some process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def runs_in(pid: int, program: str, folder: Path) -> bool:
    """Return whether this process is that program in that folder, not a later one with the same number."""
    process = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        told = outcome(["/bin/ps", "-o", "command=", "-p", str(pid)]).stdout
        return program in told and str(folder) in told
    try:
        exe, cwd = (process / "exe").readlink(), (process / "cwd").readlink()
    except OSError:
        return False
    return exe.name.removesuffix(" (deleted)") == program and cwd == folder


def end(pid: int, polite: signal.Signals, limit: float) -> None:
    """Ask a process that is not our child to end; after `limit` seconds it is killed."""
    os.kill(pid, polite)
    deadline = time.monotonic() + limit
    while exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    if exists(pid):
        os.kill(pid, signal.SIGKILL)
