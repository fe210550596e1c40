"""A performance at the desk, what is kept of it, and what is left to keep."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from palace.db import db
from palace.errors import NotFound
from palace.programme.models import Opening, Performance, Quota
from palace.programme.rules import Scope
from palace.tickets.kept import live
from palace.tickets.models import Claim
from palace.venues import queries as venues
from palace.venues.rules import PlanSeat

Sites = Collection[int] | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """Seats or places that are kept alike: for whom, why, until when; `bought` are somebody's by now.

    `id` is the first of its claims, which names the group to who lets it go.
    """

    id: int
    key: str
    why: str | None
    until: datetime
    seats: Sequence[PlanSeat]
    count: int
    bought: int


def get_performance(performance_id: int, sites: Sites) -> Performance:
    """Return a performance of these houses (None: of any), published or not.

    Raises:
        NotFound: there is none, or it is another house's.
    """
    found = db.session.get(Performance, performance_id)
    if found is None or (sites is not None and found.space.site_id not in sites):
        raise NotFound
    return found


def lock(performance: Performance) -> None:
    """Lock a performance until the transaction ends and read it anew."""
    db.session.refresh(performance, with_for_update={"key_share": True, "of": Performance})


def openings_of(performance: Performance) -> list[Opening]:
    """Return the openings of a performance before the public one."""
    wanted = select(Opening).where(Opening.performance_id == performance.id)
    return list(db.session.scalars(wanted.order_by(Opening.id)))


def plan_seats(performance: Performance) -> Sequence[PlanSeat]:
    """Return the seats of a performance in plan order; none where people have places by number."""
    return venues.seats(performance.plan_id) if performance.plan_id else ()


def groups(performance: Performance, now: datetime) -> list[Group]:
    """Return what is kept of a performance, the earliest release first."""
    bought = live(now)
    wanted = (
        select(
            func.min(Claim.id).label("id"),
            Claim.kept_for,
            Claim.kept_why,
            Claim.kept_until,
            func.array_agg(Claim.seat_id).filter(~bought).label("seats"),
            func.count().filter(~bought).label("unsold"),
            func.count().filter(bought).label("bought"),
        )
        .where(Claim.performance_id == performance.id, Claim.kept_until > now)
        .group_by(Claim.kept_for, Claim.kept_why, Claim.kept_until)
        .order_by(Claim.kept_until, func.min(Claim.id))
    )
    by_id = {seat.id: seat for seat in plan_seats(performance)}
    return [
        Group(
            id=row.id,
            key=row.kept_for,
            why=row.kept_why,
            until=row.kept_until,
            seats=sorted(
                (by_id[seat] for seat in row.seats or () if seat in by_id),
                key=lambda seat: seat.ordinal,
            ),
            count=row.unsold,
            bought=row.bought,
        )
        for row in db.session.execute(wanted)
    ]


def group_of(performance: Performance, claim_id: int, now: datetime) -> Group | None:
    """Return the group that is named by its first claim; None: there is no such group any more."""
    return next((one for one in groups(performance, now) if one.id == claim_id), None)


def places_left(performance: Performance, now: datetime) -> int:
    """Return how many places without seats nobody has and nothing keeps; true behind the quotas' lock."""
    of_house = (Quota.performance_id == performance.id, Quota.scope == Scope.HOUSE)
    seats = db.session.scalar(select(func.min(Quota.seats)).where(*of_house))
    gone = select(func.count()).where(
        Claim.performance_id == performance.id, live(now) | (Claim.kept_until > now)
    )
    return max(0, (seats or 0) - (db.session.scalar(gone) or 0))
