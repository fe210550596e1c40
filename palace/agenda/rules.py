"""How a dated thing stands in somebody's agenda."""

from dataclasses import dataclass
from enum import StrEnum


class EntryStatus(StrEnum):
    """Confirmed, or cancelled (shown in feeds until its date has passed)."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose a dated thing is: a member's, or a troupe's and so of everybody on its roster."""

    member_id: int | None = None
    troupe_id: int | None = None
