"""How many requests Flask works on at once and how many wait; the rest are told at once to come back.

Four lanes, so that none closes another: who reads what is on, who acts, who works here (doors too),
and what waits for paper. Files, `/livez` and `/healthz` pass freely.
"""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from flask import Flask, g, request
from werkzeug.exceptions import HTTPException

from palace import headers, lifecycle
from palace.errors import Overloaded

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

AT_ONCE = {
    "reading": 2,
    "acting": 2,
    "working": 2,
    "paper": 1,
}  # together what the pool has connections
WAITING = {"reading": 24, "acting": 24, "working": 12, "paper": 3}
PATIENCE = 5.0  # seconds
EARS, MOMENT = 8, 0.2  # how many that are told to come back are read at once; seconds
SPARE = 12  # threads for seat state, files and those told to come back
THREADS = sum(AT_ONCE.values()) + sum(WAITING.values()) + SPARE
WORKING = frozenset({"door", "staff"})
PAPER = (".pdf", ".png")
FREE = frozenset({"/livez", "/healthz"})
READING = frozenset({"", "performances", "productions", "about"})

log = logging.getLogger("palace")


class Lane:
    """A door: so many inside at once, so many waiting before it, nobody for long."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._inside = threading.Semaphore(at_once)
        self._places = threading.Semaphore(at_once + waiting)

    @contextmanager
    def entered(self, patience: float = PATIENCE) -> Iterator[bool]:
        """Say whether one may come in, at once or after waiting; the place is given back at the end."""
        if not self._places.acquire(blocking=False):
            yield False
            return
        try:
            inside = self._inside.acquire(timeout=patience)
            try:
                yield inside
            finally:
                if inside:
                    self._inside.release()
        finally:
            self._places.release()


def lane_of(method: str, path: str) -> str:
    """Return the lane of an address."""
    first = path.split("/")[1:2]
    if first and first[0] in WORKING:
        return "working"
    if path.endswith(PAPER):
        return "paper"
    reads = method in {"GET", "HEAD"} and first and first[0] in READING
    return "reading" if reads else "acting"


class Overload:
    """WSGI middleware between what answers before Flask and Flask."""

    def __init__(self, app: WSGIApplication, flask: Flask) -> None:
        self.app, self.flask = app, flask
        self.is_ours = headers.host_check(flask.config["TRUSTED_HOSTS"])
        self.lanes = {name: Lane(AT_ONCE[name], WAITING[name]) for name in AT_ONCE}
        self._ears = threading.Semaphore(EARS)
        self._told, self._told_at = 0, 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on in its turn, or tell the visitor to come back."""
        lane = self._lane(environ)
        if lane is None:
            return self.app(environ, start_response)
        with lane.entered() as inside:
            if inside:
                return self.app(environ, start_response)
        return self._come_back(environ, start_response)

    def _lane(self, environ: WSGIEnvironment) -> Lane | None:
        path = environ.get("PATH_INFO", "")
        if (
            path in FREE
            or path.startswith("/static/")
            or not self.is_ours(environ.get("HTTP_HOST"))
        ):
            return None
        return self.lanes[lane_of(environ["REQUEST_METHOD"], path)]

    def _come_back(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        self._note()
        with self.flask.request_context(environ):
            g.request_id = headers.new_request_id()
            self._hear_out()
            response = self.flask.make_response(lifecycle.refused(Overloaded()))
            secure = self.flask.extensions["palace"].secure
            headers.harden(response, g.request_id, secure=secure, personal=True)
        return response(environ, start_response)

    def _hear_out(self) -> None:
        """Read what was sent: after an answer before its end the server hangs up, on the next request.

        Of a few at once only: who sends slowly takes no thread from everybody else.
        """
        if not self._ears.acquire(timeout=MOMENT):
            request.environ |= {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}
            return
        try:
            with suppress(HTTPException):  # too long, or cut off
                request.get_data(parse_form_data=True)
        finally:
            self._ears.release()

    def _note(self) -> None:
        """Count who was told to come back, and log the count once a second."""
        self._told += 1
        now = time.monotonic()
        if now - self._told_at > 1:
            log.warning("overloaded", extra={"values": {"told_to_come_back": self._told}})
            self._told, self._told_at = 0, now


def init_app(app: Flask) -> None:
    """Put the middleware in front of the application."""
    app.wsgi_app = Overload(app.wsgi_app, app)  # type: ignore[method-assign]  # Flask's documented way
