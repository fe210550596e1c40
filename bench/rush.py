"""Buyers who really come: processes full of threads, each visitor a page and a wish, answers counted."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, fields

from bench.clients import PATIENCE, Answer, Ask, Client
from bench.visitors import Visitor

PROCESSES = 2
COME_BACK = "come back"
CLEAR = {409: {"sold_out", "seat_taken", "no_seats_together", "rushed"}}
WISH = {"count": "1", "confirm": "1"}


@dataclass
class Tally:
    """What clients saw: tickets they were told of, one answer or unclear end per visitor, seconds."""

    tickets: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    page_seconds: list[float] = field(default_factory=list)
    wish_seconds: list[float] = field(default_factory=list)
    known_seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0

    @property
    def visitors(self) -> int:
        """Return how many people came."""
        return len(self.answers) + len(self.unclear)

    def add(self, other: Tally) -> None:
        """Take another process's counts in."""
        for field_of in fields(self):
            mine, others = getattr(self, field_of.name), getattr(other, field_of.name)
            setattr(self, field_of.name, mine + others)


def kind_of(answer: Answer, wanted: int) -> str | None:
    """Return what an answer says: "yes", the code of a clear refusal, "come back"; None if none of these."""
    if answer.status == wanted:
        return "yes"
    if (
        answer.status == http.client.SERVICE_UNAVAILABLE
        and answer.headers.get("retry-after", "").isdigit()
    ):
        return COME_BACK
    try:
        code = str(answer.json["code"])
    except (ValueError, KeyError, TypeError):
        return None
    return code if code in CLEAR.get(answer.status, ()) else None


def rush(
    port: int, performance_id: int, visitors: Sequence[Visitor], *, seconds: float, clients: int
) -> tuple[Tally, float]:
    """Send visitor after visitor from several processes; return what they saw and how long it took."""
    total, times = Tally(), []
    threads = max(1, clients // PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        runs = [
            pool.submit(
                _clients, port, performance_id, visitors[first::PROCESSES], seconds, threads
            )
            for first in range(PROCESSES)
        ]
        for run in runs:
            tally, *both = run.result(timeout=seconds + 2 * PATIENCE)
            total.add(tally)
            times += both
    return total, max(times) - min(times)


def _clients(
    port: int, performance_id: int, visitors: Sequence[Visitor], seconds: float, count: int
) -> tuple[Tally, float, float]:
    """Let this process's threads serve its visitors until time is up; everybody begun is ended."""
    tally, waiting, keeping = Tally(), iter(visitors), threading.Lock()
    began, used = time.monotonic(), time.process_time()

    def visit_all(_: int) -> None:
        client = Client(port)
        while time.monotonic() < began + seconds:
            with keeping:
                visitor = next(waiting, None)
            if visitor is None:
                break
            _visit(client, performance_id, visitor, tally, until=began + seconds)
        client.close()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(visit_all, range(count)))
    tally.cpu = time.process_time() - used
    return tally, began, time.monotonic()


def _visit(
    client: Client, performance_id: int, visitor: Visitor, tally: Tally, *, until: float
) -> None:
    """Look at the page, then ask for a seat; threads only append to the tally."""
    page = f"/performances/{performance_id}"
    wish = visitor.post_json(
        f"{page}/hold", json.dumps(WISH | {"key": f"rush-{visitor.member_id}"})
    )
    began = time.monotonic()
    try:
        answer, kind = _persist(client, visitor.get(page), http.client.OK, until)
        tally.page_seconds.append(answer.seconds)
        if kind == "yes":
            answer, kind = _persist(client, wish, http.client.CREATED, until)
            tally.wish_seconds.append(answer.seconds)
    except (OSError, http.client.HTTPException) as error:
        tally.unclear.append(f"{type(error).__name__}: {error}")
        return
    if kind is None:
        tally.unclear.append(f"{answer.status} {answer.body[:120]!r}")
        return
    tally.answers.append(kind)
    if kind != COME_BACK:
        tally.known_seconds.append(time.monotonic() - began)
    if answer.status == http.client.CREATED:
        tally.tickets.extend(answer.json["tickets"])


def _persist(client: Client, ask: Ask, wanted: int, until: float) -> tuple[Answer, str | None]:
    """Ask, and come back as often as told to while there is time; return the last answer and its kind."""
    while True:
        answer = client.ask(ask)
        kind = kind_of(answer, wanted)
        if kind != COME_BACK:
            return answer, kind
        later = float(answer.headers["retry-after"])
        if time.monotonic() + later > until:
            return answer, kind
        time.sleep(later)
