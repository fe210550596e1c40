"""What this machine tells without the database: each thing for a bounded time."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from palace import host, printing, processes
from palace.backup import last_backup
from palace.care.measurements import Certificate, Machine, Room
from palace.config import Settings
from palace.host import HostRefused

PATIENCE = (
    4.0  # seconds for everything together: the page must come while a disk or a network hangs
)
DIAL_SECONDS = 3.0
CERTIFICATE_KEPT = 300.0  # seconds an answer about the certificate serves
PROC = Path("/proc")
LATELY = 60.0  # seconds a look at the machine serves pages that only mention it
OUTDATED = 600.0  # seconds after which it serves nobody
GLANCE = 0.4  # seconds such a page waits for a look that has just begun
KINDS = {"granian": "web", "worker": "worker", "printing": "printing", "postgres": "postgres"}

Told = TypeVar("Told")
_certificates: dict[str, tuple[float, Certificate]] = {}
_looks: dict[Path, tuple[float, Machine]] = {}
_looking = threading.Lock()


def machine(settings: Settings) -> Machine:
    """Ask everything at once; what does not answer in time or fails is None."""
    now = datetime.fromtimestamp(time.time(), UTC)
    home = database_home(settings)
    asked: dict[str, Callable[[], Any]] = {
        "state": lambda: disk(settings.state),
        "database": lambda: disk(home) if home else None,
        "running": lambda: supervisor(settings) is not None,
        "backup": lambda: last_backup(settings, now),
        "synchronised": synchronised,
        "printing": lambda: printing.answers(settings.printing_socket),
        "certificate": lambda: certificate(settings.public_url) if settings.secure else None,
        "memory": memory,
        "processes": lambda: process_sizes(settings),
    }
    told = together(asked)
    seen = Machine(
        now=now,
        state_disk=told["state"],
        database_disk=told["database"],
        embedded=home is not None,
        running=bool(told["running"]),
        backup=told["backup"],
        synchronised=told["synchronised"],
        printing=bool(told["printing"]),
        certificate=told["certificate"],
        memory=told["memory"],
        processes=told["processes"] or {},
    )
    _looks[settings.state] = time.monotonic(), seen
    return seen


def glance(settings: Settings) -> Machine | None:
    """Return the machine as it was seen in the last minutes, at once; None: nobody has looked yet.

    A look of more than a minute ago is renewed beside the page, by one at a time: some of what is
    asked takes seconds where it hangs.
    """
    looked_at, seen = _looks.get(settings.state, (-OUTDATED, None))
    if time.monotonic() - looked_at > LATELY and _looking.acquire(blocking=False):
        _begin_look(settings)
        looked_at, seen = _looks.get(settings.state, (looked_at, seen))
    if seen is None or time.monotonic() - looked_at > OUTDATED:
        return None
    return replace(seen, now=datetime.fromtimestamp(time.time(), UTC))


def _begin_look(settings: Settings) -> None:
    look = threading.Thread(target=_look, args=[settings], daemon=True)
    try:
        look.start()
    except RuntimeError:  # a machine without room for a thread: the next page tries again
        _looking.release()
        return
    look.join(GLANCE)


def _look(settings: Settings) -> None:
    try:
        machine(settings)
    finally:
        _looking.release()


def together(asked: dict[str, Callable[[], Any]], patience: float = PATIENCE) -> dict[str, Any]:
    """Call everything side by side; return the answers by name, None for what failed or is still busy.

    A thread that hangs on a dead disk cannot be ended; it is a daemon and holds nobody up.
    """
    told: dict[str, Any] = dict.fromkeys(asked)

    def ask(name: str) -> None:
        try:
            told[name] = asked[name]()
        except (OSError, ValueError):
            told[name] = None

    threads = [threading.Thread(target=ask, args=[name], daemon=True) for name in asked]
    until = time.monotonic() + patience
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return dict(told)


def database_home(settings: Settings) -> Path | None:
    """Return the folder of the embedded database, or None: the database is a server of its own."""
    try:
        _, home = host.place(settings.state)
    except HostRefused:
        return None
    socket_words = quote(str(host.socket_folder(home)), safe="")
    is_ours = settings.database_url is None or socket_words in settings.database_url
    return home if is_ours and home.exists() else None


def disk(folder: Path) -> Room:
    """Return the space left on the disk of a folder, as an ordinary user may fill it."""
    usage = shutil.disk_usage(folder)
    return Room(usage.free, usage.total)


def synchronised() -> bool | None:
    """Return whether the kernel's clock follows the network; None: this machine cannot tell."""
    if not shutil.which("timedatectl"):
        return None
    told = processes.outcome(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    return {"yes": True, "no": False}.get(told.stdout.strip())


def certificate(url: str) -> Certificate:
    """Return what a browser meets at an https address, asked at most every few minutes."""
    known = _certificates.get(url)
    if known is None or time.monotonic() - known[0] > CERTIFICATE_KEPT:
        known = _certificates[url] = (time.monotonic(), _dial(url))
    return known[1]


def _dial(url: str) -> Certificate:
    parts = urlsplit(url)
    name = parts.hostname or ""
    try:
        with (
            socket.create_connection((name, parts.port or 443), DIAL_SECONDS) as plug,
            ssl.create_default_context().wrap_socket(plug, server_hostname=name) as secured,
        ):
            ends = str((secured.getpeercert() or {})["notAfter"])
    except ssl.SSLCertVerificationError as error:
        return Certificate(None, error.verify_message)
    except (OSError, KeyError) as error:
        return Certificate(None, type(error).__name__)
    return Certificate(datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC))


def memory() -> Room | None:
    """Return the memory that programs may still have, in bytes; None where there is no /proc."""
    rows = (line.split() for line in (PROC / "meminfo").read_text().splitlines())
    told = {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows}
    return Room(told["MemAvailable"], told["MemTotal"])


def supervisor(settings: Settings) -> int | None:
    """Return the process that keeps the palace running, or None: it is stopped."""
    lock = settings.state / "run" / "supervisor.lock"
    pid = int(lock.read_text() or 0) if lock.exists() else 0
    return pid if "palace" in _words(pid) else None


def process_sizes(settings: Settings) -> dict[str, int]:
    """Return the memory of the palace's processes by kind, shared pages counted once, in bytes."""
    top = supervisor(settings)
    if top is None:
        return {}
    parents = {pid: parent for pid in _pids() if (parent := _parent(pid))}
    sizes: dict[str, int] = {}
    for pid in parents:
        kind = _kind(pid)
        if kind and top in _line_of(pid, parents):
            sizes[kind] = sizes.get(kind, 0) + _size(pid)
    return sizes


def _pids() -> list[int]:
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _line_of(pid: int, parents: dict[int, int]) -> list[int]:
    """Return the processes above one, nearest first."""
    line: list[int] = []
    while pid in parents and len(line) < len(parents):
        pid = parents[pid]
        line.append(pid)
    return line


def _kind(pid: int) -> str | None:
    words = _words(pid)
    return next((kind for sign, kind in KINDS.items() if sign in words), None)


def _words(pid: int) -> str:
    """Return what a process was started by, or nothing: it is gone."""
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    return words.decode(errors="replace").replace("\0", " ")


def _size(pid: int) -> int:
    """Return a process's share of memory; one that is gone or another user's counts what all may see."""
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
        return next(
            int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")
        )
    except (OSError, StopIteration):
        pass
    try:
        resident, shared = (PROC / str(pid) / "statm").read_text().split()[1:3]
    except OSError:
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
