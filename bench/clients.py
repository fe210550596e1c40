"""Clients with kept-alive connections, threads of this process."""

from __future__ import annotations

import http.client
import json
import math
import selectors
import socket
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any

import brotli

BODILESS = frozenset({204, 304})
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
        """Return the body read as JSON, as browsers read it where it was made smaller."""
        small = self.headers.get("content-encoding") == "br"
        return json.loads(brotli.decompress(self.body) if small else self.body)


class Client:
    """One kept-alive connection: no more of HTTP than the palace speaks.

    The client shares the cores with what it measures, and `http.client` took three times the CPU.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: IO[bytes] | None = None
        self._socket: socket.socket | None = None
        self._began = 0.0

    def ask(self, ask: Ask) -> Answer:
        """Send a request and read its answer to the end.

        Raises:
            OSError, http.client.HTTPException: there was none.
        """
        try:
            self.send(ask)
            return self.receive()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def send(self, ask: Ask) -> IO[bytes]:
        """Send a request without waiting for its answer; return where that will come."""
        self._began = time.perf_counter()
        if self._socket is None or self._reader is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._reader = self._socket.makefile("rb")
        self._socket.sendall(self._written(ask))
        return self._reader

    def receive(self) -> Answer:
        """Read the answer to the request sent last."""
        if self._reader is None:
            raise http.client.NotConnected
        status, headers, body = _exchanged(self._reader)
        return Answer(status, headers, body, time.perf_counter() - self._began)

    def _written(self, ask: Ask) -> bytes:
        """Return a request as it goes over the wire, in one piece."""
        body = (ask.body or "").encode()
        lines = {"Host": f"127.0.0.1:{self._port}", "Accept-Encoding": "identity"}
        lines.update(ask.headers)
        if ask.body is not None:
            lines["Content-Length"] = str(len(body))
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{ask.method} {ask.path} HTTP/1.1\r\n{told}\r\n".encode() + body

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        for end in (self._reader, self._socket):
            if end is not None:
                end.close()
        self._reader = self._socket = None


def _exchanged(reader: IO[bytes]) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the next answer.

    Raises:
        http.client.HTTPException: there is none, or not to its end.
    """
    first = reader.readline().split(b" ", 2)
    if len(first) < 3:  # noqa: PLR2004 - version, status, reason
        raise http.client.BadStatusLine(repr(first))
    status, headers = int(first[1]), {}
    while (line := reader.readline()) not in {b"\r\n", b""}:
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return status, headers, _body(reader, status, headers)


def _body(reader: IO[bytes], status: int, headers: Mapping[str, str]) -> bytes:
    """Return the body of an answer whose head was read.

    Raises:
        http.client.HTTPException: its end is not told by its length, or came before.
    """
    if status in BODILESS:
        return b""
    if "content-length" not in headers:
        raise http.client.HTTPException(f"{status} without a length")
    length = int(headers["content-length"])
    body = reader.read(length)
    if len(body) < length:
        raise http.client.IncompleteRead(body, length - len(body))
    return body


def ask_at_once(clients: Sequence[Client], asks: Sequence[Ask]) -> list[Answer]:
    """Send a request over each connection before any answer is read; return the answers as they came.

    One thread, so that nobody's answer waits for another client of this process.
    """
    answers = []
    with selectors.DefaultSelector() as waiting:
        for client, ask in zip(clients, asks, strict=True):
            waiting.register(client.send(ask), selectors.EVENT_READ, client)
        while waiting.get_map():
            ready = waiting.select(PATIENCE)
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                waiting.unregister(key.fileobj)
                answers.append(key.data.receive())
    return answers


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
