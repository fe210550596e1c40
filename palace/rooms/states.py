"""How dates of reservations stand, and who waits for one: the words the database and the pages share."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from palace.text import N_


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


STANDING_WORDS = {
    OccurrenceState.PENDING: N_("等审批"),
    OccurrenceState.OFFERED: N_("给您留着，等您确认"),
    OccurrenceState.CONFIRMED: N_("约好了"),
    OccurrenceState.SKIPPED: N_("跳过了，没有约"),
    OccurrenceState.CANCELLED: N_("取消了"),
    OccurrenceState.REFUSED: N_("没有批准"),
    OccurrenceState.DISPLACED: N_("让给文化宫的活动了"),
    OccurrenceState.LAPSED: N_("过了时间，没有成"),
    OccurrenceState.MISSED: N_("没有来"),
}
"""What people read of how a date stands."""


class WaitState(StrEnum):
    """How somebody stands who waits for a room at a time."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"
    LAPSED = "lapsed"
    OVER = "over"


def true_state(state: OccurrenceState, *, held: bool, is_over: bool) -> OccurrenceState:
    """Return how a date stands at the clock, also where nobody has tidied up since.

    Args:
        held: whether its occupancy holds.
        is_over: whether its time is past.
    """
    if held or state not in HOLDING:
        return state
    if state is OccurrenceState.CONFIRMED:
        return state if is_over else OccurrenceState.MISSED
    return OccurrenceState.LAPSED


def may_cancel(state: OccurrenceState, starts_at: datetime, now: datetime) -> bool:
    """Return whether a date can be given back: it holds its room, or was skipped, and has not begun."""
    return state in (*HOLDING, OccurrenceState.SKIPPED) and now < starts_at
