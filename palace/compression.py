"""Answers made smaller on the wire: brotli or gzip for text, files only once.

A page may hold the CSRF token beside what a visitor typed; that token is signed anew with its
second at every answer, so learning its stored half from lengths (BREACH) gives nothing to send.
"""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response, request

SMALLEST = 500
LARGE = 64 * 1024
TEXTS = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "text/calendar",
        "text/plain",
        "image/svg+xml",
        "application/json",
        "application/problem+json",
        "application/manifest+json",
    }
)


def init_app(app: Flask) -> None:
    """Compress what the application answers; compressed files are kept in memory."""
    app.extensions["palace_compressed"] = {}
    app.after_request(lambda response: compress(response, app.extensions["palace_compressed"]))


def compress(response: Response, kept: dict[tuple[str, str, str], bytes]) -> Response:
    """Compress a text answer as far as the browser takes it; `kept` holds files done before."""
    if (
        response.mimetype not in TEXTS
        or response.status_code in {204, 206, 304}
        or response.content_encoding
    ):
        return response
    if (response.content_length or SMALLEST) < SMALLEST:
        return response
    response.vary.add("Accept-Encoding")
    encoding = next((name for name in ("br", "gzip") if request.accept_encodings[name]), None)
    if encoding is None:
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < SMALLEST:
        return response
    etag, _ = response.get_etag()
    file = (encoding, request.path, etag) if request.endpoint == "static" and etag else None
    small = kept.get(file) if file else None
    if small is None:
        small = _small(encoding, plain, thorough=file is not None)
        if file:
            kept[file] = small
    response.set_data(small)
    response.content_encoding = encoding
    if etag:
        response.set_etag(etag, weak=True)
    return response


def _small(encoding: str, plain: bytes, *, thorough: bool) -> bytes:
    """Return a text compressed: files as far as it goes, pages with a map quickly rather than best."""
    if encoding == "br":
        quick = 2 if len(plain) > LARGE else 5
        small: bytes = brotli.compress(plain, quality=11 if thorough else quick)
        return small
    return gzip.compress(plain, 9 if thorough else 6, mtime=0)
