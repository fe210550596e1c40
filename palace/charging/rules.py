"""The steps of a ladder as somebody types them: hours before the start and percent, plain values."""

from __future__ import annotations

import re
from collections.abc import Sequence

HOURS, PERCENT = re.compile(r"\d{1,4}(\.5)?"), re.compile(r"\d{1,3}")
AN_HOUR, WHOLE, FIRST_STEPS, MOST_STEPS = 60, 100, 3, 6
Typed = tuple[str, str]


class NotSteps(ValueError):
    """Steps that cannot be: not numbers, twice the same time, or more going back later than before."""


def read_steps(rows: Sequence[Typed]) -> list[tuple[int, int]]:
    """Return pairs of minutes before the start and percent, the earliest first; empty rows are left out.

    Raises:
        NotSteps.
    """
    steps = sorted((_read(row) for row in rows if any(row)), reverse=True)
    minutes, percents = [one for one, _ in steps], [one for _, one in steps]
    if len(set(minutes)) < len(minutes) or percents != sorted(percents, reverse=True):
        raise NotSteps
    return steps


def _read(row: Typed) -> tuple[int, int]:
    hours, percent = row
    if not HOURS.fullmatch(hours) or not PERCENT.fullmatch(percent):
        raise NotSteps
    if not 1 <= int(percent) <= WHOLE:
        raise NotSteps
    return round(float(hours) * AN_HOUR), int(percent)


def typed(steps: Sequence[tuple[int, int]]) -> list[Typed]:
    """Return steps as they are typed."""
    return [(f"{minutes / AN_HOUR:g}", str(percent)) for minutes, percent in steps]
