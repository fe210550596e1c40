"""A package follows its shows: what is called off is paid for no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from palace.members import queries as members
from palace.packages import queries
from palace.packages.services import orders


def called_off(performance_id: int, by: timedelta | None, _since: datetime) -> None:
    """Let a show that was called off go from every package that still waits for its money.

    Args:
        by: how much later the show starts; None: it is called off. One that is moved stays as it is.
    """
    if by is not None:
        return
    waiting = queries.waiting_for(performance_id)
    for whole in waiting:  # all of them before the first seat
        members.lock(whole.member_id)
    for whole in waiting:
        orders.called_off(whole)
