"""What stands around every answer: safe headers, an id to follow it by, and whether we were meant at all."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from flask import Response, request
from werkzeug.sansio.utils import host_is_trusted

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REQUEST_ID = "X-Request-Id"
HOSTS_KNOWN = 64
DIFFER_BY = ("Accept", "Accept-Language", "Cookie")


def new_request_id() -> str:
    """Return the id that follows a request through log, notice, task and audit."""
    return secrets.token_hex(8)


def drop_unreadable_referrer() -> None:
    """Forget a Referer that is no address: it is the visitor's text, and who reads it may trip over it."""
    try:
        urlsplit(request.referrer or "").port  # noqa: B018 - raises for what is no port
    except ValueError:
        del request.environ["HTTP_REFERER"]


def host_check(trusted: Sequence[str]) -> Callable[[str | None], bool]:
    """Return what tells whether a Host header is one of ours; it remembers those met lately."""

    @functools.lru_cache(maxsize=HOSTS_KNOWN)
    def is_ours(host: str | None) -> bool:
        return bool(host_is_trusted(host, trusted))

    return is_ours


def safe_headers(request_id: str, *, secure: bool) -> dict[str, str]:
    """Return the headers every answer carries, also those given before Flask."""
    headers = {
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        REQUEST_ID: request_id,
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def harden(response: Response, request_id: str, *, secure: bool, personal: bool) -> Response:
    """Set the headers every answer carries; personal ones are never stored by anybody between."""
    headers = response.headers
    wanted = safe_headers(request_id, secure=secure)
    if personal:
        wanted["Cache-Control"] = "private, no-store"
    given = {name.lower() for name, _ in headers}
    headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in given])
    return response


def tell_apart(response: Response) -> None:
    """Say by what answers of one address differ: page or JSON, language, size."""
    if "Vary" in response.headers:
        response.vary.update(DIFFER_BY)
    else:
        response.headers["Vary"] = ", ".join(DIFFER_BY)
