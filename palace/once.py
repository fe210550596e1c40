"""What is asked once: by a page that only reads, as it is of one instant; by a process for some seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Session

from palace.db import Base, db

KEPT = "palace.once"
WRITTEN = "palace.written"
WRITES = ("after_insert", "after_update", "after_delete")
Value = TypeVar("Value")


def once(name: str, read: Callable[[], Value]) -> Value:
    """Return what `read` says: anew in a transaction, a form or a task, else as this page read it first."""
    if not has_request_context() or request.method != "GET" or db.session.info.get("open"):
        return read()
    kept = request.environ.setdefault(KEPT, {})
    if name not in kept:
        kept[name] = read()
    return cast("Value", kept[name])


def read_lately(name: str, seconds: float, read: Callable[[], Value]) -> Value:
    """Return what `read` said to this process less than `seconds` ago, else what it says now.

    A transaction that changed it (`change`) reads it anew, and nobody else's is changed by that.
    """
    if name in db.session.info.get(WRITTEN, ()):
        return read()
    known, now = _known(), time.monotonic()
    read_at, value = known.get(name, (-math.inf, None))
    if now - read_at >= seconds:
        value = read()
        known[name] = now, value
    return cast("Value", value)


def forget(name: str) -> None:
    """Have this process ask anew what it read lately."""
    _known().pop(name, None)


def change(name: str) -> None:
    """Have this transaction read anew what it changes, and this process, now and once that is committed."""
    forget(name)
    db.session.info.setdefault(WRITTEN, set()).add(name)


def change_with(name: str, *models: type[Base]) -> None:
    """Have it change with each row of these tables that is written one by one.

    A statement about many rows passes by: whoever runs one says `change`.
    """
    for model in models:
        for write in WRITES:
            event.listen(model, write, lambda *_: change(name))


@event.listens_for(Session, "after_commit")
def _forget_changed(committed: Session) -> None:
    if not committed.in_nested_transaction():
        for name in committed.info.pop(WRITTEN, ()):
            forget(name)


def _known() -> dict[str, tuple[float, Any]]:
    known: dict[str, tuple[float, Any]] = current_app.extensions.setdefault("palace_once", {})
    return known
