"""What follows when places of a show come free: news for the parts above, and a show looked at anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

on_freed: dict[str, Callable[[int, Sequence[int | None], datetime], None]] = {}
"""Who has to know, by part, in the transaction that frees the places; wired in palace/wiring.py."""

on_refused: dict[str, Callable[[int], int]] = {}
"""What looks at a show again after somebody found nothing there, by part: how much that changed."""


def seats_freed(performance_id: int, seats: Sequence[int | None], now: datetime) -> None:
    """Tell that places of a show are free again: returned, exchanged, cancelled or more than before.

    Called last, in the transaction that frees them, behind its own locks.

    Args:
        seats: ids of the seats; None for each place without one; nothing where a quota was raised.
    """
    for tell in on_freed.values():
        tell(performance_id, seats, now)


def look_again(performance_id: int) -> bool:
    """Bring a show up to date where nobody can book just now; return whether that changed something."""
    return sum(look(performance_id) for look in on_refused.values()) > 0
