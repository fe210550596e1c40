"""How a dated thing stands in somebody's agenda."""

from enum import StrEnum


class EntryStatus(StrEnum):
    """Confirmed, or cancelled (shown in feeds until its date has passed)."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
