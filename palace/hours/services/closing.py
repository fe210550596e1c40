"""Closing spaces for a time, around whatever is there already, and opening them early."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import Range

from palace.clock import at, palace_day
from palace.db import db
from palace.hours.errors import (
    ClosureBackwards,
    ClosureEnded,
    ClosureTooLong,
    NothingToClose,
    WayChanged,
)
from palace.hours.models import Closure
from palace.hours.queries.closures import (
    InTheWay,
    get_closure,
    in_the_way,
    locked_spaces,
    way_as_seen,
)
from palace.hours.queries.weeks import Sites
from palace.hours.rules import MOST_CLOSED
from palace.members.services import note
from palace.security import public_code
from palace.venues.claims import occupy
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants closed, from when to when, and why."""

    space_ids: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a closure would close, in stretches of palace days, and what is in its way."""

    stretches: list[Stretch]
    taken: list[InTheWay]
    count: int

    @property
    def seen(self) -> str:
        """Return what the form carries of the list it shows."""
        return way_as_seen(self.taken)


def look(wanted: Wanted, now: datetime) -> Looked:
    """Return what would be closed and what is in the way; changes nothing.

    Raises:
        ClosureBackwards, ClosureTooLong: nothing can be closed like this.
    """
    stretches = _stretches(
        max(wanted.starts_at, now.replace(second=0, microsecond=0)), wanted.ends_at
    )
    pairs = len(stretches) * len(wanted.space_ids)
    if not stretches:
        raise ClosureBackwards
    if pairs > MOST_CLOSED:
        raise ClosureTooLong(most=MOST_CLOSED)
    taken = in_the_way(wanted.space_ids, stretches)
    return Looked(stretches=stretches, taken=taken, count=pairs - len(_taken(taken)))


def close(wanted: Wanted, *, seen: str, by: str, now: datetime) -> str:
    """Close what is free of it, and nothing that is taken; return the code of the closure.

    Args:
        seen: what was in the way on the list whoever closes saw (`Looked.seen`).

    Raises:
        ClosureBackwards, ClosureTooLong: nothing can be closed like this.
        WayChanged: something else is in the way by now; nothing is closed.
        NothingToClose: all of it is taken.
    """
    spaces = locked_spaces(wanted.space_ids)
    looked = look(wanted, now)
    if looked.seen != seen:
        raise WayChanged
    if not looked.count:
        raise NothingToClose
    batch, taken, closed = public_code(), _taken(looked.taken), set(_themselves(spaces))
    common = {
        "batch": batch,
        "reason_zh": wanted.reason_zh,
        "reason_en": wanted.reason_en,
        "made_by": by,
        "made_at": now,
    }
    db.session.add_all(
        Closure(
            space_id=space.id,
            occupancy_id=_occupied(space, begins, ends) if space.id in closed else None,
            starts_at=begins,
            ends_at=ends,
            **common,
        )
        for begins, ends in looked.stretches
        for space in spaces
        if (space.id, palace_day(begins)) not in taken
    )
    db.session.flush()
    note(
        "closure_made",
        f"closure:{batch}",
        after={"count": looked.count, "until": wanted.ends_at.isoformat()},
    )
    return batch


def end(batch: str, sites: Sites, now: datetime) -> list[Closure]:
    """Open what a closure still holds or is to hold; return its rows that ended.

    Raises:
        NotFound: there is no such closure at these houses.
        ClosureEnded: nothing of it holds any more.
    """
    locked_spaces([one.id for one in get_closure(batch, sites).spaces])
    rows = [row for row in get_closure(batch, sites).rows if row.stands(now)]
    if not rows:
        raise ClosureEnded
    held = [row.occupancy_id for row in rows if row.occupancy_id]
    for row in rows:
        row.ended_at, row.occupancy_id = now, None
    db.session.flush()
    db.session.execute(delete(Occupancy).where(Occupancy.id.in_(held)))
    note("closure_ended", f"closure:{batch}", after={"count": len(rows)})
    return rows


def _stretches(starts_at: datetime, ends_at: datetime) -> list[Stretch]:
    """Return a time cut at the midnights of the palace."""
    found: list[Stretch] = []
    while starts_at < ends_at and len(found) <= MOST_CLOSED:
        midnight = at(palace_day(starts_at) + timedelta(days=1), time())
        found.append((starts_at, min(midnight, ends_at)))
        starts_at = midnight
    return found


def _taken(found: Iterable[InTheWay]) -> set[tuple[int, date]]:
    return {(one.space_id, one.day) for one in found}


def _themselves(spaces: Sequence[Space]) -> list[int]:
    """Return which of some spaces, the smallest first, are occupied: a whole is closed by a part of it."""
    parts: list[Range[int]] = []
    found = []
    for space in spaces:
        if not any(one.overlaps(other) for one in space.atoms for other in parts):
            parts.extend(space.atoms)
            found.append(space.id)
    return found


def _occupied(space: Space, begins: datetime, ends: datetime) -> int:
    held = occupy(space, Range(begins, ends), Use.CLOSURE)
    if held is None:  # a use that took no lock of the space came between
        raise WayChanged
    return held.id
