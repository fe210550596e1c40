"""The shows that troupes play in: in the days before one a troupe's rehearsals go first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, Date, Integer, bindparam, cast, func, select

from palace.clock import SHANGHAI
from palace.db import db
from palace.programme.models import Performance
from palace.rooms.models import Room, RoomWait, TroupeShow
from palace.rooms.policies import Policy
from palace.troupes.models import Troupe

SHOWS = (
    select(cast(func.timezone(SHANGHAI.key, Performance.starts_at), Date).label("day"))
    .join(TroupeShow, TroupeShow.performance_id == Performance.id)
    .where(
        TroupeShow.troupe_id == bindparam("troupe_id", type_=BigInteger),
        Performance.cancelled_at.is_(None),
        Performance.ends_at > func.palace_clock(),
    )
)


def playing(performance_id: int) -> set[int]:
    """Return the troupes that play in a performance."""
    wanted = select(TroupeShow.troupe_id).where(TroupeShow.performance_id == performance_id)
    return set(db.session.scalars(wanted))


def may_play(performance_id: int, site_id: int) -> Sequence[Troupe]:
    """Return the troupes of a house that there are, and those that play already."""
    mine = Troupe.id.in_(playing(performance_id))
    wanted = select(Troupe).where((Troupe.site_id == site_id) & Troupe.ended_at.is_(None) | mine)
    return db.session.scalars(wanted.order_by(Troupe.kind, Troupe.id)).all()


def go_first(waits: Iterable[RoomWait]) -> set[int]:
    """Return those who wait for a room in the days before a show their troupe plays in, by id."""
    ids = [wait.id for wait in waits if wait.troupe_id is not None]
    show_day = cast(func.timezone(SHANGHAI.key, Performance.starts_at), Date)
    day = cast(func.timezone(SHANGHAI.key, RoomWait.starts_at), Date)
    wanted = (
        select(RoomWait.id)
        .join(TroupeShow, TroupeShow.troupe_id == RoomWait.troupe_id)
        .join(Performance, Performance.id == TroupeShow.performance_id)
        .join(Room, Room.space_id == RoomWait.space_id)
        .join(Policy, Policy.id == Room.policy_id)
        .where(
            RoomWait.id.in_(ids),
            Performance.cancelled_at.is_(None),
            Policy.priority_days > 0,
            day.between(show_day - cast(Policy.priority_days, Integer), show_day),
        )
    )
    return set(db.session.scalars(wanted)) if ids else set()
