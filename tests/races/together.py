"""Many people at once: threads with real transactions, started together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from palace.db import db, transaction
from palace.errors import PalaceError


def together(
    app: Flask, jobs: Sequence[Callable[[], object]], *, at_once: int = 32
) -> list[object]:
    """Run each job in its own transaction, at most `at_once` at a time; return results and refusals.

    Anything but a refusal (a deadlock, a constraint, a crash) is raised.
    """
    start = threading.Barrier(min(at_once, len(jobs)))

    def run(job: Callable[[], object]) -> object:
        with app.app_context():
            try:
                with transaction():
                    return job()
            except PalaceError as refusal:
                return refusal
            finally:
                db.session.remove()

    def run_from_start(job: Callable[[], object]) -> object:
        start.wait(timeout=60)
        return run(job)

    with ThreadPoolExecutor(max_workers=at_once) as pool:
        first = [pool.submit(run_from_start, job) for job in jobs[:at_once]]
        rest = [pool.submit(run, job) for job in jobs[at_once:]]
        return [done.result(timeout=110) for done in first + rest]


def codes(results: list[object]) -> Counter[str]:
    """Count results by refusal code; "won" for what was not refused."""
    return Counter(result.code if isinstance(result, PalaceError) else "won" for result in results)
