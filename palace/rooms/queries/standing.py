"""How the dates of a reservation stand just now, whoever has tidied up behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.rooms import rules
from palace.rooms.models import Occurrence
from palace.rooms.rules import OccurrenceState
from palace.venues.models import Occupancy, Space


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A date with its space and its true state; `decided_by` is until when somebody decides about it."""

    occurrence: Occurrence
    space: Space
    state: OccurrenceState
    decided_by: datetime | None

    @property
    def is_taken(self) -> bool:
        """Return whether the room is the taker's without anybody's word."""
        return self.state is OccurrenceState.CONFIRMED

    def may_cancel(self, now: datetime) -> bool:
        """Return whether there is something to give back: it stands, or was skipped, and has not begun."""
        return rules.may_cancel(self.state, self.occurrence.starts_at, now)


def standings_of(reservation_id: int) -> list[Standing]:
    """Return the dates of a reservation in their order, as they stand at the clock."""
    now = clock.now()
    wanted = (
        select(Occurrence, Space, Occupancy.lapses_at)
        .join(Space, Space.id == Occurrence.space_id)
        .outerjoin(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .where(Occurrence.reservation_id == reservation_id)
        .order_by(Occurrence.day, Occurrence.id)
    )
    return [
        _standing(one, space, lapses_at, now)
        for one, space, lapses_at in db.session.execute(wanted)
    ]


def _standing(one: Occurrence, space: Space, lapses_at: datetime | None, now: datetime) -> Standing:
    held = one.occupancy_id is not None and (lapses_at is None or now < lapses_at)
    state = rules.true_state(one.state, held=held, is_over=one.ends_at <= now)
    waits = state is OccurrenceState.PENDING
    return Standing(
        occurrence=one, space=space, state=state, decided_by=lapses_at if waits else None
    )
