"""Closures: those that hold or come, one of them, and what is in the way of a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import aliased

from palace.clock import palace_day
from palace.db import db
from palace.errors import NotFound
from palace.hours.models import Closure
from palace.hours.queries.weeks import Sites
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use

Pair = tuple[int, date]


@dataclass(frozen=True, kw_only=True)
class Closed:
    """One closure as people read it: its rows, their spaces, and from when to when."""

    batch: str
    rows: list[Closure] = field(default_factory=list)
    spaces: list[Space] = field(default_factory=list)

    @property
    def first(self) -> Closure:
        """Return the row it begins with: its reason is everybody's."""
        return self.rows[0]

    @property
    def starts_at(self) -> datetime:
        """Return when it begins."""
        return min(row.starts_at for row in self.rows)

    @property
    def ends_at(self) -> datetime:
        """Return when it ends, if nobody ends it before."""
        return max(row.ends_at for row in self.rows)

    @property
    def last_moment(self) -> datetime:
        """Return an instant of its last day."""
        return self.ends_at - datetime.resolution

    def stands(self, now: datetime) -> bool:
        """Return whether anything of it holds or is to come."""
        return any(row.stands(now) for row in self.rows)

    def days_of(self, space_id: int) -> int:
        """Return on how many days it closes a space."""
        return len({palace_day(row.starts_at) for row in self.rows if row.space_id == space_id})


@dataclass(frozen=True, kw_only=True)
class InTheWay:
    """A use that holds part of a space on a day somebody would close it."""

    space_id: int
    day: date
    occupancy_id: int
    use: Use
    during: Range[datetime]


def coming_closures(sites: Sites, now: datetime) -> list[Closed]:
    """Return the closures of houses that hold or come, the next first."""
    wanted = select(Closure, Space).join(Space, Space.id == Closure.space_id)
    standing = wanted.where(Closure.ended_at.is_(None), Closure.ends_at > now)
    if sites is not None:
        standing = standing.where(Space.site_id.in_(sites))
    found = db.session.execute(standing.order_by(Closure.starts_at, Closure.id)).unique()
    return _gathered((row, space) for row, space in found)


def get_closure(batch: str, sites: Sites) -> Closed:
    """Return a closure of these houses.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Closure, Space).join(Space, Space.id == Closure.space_id)
    of_batch = wanted.where(Closure.batch == batch).order_by(Closure.starts_at, Closure.id)
    fresh = of_batch.execution_options(populate_existing=True)
    found = _gathered((row, space) for row, space in db.session.execute(fresh).unique())
    if not found or (
        sites is not None and any(one.site_id not in sites for one in found[0].spaces)
    ):
        raise NotFound
    return found[0]


def _gathered(found: Iterable[tuple[Closure, Space]]) -> list[Closed]:
    closures: dict[str, Closed] = {}
    for row, space in found:
        closed = closures.setdefault(row.batch, Closed(batch=row.batch))
        closed.rows.append(row)
        if space not in closed.spaces:
            closed.spaces.append(space)
    return list(closures.values())


def in_the_way(
    space_ids: Collection[int], stretches: Sequence[tuple[datetime, datetime]]
) -> list[InTheWay]:
    """Return what holds any part of these spaces meanwhile, by space and day: theirs, a whole's, a part's."""
    if not stretches:
        return []
    space = aliased(Space)
    span = Range(stretches[0][0], stretches[-1][1])
    wanted = (
        select(space.id, Occupancy.id, Occupancy.use, Occupancy.during)
        .join(Occupancy, Occupancy.atoms.op("&&")(space.atoms))
        .where(
            space.id.in_(space_ids),
            Occupancy.during.op("&&")(span),
            or_(Occupancy.lapses_at.is_(None), Occupancy.lapses_at > func.palace_clock()),
        )
        .order_by(func.lower(Occupancy.during), space.id, Occupancy.id)
    )
    return [
        InTheWay(
            space_id=space_id,
            day=palace_day(begins),
            occupancy_id=occupancy_id,
            use=use,
            during=during,
        )
        for space_id, occupancy_id, use, during in db.session.execute(wanted)
        for begins, ends in stretches
        if during.overlaps(Range(begins, ends))
    ]


def way_as_seen(found: Iterable[InTheWay]) -> str:
    """Return what a form carries of a list of what is in the way."""
    told = sorted(f"{one.space_id} {one.day} {one.occupancy_id}" for one in found)
    return hashlib.blake2s("\n".join(told).encode(), digest_size=12).hexdigest()


def locked_spaces(space_ids: Collection[int]) -> list[Space]:
    """Return these spaces, the smallest first; they and all that share a part are locked in id order."""
    chosen = aliased(Space)
    sharing = select(Space.id).where(
        select(chosen.id)
        .where(chosen.id.in_(space_ids), chosen.atoms.op("&&")(Space.atoms))
        .exists()
    )
    db.session.execute(sharing.order_by(Space.id).with_for_update(key_share=True))
    wanted = select(Space).where(Space.id.in_(space_ids))
    return sorted(db.session.scalars(wanted).unique(), key=lambda one: (_size(one), one.id))


def _size(space: Space) -> int:
    return sum((part.upper or 0) - (part.lower or 0) for part in space.atoms)
