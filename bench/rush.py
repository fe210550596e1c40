"""Buyers who really come: processes full of threads, each visitor a page and a wish, answers counted."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from bench.clients import Answer, Client
from bench.visitors import Visitor

PROCESSES = 2
THREADS = 24
CLEAR = {409: {"sold_out", "seat_taken", "no_seats_together"}}
WISH = {"count": "1", "confirm": "1"}


@dataclass
class Tally:
    """What clients saw: tickets they were told of, one answer or unclear end per visitor, seconds."""

    tickets: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    page_seconds: list[float] = field(default_factory=list)
    wish_seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0

    @property
    def visitors(self) -> int:
        """Return how many people came."""
        return len(self.answers) + len(self.unclear)

    def add(self, other: Tally) -> None:
        """Take another process's counts in."""
        for name in ("tickets", "answers", "unclear", "page_seconds", "wish_seconds"):
            getattr(self, name).extend(getattr(other, name))
        self.cpu += other.cpu


def kind_of(answer: Answer, wanted: int) -> str | None:
    """Return what an answer says: "yes", the code of a clear refusal, "come back"; None if none of these."""
    if answer.status == wanted:
        return "yes"
    if (
        answer.status == http.client.SERVICE_UNAVAILABLE
        and answer.headers.get("retry-after", "").isdigit()
    ):
        return "come back"
    try:
        code = str(answer.json["code"])
    except (ValueError, KeyError, TypeError):
        return None
    return code if code in CLEAR.get(answer.status, ()) else None


def rush(
    port: int, performance_id: int, visitors: Sequence[Visitor], seconds: float
) -> tuple[Tally, float]:
    """Send visitor after visitor from several processes; return what they saw and how long it took."""
    shares = [visitors[number::PROCESSES] for number in range(PROCESSES)]
    total = Tally()
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(len, shares))  # the processes are up before the clock starts
        began = time.perf_counter()
        runs = [pool.submit(_clients, port, performance_id, share, seconds) for share in shares]
        for run in runs:
            total.add(run.result(timeout=seconds + 120))
        took = time.perf_counter() - began
    return total, took


def _clients(port: int, performance_id: int, visitors: Sequence[Visitor], seconds: float) -> Tally:
    """Let this process's threads serve its visitors until time is up; everybody begun is ended."""
    tally, waiting, keeping = Tally(), iter(visitors), threading.Lock()
    until = time.monotonic() + seconds

    def visit_all() -> None:
        client = Client(port)
        while time.monotonic() < until:
            with keeping:
                visitor = next(waiting, None)
            if visitor is None:
                break
            _visit(client, performance_id, visitor, tally)
        client.close()

    threads = [threading.Thread(target=visit_all) for _ in range(THREADS)]
    began = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.cpu = time.process_time() - began
    return tally


def _visit(client: Client, performance_id: int, visitor: Visitor, tally: Tally) -> None:
    """Look at the page, then ask for a seat; threads only append to the tally."""
    page = f"/performances/{performance_id}"
    wish = json.dumps(WISH | {"key": f"rush-{visitor.member_id}"})
    try:
        looked = client.ask(visitor.get(page))
        tally.page_seconds.append(looked.seconds)
        if kind_of(looked, 200) != "yes":
            return _note(tally, "page", looked, 200)
        wished = client.ask(visitor.post_json(f"{page}/hold", wish))
    except (OSError, http.client.HTTPException) as error:
        tally.unclear.append(f"{type(error).__name__}: {error}")
        return None
    tally.wish_seconds.append(wished.seconds)
    _note(tally, "wish", wished, 201)
    if wished.status == http.client.CREATED:
        tally.tickets.extend(wished.json["tickets"])
    return None


def _note(tally: Tally, what: str, answer: Answer, wanted: int) -> None:
    kind = kind_of(answer, wanted)
    if kind is None:
        tally.unclear.append(f"{what}: {answer.status} {answer.body[:120]!r}")
    else:
        tally.answers.append(kind)
