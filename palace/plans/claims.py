"""Who has a seat of a performance, read under its lock, before another plan is given to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from palace.db import db
from palace.programme.models import Performance
from palace.tickets.kept import live
from palace.tickets.models import Claim, Order
from palace.venues.models import Seat


@dataclass(frozen=True)
class Taken:
    """A seat somebody has: bought or held by an order, or kept for a reason."""

    seat_id: int | None
    order: str | None
    tier_id: int | None
    kept_for: str | None


def locked_performance(performance_id: int) -> Performance:
    """Return a performance under its lock, read anew."""
    wanted = select(Performance.id).where(Performance.id == performance_id)
    db.session.execute(wanted.with_for_update(key_share=True))
    return db.session.get_one(Performance, performance_id, populate_existing=True)


def taken(performance_id: int, now: datetime) -> list[Taken]:
    """Return the seats of a performance that somebody has, in plan order."""
    wanted = (
        select(Claim.seat_id, Order.code, Claim.tier_id, Claim.kept_for, live(now))
        .join(Seat, Seat.id == Claim.seat_id)
        .outerjoin(Order, Order.id == Claim.order_id)
        .where(Claim.performance_id == performance_id, or_(live(now), Claim.kept_until > now))
        .order_by(Seat.ordinal)
    )
    return [
        Taken(seat_id, order, tier_id, None) if is_live else Taken(seat_id, None, None, kept_for)
        for seat_id, order, tier_id, kept_for, is_live in db.session.execute(wanted)
    ]


def count_seats(plan_id: int) -> int:
    """Return how many seats a plan has."""
    return db.session.scalars(select(func.count()).where(Seat.plan_id == plan_id)).one()
