"""What ties an erasure to a person, and how values stand in a download: plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

LONGEST_WHY = 200
MARK_LETTERS = 16


@dataclass(frozen=True)
class Line:
    """A line of the ledger: somebody who was erased, and when."""

    member_id: int
    mark: str
    erased_at: datetime
    asked_by: str


def mark_of(member_id: int, created_at: datetime) -> str:
    """Return what ties a member's number to the very row that was made at this microsecond."""
    made = f"{member_id}:{int(created_at.timestamp() * 1_000_000)}"
    return hashlib.sha256(made.encode()).hexdigest()[:MARK_LETTERS]


def plain(value: Any) -> Any:
    """Return a value as JSON holds it: instants with their zone, spans as their two ends.

    Raises:
        TypeError: bytes and other things nobody reads; a download leaves them out by name.
    """
    if value is None or (
        isinstance(value, str | int | float | bool) and not isinstance(value, Enum)
    ):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if hasattr(value, "lower") and hasattr(value, "upper"):
        return [plain(value.lower), plain(value.upper)]
    raise TypeError(type(value).__name__)
