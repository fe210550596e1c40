"""Words of decisions about reservations."""

from __future__ import annotations

from enum import StrEnum

MOST_DATES = 60
LONGEST_WHY = 200


class Verdict(StrEnum):
    """What becomes of dates that wait."""

    PASSED = "passed"
    REFUSED = "refused"
