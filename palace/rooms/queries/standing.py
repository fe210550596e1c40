"""How the dates of a reservation stand just now, whoever has tidied up behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from palace.clock import NOW
from palace.rooms import states
from palace.rooms.models import Occurrence
from palace.rooms.states import OccurrenceState
from palace.statements import execute_all
from palace.venues.models import Occupancy, Space


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A date, where it is, and its true state; `decided_by` is until when somebody decides about it."""

    id: int
    space_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    state: OccurrenceState
    why: str | None
    name_zh: str
    name_en: str
    decided_by: datetime | None

    def may_cancel(self, now: datetime) -> bool:
        """Return whether there is something to give back: it stands, or was skipped, and has not begun."""
        return states.may_cancel(self.state, self.starts_at, now)


def standings_of(reservation_id: int) -> list[Standing]:
    """Return the dates of a reservation in their order, as they stand at the clock."""
    clock, dates = execute_all((NOW, {}), (DATES, {"reservation_id": reservation_id}))
    return [_standing(row._asdict(), clock[0][0]) for row in dates]


def _standing(row: dict[str, Any], now: datetime) -> Standing:
    lapses_at, use, ends_at = row.pop("lapses_at"), row.pop("occupancy_id"), row["ends_at"]
    left = row.pop("left_at") is not None  # before the start: then all of it was given back
    held = left or (use is not None and (lapses_at is None or now < lapses_at))
    state = states.true_state(row.pop("state"), held=held, is_over=ends_at <= now)
    waits = state is OccurrenceState.PENDING
    return Standing(**row, state=state, decided_by=lapses_at if waits else None)


DATES = (
    select(
        Occurrence.id,
        Occurrence.space_id,
        Occurrence.day,
        Occurrence.starts_at,
        Occurrence.ends_at,
        Occurrence.state,
        Occurrence.why,
        Occurrence.left_at,
        Occurrence.occupancy_id,
        Space.name_zh,
        Space.name_en,
        Occupancy.lapses_at,
    )
    .join(Space, Space.id == Occurrence.space_id)
    .outerjoin(Occupancy, Occupancy.id == Occurrence.occupancy_id)
    .where(Occurrence.reservation_id == bindparam("reservation_id", type_=BigInteger))
    .order_by(Occurrence.day, Occurrence.id)
)
