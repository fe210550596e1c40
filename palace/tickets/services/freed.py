"""News that seats came free, for whoever waits for them: in the transaction that freed them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

on_freed: dict[str, Callable[[int, Sequence[int | None], datetime], None]] = {}
"""Who is told of seats that came free: performance, seats (None: a place without one), instant."""


def seats_freed(performance_id: int, seats: Sequence[int | None], now: datetime) -> None:
    """Tell everybody who asked that seats of a performance are free since `now`."""
    for told in on_freed.values():
        told(performance_id, seats, now)
