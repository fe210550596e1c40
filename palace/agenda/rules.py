"""How a dated thing stands in somebody's agenda, and whose it is."""

from dataclasses import dataclass
from enum import StrEnum


class EntryStatus(StrEnum):
    """Confirmed, or cancelled (shown in feeds until its date has passed)."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Owner:
    """Whose an entry is: a member's, a troupe's or a class's, one of them."""

    member_id: int | None = None
    troupe_id: int | None = None
    offering_id: int | None = None
