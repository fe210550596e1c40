"""What of a price goes back, by the time left: plain values in, decision out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from palace.money import Fen

WHOLE = 100


def percent_at(ladder: Sequence[Sequence[int]], left: timedelta) -> int:
    """Return how much of a price goes back with so much time left; the edge minute itself still counts.

    Args:
        ladder: pairs of minutes before the start and percent.
    """
    steps = [percent for minutes, percent in ladder if left >= timedelta(minutes=minutes)]
    return max(steps, default=0)


def share(amount: Fen, percent: int) -> Fen:
    """Return so much of an amount, to the nearest fen."""
    return Fen((amount * percent + WHOLE // 2) // WHOLE)


def ends(
    ladder: Sequence[Sequence[int]], amount: Fen, starts_at: datetime
) -> list[tuple[datetime, Fen]]:
    """Return until when how much of an amount goes back, as it is shown before anybody pays."""
    steps = sorted(ladder, key=lambda step: -step[0])
    return [
        (starts_at - timedelta(minutes=minutes), share(amount, percent))
        for minutes, percent in steps
    ]
