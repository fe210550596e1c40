"""How long lists are cut into sheets of paper: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")
SESSIONS_ACROSS = 12
"""Columns of one session each that a landscape sheet has beside the names."""


def across(sessions: Sequence[Item]) -> list[Sequence[Item]]:
    """Return sessions sheet by sheet, about as many on each; none: one sheet without any."""
    sheets = -(-len(sessions) // SESSIONS_ACROSS) or 1
    each = -(-len(sessions) // sheets) or 1
    return [sessions[at : at + each] for at in range(0, len(sessions), each)] or [sessions]
