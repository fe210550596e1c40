"""Giving everybody their seat on another plan: bookings stand still, claims and tickets move together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import aliased

from palace.db import db
from palace.programme.models import Performance
from palace.tickets.claims import live
from palace.tickets.models import Claim, Order, Ticket
from palace.venues.models import Seat

STAND_STILL = text("LOCK TABLE claims IN EXCLUSIVE MODE")
"""Waits for every booking under way, and lets nobody begin to take, confirm or give up one until we commit.

The first lock of all: whoever has written a claim holds locks we do not ask for, whoever has not waits
for the table. So nobody waits in a circle, and no claim on the old plan appears behind our back.
"""


@dataclass(frozen=True)
class Taken:
    """A seat somebody has: bought or held by an order, or kept for a reason."""

    seat_id: int | None
    order: str | None
    tier_id: int | None
    kept_for: str | None


def stand_still() -> None:
    """Let bookings under way end and new ones wait until this transaction ends."""
    db.session.execute(STAND_STILL)


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


def seat_anew(performance_id: int, plan_id: int) -> int:
    """Point claims and tickets of a performance to seats of the same codes on a plan; count the claims."""
    old, new = aliased(Seat), aliased(Seat)
    count = 0
    for model, more in ((Claim, {"zone": new.zone}), (Ticket, {})):
        moved = (
            update(model)
            .where(
                model.performance_id == performance_id,
                old.id == model.seat_id,
                new.code == old.code,
                new.plan_id == plan_id,
                old.plan_id != plan_id,
            )
            .values(seat_id=new.id, **more)
            .returning(model.id)
            .execution_options(synchronize_session=False)
        )
        rows: Sequence[Any] = db.session.execute(moved).all()
        count += len(rows) if model is Claim else 0
    db.session.expire_all()
    return count


def count_seats(plan_id: int) -> int:
    """Return how many seats a plan has."""
    return db.session.scalars(select(func.count()).where(Seat.plan_id == plan_id)).one()
