"""A real printing process for tests: `with printing_process(app): …`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from palace.config import ROOT, Settings

START_SECONDS = 60


@contextmanager
def printing_process(app: Flask, before: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run the printing process of an application; `before` is Python run ahead of its `main(settings)`."""
    settings: Settings = app.extensions["palace"]
    env = {
        **os.environ,
        "PALACE_DEMO": "1",
        "PALACE_STATE": str(settings.state),
        "PYTHONPATH": str(ROOT),
    }
    words = ["-m", "palace.printing_process"]
    if before:
        words = [
            "-c",
            f"{before}\nfrom palace.config import Settings\nmain(Settings.from_env(), jobs=JOBS)",
        ]
    settings.printing_socket.unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, *words], env=env, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not settings.printing_socket.exists():
            assert process.poll() is None, "the printing process ended at once"
            assert time.monotonic() < deadline, "the printing process does not listen"
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()
