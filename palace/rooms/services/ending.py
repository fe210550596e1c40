"""Giving dates back: by who took them, or because somebody of the palace decided, or nobody did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from palace import clock
from palace.agenda import services as agenda
from palace.db import db
from palace.members import queries as members
from palace.members.services import note
from palace.rooms import claims, rules, states
from palace.rooms.errors import AlreadyOver
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries import facts, waits
from palace.rooms.queries.facts import figures_of
from palace.rooms.services.strikes import LATE, write_strike
from palace.rooms.services.taking import span_of
from palace.rooms.services.telling import owner_of, subject_of, tell_all
from palace.rooms.states import OccurrenceState, WaitState
from palace.rooms.wishes import Span
from palace.statements import execute
from palace.venues import services as venues

NOTICES = {
    OccurrenceState.CANCELLED: "room_cancelled",
    OccurrenceState.REFUSED: "room_refused",
    OccurrenceState.DISPLACED: "room_displaced",
    OccurrenceState.LAPSED: "room_lapsed",
}
on_room_freed: dict[str, Callable[[int, Span], None]] = {}
"""What wants to know that a room came free, and when; wired in palace/wiring.py."""


def end(
    occurrence: Occurrence,
    state: OccurrenceState,
    *,
    by: str,
    why: str | None = None,
    now: datetime,
    tell: bool = True,
    pass_on: bool = True,
) -> None:
    """End a date that holds a room: the room is free at once, agenda and takers know, who waits is asked.

    The date is locked, behind its space (`locked`).

    Args:
        tell: whether its takers get a notice of it alone.
        pass_on: whether who waits for the room is asked; not where the palace takes it at once.
    """
    occupancy_id, occurrence.occupancy_id = occurrence.occupancy_id, None
    occurrence.state, occurrence.why = state, why
    occurrence.ended_by, occurrence.ended_at = by, now
    db.session.flush()
    if occupancy_id is not None:
        venues.release(occupancy_id)
    agenda.cancel_for(owner_of(occurrence), [subject_of(occurrence)], now)
    if tell and state in NOTICES:
        tell_all(NOTICES[state], [occurrence], now)
    note("room_ended", subject_of(occurrence), after={"state": state}, why=why, actor=by)
    if pass_on:
        for freed in on_room_freed.values():
            freed(occurrence.space_id, span_of(occurrence))


def locked(of: Reservation) -> list[Occurrence]:
    """Lock who has a reservation, its spaces and its dates, in this order; return the dates as they are."""
    if of.troupe_id is None:
        execute(
            members.LOCK, {"member_id": of.member_id}
        )  # none, who was erased: the rest is there
    else:
        execute(*claims.locking_troupe(of.troupe_id))
    spaces = {one.space_id for one in facts.occurrences_of(of.id)}
    execute(*claims.locking_spaces(spaces))
    return facts.locked_occurrences(of.id)


def cancel(of: Reservation, ids: Collection[int] | None, *, by: str) -> list[Occurrence]:
    """Give back dates of a reservation that have not begun, or (None) all that are to come.

    Cancelling later than the policy allows is a strike, where it says so. Repeating changes nothing.

    Raises:
        AlreadyOver: one of the dates has begun, or was ended otherwise.
    """
    dates = locked(of)
    now = clock.now()
    if ids is None:
        chosen = [one for one in dates if states.may_cancel(one.state, one.starts_at, now)]
    else:
        chosen = [one for one in dates if one.id in ids]
        chosen = [one for one in chosen if one.state is not OccurrenceState.CANCELLED]
        if not all(states.may_cancel(one.state, one.starts_at, now) for one in chosen):
            raise AlreadyOver
    _cancelled(chosen, by, now)
    return chosen


def _cancelled(dates: Sequence[Occurrence], by: str, now: datetime) -> None:
    held = [one for one in dates if one.state is not OccurrenceState.SKIPPED]
    for one in dates:
        taken = one.state is OccurrenceState.CONFIRMED
        _wait_no_more(one, now)
        end(one, OccurrenceState.CANCELLED, by=by, now=now, tell=False)
        if taken:
            _strike(one, now)
    if held:
        tell_all(NOTICES[OccurrenceState.CANCELLED], held, now)


def _wait_no_more(one: Occurrence, now: datetime) -> None:
    """End the wait for a skipped date that is given up, and an offer that is turned down by this."""
    if one.state in (OccurrenceState.SKIPPED, OccurrenceState.OFFERED):
        wait = waits.find_for(one.id)
        if wait:
            wait.state, wait.ended_at = WaitState.LEFT, now
            db.session.flush()


def _strike(one: Occurrence, now: datetime) -> None:
    """Write a strike for a date that was cancelled too late, where the policy has that."""
    figures = figures_of(facts.room(one.space_id).policy)
    if figures.late_cancel_strikes and rules.is_late_to_cancel(one.starts_at, figures, now):
        write_strike(one, LATE, now)
