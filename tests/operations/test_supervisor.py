"""Processes are kept alive, ended in order, and their logs kept small."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from palace.processes import exists, take_lock
from palace.supervisor import PAUSE_MAX, Child, Stopping, pause, rotate

LEAVES_ONE_BEHIND = """
import subprocess, time
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""
DEAF = "from signal import *; signal(SIGTERM, SIG_IGN); print('deaf', flush=True); pause()"


def child(tmp_path: Path, program: str) -> Child:
    """Return a child that runs a Python program."""
    return Child("child", [sys.executable, "-c", program], dict(os.environ), tmp_path / "child.log")


def wait_for(met: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 10
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_that_died_is_started_again_and_leaves_nobody_behind(tmp_path: Path) -> None:
    tended = child(tmp_path, LEAVES_ONE_BEHIND)
    tended.start()
    wait_for(lambda: tended.log.read_text().endswith("\n"))
    left = int(tended.log.read_text())
    os.kill(os.getpgid(left), signal.SIGKILL)

    wait_for(tended.tend)
    wait_for(lambda: not exists(left) or "Z" in Path(f"/proc/{left}/stat").read_text())
    wait_for(lambda: not tended.tend() and tended.log.read_text().count("\n") > 1)
    assert tended.result() is None
    tended.stop(5)


def test_a_child_that_will_not_end_is_killed(tmp_path: Path) -> None:
    deaf = child(tmp_path, DEAF)
    deaf.start()
    wait_for(lambda: "deaf" in deaf.log.read_text())

    deaf.stop(0.2)
    assert deaf.result() == -signal.SIGKILL


def test_the_pause_grows_and_stays_bearable() -> None:
    pauses = [pause(failures) for failures in range(20)]

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.25, PAUSE_MAX)


def test_a_step_says_whether_it_succeeded(tmp_path: Path) -> None:
    failing = child(tmp_path, "print('no disk'); raise SystemExit(3)")

    assert not failing.run_to_end(threading.Event())
    assert failing.last_lines() == "no disk"
    assert child(tmp_path, "").run_to_end(threading.Event())


def test_a_step_ends_when_the_palace_is_asked_to_stop(tmp_path: Path) -> None:
    stopping = threading.Event()
    stopping.set()
    slow = child(tmp_path, "import time; time.sleep(60)")

    with pytest.raises(Stopping):
        slow.run_to_end(stopping)
    assert slow.result() is not None


def test_a_long_log_is_moved_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        for word in (b"first", b"second", b"third"):
            writer.write(word)
            rotate(log, size=1)
        writer.write(b"fourth")
    assert [log.with_name(f"web.log.{number}").read_text() for number in (2, 1)] == [
        "second",
        "third",
    ]
    assert log.read_text() == "fourth"


def test_a_lock_is_had_once_and_names_its_holder(tmp_path: Path) -> None:
    held = take_lock(tmp_path / "lock")
    assert held is not None
    assert take_lock(tmp_path / "lock") is None
    assert (tmp_path / "lock").read_text() == str(os.getpid())

    held.close()
    again = take_lock(tmp_path / "lock")
    assert again is not None
    again.close()
