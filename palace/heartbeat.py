"""When the worker last said that it lives, for `/healthz` and for the person who runs the palace."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from palace.db import db


def last_beat() -> datetime | None:
    """Return the instant of the worker's newest sign of life (every 10 s), or None: no worker runs."""
    beat: datetime | None = db.session.scalar(
        text("SELECT max(last_heartbeat) FROM procrastinate_workers")
    )
    return beat
