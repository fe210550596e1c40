"""A package follows its shows: what is called off is paid for no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from palace.packages import queries
from palace.packages.services import orders


def called_off(performance_id: int, by: timedelta | None, _since: datetime) -> None:
    """Let a show that was called off go from every package that still waits for its money.

    Args:
        by: how much later the show starts; None: it is called off. One that is moved stays as it is.
    """
    if by is not None:
        return
    for whole in queries.waiting_for(performance_id):
        orders.called_off(whole, performance_id)
