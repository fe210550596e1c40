"""Words of rooms and reservations that the database and the pages share."""

from __future__ import annotations

from enum import StrEnum


class Takers(StrEnum):
    """Who takes rooms of a policy: a troupe through its leaders, or a member alone."""

    TROUPE = "troupe"
    MEMBER = "member"


class Opens(StrEnum):
    """How days open: each so many days ahead, or a whole next week on a weekday."""

    ROLLING = "rolling"
    WEEKLY = "weekly"


class Approval(StrEnum):
    """When a person decides: never, beyond the quota, or always."""

    NEVER = "never"
    BEYOND_QUOTA = "beyond_quota"
    ALWAYS = "always"


class OccurrenceState(StrEnum):
    """How one date of a reservation stands.

    Pending, offered and confirmed hold the room while their occupancy does; skipped never had it.
    """

    PENDING = "pending"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    DISPLACED = "displaced"
    LAPSED = "lapsed"
    MISSED = "missed"


HOLDING = (OccurrenceState.PENDING, OccurrenceState.OFFERED, OccurrenceState.CONFIRMED)
"""States in which an occurrence has an occupancy; whether it still holds, its `lapses_at` says."""


class WaitState(StrEnum):
    """How somebody stands who waits for a room at a time."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"
    LAPSED = "lapsed"
    OVER = "over"
