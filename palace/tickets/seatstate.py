"""State of all seats of a performance, answered before Flask from a 250 ms cache of each process.

Two bits a seat in plan order: 0 free, 1 taken, 2 kept. The map is advice; the claim decides.
"""

from __future__ import annotations

import functools
import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import Engine, Select, case, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as DatabaseHangs

from palace.headers import REQUEST_ID, host_check, new_request_id, safe_headers
from palace.programme.models import Performance
from palace.tickets.kept import kept, live
from palace.tickets.models import Claim, Waitlist
from palace.venues.models import Seat

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = re.compile(r"/performances/([0-9]{1,18})/seats\.bin")
FRESH_SECONDS = 0.25
UNKNOWN_SECONDS = 2.0  # one published meanwhile waits as long
OLD_SECONDS = 10.0  # what is shown while the database hangs; the claim decides anyway
HANGING_SECONDS = 0.5
AWAY_SECONDS = 1.0
MOST_KNOWN = 512
MOST_UNKNOWN = 256
LOCKS = 64
READERS = 3  # as many as the side engine has connections


@dataclass(frozen=True)
class State:
    """The packed seats of a performance, or None where there is no such page."""

    read_at: float
    body: bytes | None
    etag: str

    @functools.cached_property
    def unchanged(self) -> list[tuple[str, str]]:
        """Return the headers for who has it already."""
        return [("ETag", self.etag), ("Cache-Control", "no-cache")]

    @functools.cached_property
    def whole(self) -> list[tuple[str, str]]:
        """Return the headers for who gets it."""
        kind, length = "application/octet-stream", str(len(self.body or b""))
        return [*self.unchanged, ("Content-Type", kind), ("Content-Length", length)]

    def is_fresh(self) -> bool:
        """Return whether nobody has to ask the database again yet."""
        limit = UNKNOWN_SECONDS if self.body is None else FRESH_SECONDS
        return time.monotonic() - self.read_at < limit


