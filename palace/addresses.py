"""Addresses as templates write them: of files, which change with the content, and of pages."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request, url_for

YEAR = 365 * 86400
FOREVER = f"public, max-age={YEAR}, immutable"


def init_app(app: Flask) -> None:
    """Give templates their addresses, and let browsers keep files."""
    app.jinja_env.globals.update(static_url=static_url, url_for=address)
    app.after_request(keep_files)


@functools.lru_cache(maxsize=256)
def _file_hash(path: Path, changed_ns: int) -> str:  # noqa: ARG001 - a changed file is read again
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def file_version(name: str) -> str | None:
    """Return the content hash of a file under static/, or None where set-up did not bring it."""
    path = Path(current_app.static_folder or "") / name
    return _file_hash(path, path.stat().st_mtime_ns) if path.is_file() else None


def static_url(name: str) -> str:
    """Return a file's address; it changes with the content, so browsers may keep the file for ever."""
    return _static_address(name, file_version(name))


@functools.lru_cache(maxsize=256)
def _static_address(name: str, version: str | None) -> str:
    return url_for("static", filename=name, v=version)


@functools.lru_cache(maxsize=4096)
def _address(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def address(endpoint: str, **values: Any) -> str:
    """Return an address of this site for templates.

    Those with no more than numbers in them are made once: what is a person's own has a code in it.
    """
    if all(type(value) is int for value in values.values()):
        return _address(endpoint, tuple(values.items()))
    return url_for(endpoint, **values)


def keep_files(response: Response) -> Response:
    """Let browsers keep a file whose address carries the hash of what is sent."""
    if request.endpoint == "static" and response.status_code < 400:  # noqa: PLR2004 - errors are never kept
        asked, name = request.args.get("v"), (request.view_args or {}).get("filename", "")
        if asked and asked == file_version(name):
            response.headers["Cache-Control"] = FOREVER
    return response
