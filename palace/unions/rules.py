"""What an organiser may write: plain values."""

from __future__ import annotations

import re

LONGEST_WHY = 200
CARD = re.compile(r"[0-9A-Za-z-]{4,32}")


def is_card(number: str) -> bool:
    """Return whether this can be the number of a union card: 4 to 32 letters, digits and dashes."""
    return CARD.fullmatch(number) is not None
