"""State of all seats of a performance, answered before Flask from a 250 ms cache of each process.

Two bits a seat in plan order: 0 free, 1 taken, 2 kept. The map is advice; the claim decides.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import Engine, case, func, select
from sqlalchemy.exc import SQLAlchemyError

from palace.programme.models import Performance
from palace.tickets.claims import kept, live
from palace.tickets.models import Claim
from palace.venues.models import Seat

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = re.compile(r"/performances/([0-9]{1,18})/seats\.bin")
FRESH_SECONDS = 0.25
MOST_CACHED = 512


@dataclass(frozen=True)
class State:
    """The packed seats of a performance, or None where there is no such page."""

    read_at: float
    body: bytes | None
    etag: str


class SeatState:
    """WSGI middleware in front of the application."""

    def __init__(self, app: WSGIApplication, engine: Engine, hosts: frozenset[str]) -> None:
        """Answer for `hosts` only (empty: any), as the application does."""
        self.app, self.engine, self.hosts = app, engine, hosts
        self.cache: dict[int, State] = {}
        self.lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a seat state, or pass the request on."""
        asked = PATH.fullmatch(environ.get("PATH_INFO", ""))
        if (
            asked is None
            or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or not self._known_host(environ)
        ):
            return self.app(environ, start_response)
        try:
            state = self._state(int(asked[1]))
        except SQLAlchemyError:
            return _say(start_response, "503 Service Unavailable", [("Retry-After", "5")])
        if state.body is None:
            return self.app(environ, start_response)
        headers = [
            ("ETag", state.etag),
            ("Cache-Control", "no-cache"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if environ.get("HTTP_IF_NONE_MATCH") == state.etag:
            return _say(start_response, "304 Not Modified", headers)
        headers += [
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", str(len(state.body))),
        ]
        start_response("200 OK", headers)
        return [state.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _known_host(self, environ: WSGIEnvironment) -> bool:
        host = environ.get("HTTP_HOST", "").rsplit(":", 1)[0]
        return not self.hosts or host in self.hosts

    def _state(self, performance_id: int) -> State:
        state = self.cache.get(performance_id)
        if state and time.monotonic() - state.read_at < FRESH_SECONDS:
            return state
        with self.lock:
            state = self.cache.get(performance_id)
            if state and time.monotonic() - state.read_at < FRESH_SECONDS:
                return state
            if len(self.cache) >= MOST_CACHED:
                self.cache.clear()
            state = self.cache[performance_id] = self._read(performance_id)
            return state

    def _read(self, performance_id: int) -> State:
        now = func.palace_clock()
        seat_state = case((live(now), 1), (kept(now), 2), else_=0)
        closed = (
            select(Seat.ordinal, seat_state).select_from(Claim).join(Seat, Seat.id == Claim.seat_id)
        )
        size = (
            select(func.count(Seat.id)).where(Seat.plan_id == Performance.plan_id).scalar_subquery()
        )
        seen = Performance.published_at.is_not(None) & Performance.plan_id.is_not(None)
        with self.engine.connect() as connection:
            count = connection.scalar(select(size).where(Performance.id == performance_id, seen))
            if not count:
                return State(time.monotonic(), None, "")
            rows = connection.execute(closed.where(Claim.performance_id == performance_id)).all()
        body = pack(count, rows)
        return State(time.monotonic(), body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def pack(count: int, states: Iterable[tuple[int, int]]) -> bytes:
    """Return `count` seats as two bits each; seat i lies in byte i // 4 from bit 2 * (i % 4)."""
    packed = bytearray((count + 3) // 4)
    for ordinal, state in states:
        packed[ordinal // 4] |= state << 2 * (ordinal % 4)
    return bytes(packed)


def _say(
    start_response: Callable[..., object], status: str, headers: list[tuple[str, str]]
) -> list[bytes]:
    start_response(status, headers)
    return []


def init_app(app: Flask) -> None:
    """Put the middleware in front of the application."""
    hosts = frozenset(app.config["TRUSTED_HOSTS"] or ())
    app.wsgi_app = SeatState(app.wsgi_app, app.extensions["palace_side_engine"], hosts)  # type: ignore[method-assign]  # Flask's documented way
