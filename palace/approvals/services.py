"""Passing dates that wait, or refusing them, and letting go those nobody decided about in time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from palace import clock
from palace.approvals.errors import NothingWaits, OwnReservation
from palace.db import db
from palace.members.services import note
from palace.rooms import rules
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries import facts
from palace.rooms.services import end, locked, span_of, tell_all, tell_taken
from palace.rooms.services.telling import leaders_of
from palace.rooms.states import OccurrenceState
from palace.venues.models import Occupancy

SYSTEM = "system"


def decide(
    of: Reservation,
    ids: Collection[int],
    *,
    passed: bool,
    why: str,
    by: str,
    sites: Collection[int] | None = None,
) -> list[Occurrence]:
    """Pass dates of a reservation, or refuse them; those not named go on waiting.

    Args:
        sites: the houses whose rooms they decide about; None: all.

    Raises:
        OwnReservation: who decides is who asked, or leads the troupe.
        NothingWaits: one of the dates does not wait, or not for them; nothing is decided then.
    """
    if by in _takers(of):
        raise OwnReservation
    chosen = [one for one in locked(of) if one.id in ids]
    now = clock.now()
    theirs = sites is None or all(facts.room(one.space_id).space.site_id in sites for one in chosen)
    if not (chosen and theirs and all(_waits(one, now) for one in chosen)):
        raise NothingWaits
    for one in chosen:
        one.decided_by, one.decided_at = by, now
        if passed:
            _pass(one)
    if passed:
        tell_taken(of, chosen, now=now)
    else:
        _refuse(chosen, why, by, now)
    note(
        "room_decided",
        f"reservation:{of.id}",
        after={"passed": passed, "dates": len(chosen)},
        why=why or None,
        actor=by,
    )
    return chosen


def _takers(of: Reservation) -> set[str]:
    """Return who acts for whoever has a reservation, as the audit names them."""
    leading = set() if of.troupe_id is None else leaders_of(of.troupe_id)
    return {f"member:{member_id}" for member_id in {of.member_id, *leading}}


def _waits(one: Occurrence, now: datetime) -> bool:
    if one.state is not OccurrenceState.PENDING or one.occupancy_id is None:
        return False
    lapses_at = db.session.get_one(Occupancy, one.occupancy_id, populate_existing=True).lapses_at
    return lapses_at is not None and now < lapses_at


def _pass(one: Occurrence) -> None:
    """Make a date its taker's: from now on the room waits for somebody to sign in."""
    figures = facts.figures_of(facts.room(one.space_id).policy)
    held = db.session.get_one(Occupancy, one.occupancy_id)
    held.lapses_at = rules.sign_in_by(span_of(one), figures)
    one.state = OccurrenceState.CONFIRMED
    db.session.flush()


def _refuse(chosen: Sequence[Occurrence], why: str, by: str, now: datetime) -> None:
    for one in chosen:
        end(one, OccurrenceState.REFUSED, by=by, why=why, now=now, tell=False)
    tell_all("room_refused", chosen, now)


def let_lapse(of: Reservation) -> int:
    """End the dates nobody decided about in time, and say so; return how many.

    Their rooms were free from that instant: this only writes it down.
    """
    dates, now = locked(of), clock.now()
    over = [one for one in dates if one.state is OccurrenceState.PENDING and not _waits(one, now)]
    for one in over:
        end(one, OccurrenceState.LAPSED, by=SYSTEM, now=now, tell=False)
    if over:
        tell_all("room_lapsed", over, now)
    return len(over)
