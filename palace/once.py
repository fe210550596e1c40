"""What a page asks once: one that only reads is of one instant, and of one state of the house's figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from flask import has_request_context, request

from palace.db import db

KEPT = "palace.once"
Value = TypeVar("Value")


def once(name: str, read: Callable[[], Value]) -> Value:
    """Return what `read` says: anew in a transaction, a form or a task, else as this page read it first."""
    if not has_request_context() or request.method != "GET" or db.session.info.get("open"):
        return read()
    kept = request.environ.setdefault(KEPT, {})
    if name not in kept:
        kept[name] = read()
    return cast("Value", kept[name])
