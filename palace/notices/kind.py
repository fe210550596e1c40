"""What a kind of notice is: its words, and how long anybody still wants to get it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

NEWS, BROADCAST_LASTS = timedelta(days=2), timedelta(days=7)
TURN = timedelta(hours=12)
REMINDER = timedelta(hours=2)


@dataclass(frozen=True)
class Kind:
    """The words of a kind of notice, and how long after it was owed anybody still wants to get it."""

    zh: str
    en: str
    lasts: timedelta
