"""Reads of what waits for a decision, by its deadline, and of what was decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from palace.db import db, literally
from palace.errors import NotFound
from palace.rooms.models import Occurrence, Purpose, Reservation, Room
from palace.rooms.queries import facts
from palace.rooms.queries.standing import Standing, standings_of
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import Approval
from palace.troupes.models import Troupe
from palace.venues.models import Occupancy, Space


@dataclass(frozen=True)
class Asked:
    """A reservation with its troupe and room, and its dates that wait."""

    reservation: Reservation
    troupe: Troupe | None
    space: Space
    count: int
    first_at: datetime
    decide_by: datetime


def waits() -> ColumnElement[bool]:
    """Return what says that a date waits for a decision at this instant."""
    return and_(
        Occurrence.state == literally(OccurrenceState.PENDING),
        Occupancy.lapses_at > func.palace_clock(),
    )


def _asked(sites: Collection[int] | None) -> Select[int, int, datetime, datetime | None]:
    wanted = (
        select(
            Occurrence.reservation_id,
            func.count(),
            func.min(Occurrence.starts_at),
            func.min(Occupancy.lapses_at),
        )
        .join(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .where(waits())
        .group_by(Occurrence.reservation_id)
    )
    if sites is not None:
        wanted = wanted.where(_within(sites))
    return wanted


def asked(sites: Collection[int] | None) -> list[Asked]:
    """Return what waits at some houses (None: at all), the nearest deadline first."""
    of = _asked(sites).subquery()
    number, count, first_at, decide_by = of.c
    wanted = (
        select(Reservation, Troupe, Space, count, first_at, decide_by)
        .join_from(Reservation, of, number == Reservation.id)
        .join(Space, Space.id == Reservation.space_id)
        .outerjoin(Troupe, Troupe.id == Reservation.troupe_id)
        .order_by(decide_by, Reservation.id)
    )
    return [Asked(*row) for row in db.session.execute(wanted).unique()]


def asked_count(sites: Collection[int] | None) -> tuple[int, datetime | None]:
    """Return how many reservations wait at some houses, and by when the first must be decided."""
    of = _asked(sites).subquery()
    count, first_by = db.session.execute(select(func.count(), func.min(of.c[3]))).one()
    return count, first_by


def reservation_at(code: str, sites: Collection[int] | None) -> Reservation:
    """Return a reservation with a date at one of some houses (None: at any).

    Raises:
        NotFound: there is none of this code there.
    """
    wanted = select(Reservation).where(Reservation.code == code)
    if sites is not None:
        wanted = wanted.where(
            exists().where(Occurrence.reservation_id == Reservation.id, _within(sites))
        )
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def _within(sites: Collection[int]) -> ColumnElement[bool]:
    return Occurrence.space_id.in_(select(Space.id).where(Space.site_id.in_(sites)))


def waiting_dates(reservation_id: int, sites: Collection[int] | None) -> Sequence[Occurrence]:
    """Return the dates of a reservation that wait at some houses (None: at all), in order."""
    wanted = (
        select(Occurrence)
        .join(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .where(Occurrence.reservation_id == reservation_id, waits())
    )
    if sites is not None:
        wanted = wanted.where(_within(sites))
    return db.session.scalars(wanted.order_by(Occurrence.starts_at)).all()


def undecided() -> list[int]:
    """Return the reservations with dates that nobody decided about in time."""
    wanted = (
        select(Occurrence.reservation_id)
        .outerjoin(Occupancy, Occupancy.id == Occurrence.occupancy_id)
        .where(
            Occurrence.state == literally(OccurrenceState.PENDING),
            or_(Occupancy.id.is_(None), Occupancy.lapses_at <= func.palace_clock()),
        )
        .distinct()
        .order_by(Occurrence.reservation_id)
    )
    return list(db.session.scalars(wanted))


@dataclass(frozen=True)
class Shown:
    """A reservation as who decides reads it: whose, where, what for, why it waits, every date."""

    reservation: Reservation
    room: Room
    purpose: Purpose
    troupe: Troupe | None
    dates: Sequence[Standing]

    @property
    def marked(self) -> bool:
        """Return whether every use of the room is decided about, not only what goes beyond a quota."""
        return self.room.approval or self.room.policy.approval is Approval.ALWAYS


def shown(of: Reservation) -> Shown:
    """Return what stands on the page of who decides."""
    return Shown(
        reservation=of,
        room=facts.room(of.space_id),
        purpose=db.session.get_one(Purpose, of.purpose),
        troupe=db.session.get(Troupe, of.troupe_id) if of.troupe_id else None,
        dates=standings_of(of.id),
    )