class SeatState:
    """WSGI middleware in front of the application."""

    def __init__(self, app: WSGIApplication, flask: Flask) -> None:
        """Answer for the hosts the application answers for."""
        self.app = app
        self.engine: Engine = flask.extensions["palace_side_engine"]
        self.is_ours = host_check(flask.config["TRUSTED_HOSTS"])
        safe = safe_headers("", secure=flask.extensions["palace"].secure)
        self.safe = [(name, value) for name, value in safe.items() if name != REQUEST_ID]
        self.known: dict[int, State] = {}
        self.unknown: dict[int, State] = {}
        self.sizes: dict[int, int] = {}
        self.away_until = 0.0
        self.keeping = threading.Lock()
        self.asking = threading.Semaphore(READERS)
        self.begun: dict[int, float] = {}
        # One reader asks for all who wait for a performance; neighbours in time have other locks.
        self.reading = [threading.Lock() for _ in range(LOCKS)]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a seat state, or pass the request on."""
        asked = PATH.fullmatch(environ.get("PATH_INFO", ""))
        if (
            asked is None
            or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or not self.is_ours(environ.get("HTTP_HOST"))
        ):
            return self.app(environ, start_response)
        headers = [(REQUEST_ID, new_request_id()), *self.safe]
        try:
            state = self.state(int(asked[1]))
        except SQLAlchemyError:
            headers += [("Retry-After", "5"), ("Cache-Control", "no-store")]
            return _say(start_response, "503 Service Unavailable", headers)
        if state.body is None:
            return self.app(environ, start_response)
        if environ.get("HTTP_IF_NONE_MATCH") == state.etag:
            return _say(start_response, "304 Not Modified", headers + state.unchanged)
        start_response("200 OK", headers + state.whole)
        return [state.body] if environ["REQUEST_METHOD"] == "GET" else []

    def state(self, performance_id: int) -> State:
        """Return the seats of a performance as they were a moment ago."""
        state = self._fresh(performance_id)
        if state:
            return state
        old = self._old(performance_id)
        reading = self.reading[performance_id % LOCKS]
        if not reading.acquire(timeout=0 if old else self._patience()):
            return _known(old)
        try:
            return self._fresh(performance_id) or self._read_unless_away(performance_id, old)
        finally:
            reading.release()

    def _read_unless_away(self, performance_id: int, old: State | None) -> State:
        """Read a performance, or for a while after a read failed leave the database alone."""
        if time.monotonic() < self.away_until:
            return _known(old)
        if not self.asking.acquire(timeout=0 if old else self._patience()):
            return _known(old)
        me = threading.get_ident()
        self.begun[me] = time.monotonic()
        try:
            state = self._read(performance_id)
        except SQLAlchemyError:
            self.away_until = time.monotonic() + AWAY_SECONDS
            raise
        finally:
            del self.begun[me]
            self.asking.release()
        self._keep(performance_id, state)
        return state

    def _patience(self) -> float:
        """Return seconds to wait for a read that may hang: all who wait give up together."""
        begun = min(list(self.begun.values()), default=time.monotonic())
        return max(0.0, begun + HANGING_SECONDS - time.monotonic())

    def _old(self, performance_id: int) -> State | None:
        """Return a state that will do while somebody else reads it anew, however long that takes."""
        state = self.known.get(performance_id)
        return state if state and time.monotonic() - state.read_at < OLD_SECONDS else None

    def _fresh(self, performance_id: int) -> State | None:
        state = self.known.get(performance_id) or self.unknown.get(performance_id)
        return state if state and state.is_fresh() else None

    def _keep(self, performance_id: int, state: State) -> None:
        """Remember a state; where there are too many, those nobody asked for longest go."""
        missing = state.body is None
        kept, most = (self.unknown, MOST_UNKNOWN) if missing else (self.known, MOST_KNOWN)
        with self.keeping:
            self.known.pop(performance_id, None)
            self.unknown.pop(performance_id, None)
            while len(kept) >= most:
                del kept[next(iter(kept))]
            kept[performance_id] = state

    def _read(self, performance_id: int) -> State:
        """Read a performance: one statement, and one more the first time a plan is met."""
        with self.engine.connect() as connection:
            rows = connection.execute(_closed_seats(performance_id)).all()
            if not rows:
                return State(time.monotonic(), None, "")
            plan_id = rows[0].plan_id
            if plan_id not in self.sizes:
                count = select(func.count(Seat.id)).where(Seat.plan_id == plan_id)
                self.sizes[plan_id] = connection.execute(count).scalar_one()
        closed = [(row.ordinal, row.state) for row in rows if row.ordinal is not None]
        body = pack(self.sizes[plan_id], closed)
        return State(time.monotonic(), body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def _known(state: State | None) -> State:
    """Return what is known.

    Raises:
        TimeoutError (SQLAlchemy's): nothing is, and the database does not answer.
    """
    if state is None:
        raise DatabaseHangs("seat state")
    return state


def _closed_seats(performance_id: int) -> Select[tuple[int, int, int]]:
    """Select the taken and kept seats; a published performance without any gives one row of NULLs."""
    now = func.coalesce(Waitlist.looked_at, func.palace_clock())  # who waits comes first
    waited_for = (Waitlist.performance_id == Performance.id) & (Waitlist.waiting > 0)
    closed = (Claim.performance_id == Performance.id) & (live(now) | kept(now))
    return (
        select(Performance.plan_id, Seat.ordinal, case((live(now), 1), else_=2).label("state"))
        .outerjoin(Waitlist, waited_for)
        .outerjoin(Claim, closed)
        .outerjoin(Seat, Seat.id == Claim.seat_id)
        .where(Performance.id == performance_id)
        .where(Performance.published_at.is_not(None), Performance.plan_id.is_not(None))
    )


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
    app.wsgi_app = SeatState(app.wsgi_app, app)  # type: ignore[method-assign]  # Flask's documented way
