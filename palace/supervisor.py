"""Child processes kept alive, their log files kept small."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from palace import processes
from palace.config import ROOT

LOG_SIZE = 20 * 2**20  # bytes
LOGS_KEPT = 5
PAUSE_MAX = 30.0  # seconds between two starts of a child that keeps dying
PROVEN = 60.0  # seconds after which a start counts as good


class Stopping(Exception):
    """Somebody asked the palace to stop."""


class Child:
    """One process of the palace, writing into its own log file."""

    def __init__(self, name: str, words: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        """Describe the process; nothing runs yet."""
        self.name, self.log = name, log
        self._words, self._env = [*processes.dying_with_us("TERM"), *words], env
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._due = 0.0
        self._failures = 0

    def start(self) -> None:
        """Start the process in its own session, so that Ctrl-C reaches only us and we stop it in order."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self._env,
                start_new_session=True,
            )
        self._started = time.monotonic()

    def result(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._process.poll() if self._process else None

    def tend(self) -> bool:
        """Restart the process if it died, after a growing pause; return whether it just died."""
        if self._process is not None and self._process.poll() is None:
            return False
        now = time.monotonic()
        if self._process is not None:
            _kill_session(self._process.pid)
            self._failures = 0 if now - self._started > PROVEN else self._failures + 1
            self._due = now + pause(self._failures)
            self._process = None
            return True
        if now >= self._due:
            self.start()
        return False

    def stop(self, limit: float) -> None:
        """Ask the process to end; after `limit` seconds its whole session is killed."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired:
            _kill_session(self._process.pid)
            self._process.wait()

    def run_to_end(self, stopping: threading.Event) -> bool:
        """Run the process once; return whether it succeeded.

        Raises:
            Stopping: asked to stop meanwhile; the process is ended first.
        """
        self.start()
        while self.result() is None:
            if stopping.wait(0.05):
                self.stop(PAUSE_MAX)
                raise Stopping
        return self.result() == 0

    def last_lines(self, count: int = 5) -> str:
        """Return the end of the log, for the screen."""
        return "\n".join(self.log.read_text(errors="replace").strip().splitlines()[-count:])


def _kill_session(leader: int) -> None:
    """Kill what a child left behind, such as web workers that would go on answering on our port."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def pause(failures: int) -> float:
    """Return the seconds to wait before the next start after so many failures in a row."""
    return float(min(PAUSE_MAX, 0.25 * 2 ** min(failures, 10)))


def rotate(log: Path, size: int = LOG_SIZE) -> None:
    """Move a log that grew too long aside; its writer keeps appending to the emptied file."""
    if not log.exists() or log.stat().st_size < size:
        return
    for number in range(LOGS_KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.rename(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)
