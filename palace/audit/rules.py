"""What the audit decides on plain values: which values changed, and whether a seal fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

KEPT_AT_LEAST = timedelta(days=183)

Values = dict[str, object]


def changes(before: Values | None, after: Values | None) -> list[tuple[str, object, object]]:
    """Return what changed: name, value before, value after; what stayed the same is left out."""
    old, new = before or {}, after or {}
    names = [*old, *(name for name in new if name not in old)]
    return [
        (name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    ]


class Wrong(StrEnum):
    """How a seal does not fit."""

    CHANGED = "its lines were changed, added or deleted"
    FORGOTTEN_TOO_SOON = "its lines were deleted before their time"
    SLIPPED_IN = "a line stands among sealed ones, but in no seal"


@dataclass(frozen=True)
class Verdict:
    """What checking the seals found: how many fit, the newest hash, and the first that does not fit."""

    count: int
    forgotten: int
    head: bytes
    wrong: Wrong | None = None
    day: date | None = None


def may_be_forgotten(day: date, forgotten_at: datetime) -> bool:
    """Return whether lines of a day were old enough when they were forgotten."""
    return forgotten_at.date() - day >= KEPT_AT_LEAST
