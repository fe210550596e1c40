"""Clients with kept-alive connections, threads of this process."""

from __future__ import annotations

import http.client
import json
import math
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

PATIENCE = 120.0  # seconds; people at an opening wait longer than programs


@dataclass(frozen=True)
class Ask:
    """A request."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds; `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.body)


class Client:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def ask(self, ask: Ask) -> Answer:
        """Send a request and read its answer to the end.

        Raises:
            OSError, http.client.HTTPException: there was none.
        """
        began = time.perf_counter()
        try:
            self._connection.request(ask.method, ask.path, ask.body, dict(ask.headers))
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, body, time.perf_counter() - began)

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        self._connection.close()


def ask_all(
    port: int, asks: Sequence[Ask], connections: int, *, seconds: float = math.inf
) -> list[Answer]:
    """Send requests over so many connections at once; return the answers in the order of the requests.

    After `seconds` nothing more is sent: those not asked by then have no answer.
    """
    until = time.monotonic() + seconds
    waiting = Waiting(asks)
    with ThreadPoolExecutor(connections) as pool:
        clients = [pool.submit(_ask_on, port, waiting, until) for _ in range(connections)]
        answered = dict(chain.from_iterable(client.result() for client in clients))
    return [answered[number] for number in sorted(answered)]


class Waiting:
    """The requests still to be sent: every client takes the next one, as pgbench's clients do.

    With a share of its own for each client, those on the slower process would finish last and alone.
    """

    def __init__(self, asks: Iterable[Ask]) -> None:
        self._asks = enumerate(asks)
        self._taking = threading.Lock()

    def next(self) -> tuple[int, Ask] | None:
        """Return the next request and its number, None after the last."""
        with self._taking:
            return next(self._asks, None)


def _ask_on(port: int, waiting: Waiting, until: float) -> list[tuple[int, Answer]]:
    """Send what waits over one connection until nothing does, or time is up."""
    client, answers = Client(port), []
    try:
        while time.monotonic() <= until and (taken := waiting.next()):
            answers.append((taken[0], client.ask(taken[1])))
    finally:
        client.close()
    return answers
