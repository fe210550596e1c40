"""Who waits for which room at which time, in which order; never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from palace.clock import palace_day
from palace.db import db, literally
from palace.errors import NotFound
from palace.members.rules import Known
from palace.rooms.claims import Taking
from palace.rooms.models import Occurrence, Room, RoomWait
from palace.rooms.queries import facts
from palace.rooms.queries.free import holds
from palace.rooms.states import OccurrenceState, WaitState
from palace.rooms.wishes import Span
from palace.venues.models import Occupancy, Space

LIVE = (WaitState.WAITING, WaitState.OFFERED)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where somebody stands who waits: their entry, its place in the queue, and their offer's end.

    An offer that is over stands as such, whoever tidies it up. `place` 0: they wait no more.
    """

    wait: RoomWait
    room: Room
    place: int
    state: WaitState
    offered: Occurrence | None = None
    lapses_at: datetime | None = None


def sharing(space_ids: Sequence[int]) -> Select[int]:
    """Return the spaces that share a part with one of these, itself among them."""
    wanted = aliased(Space)
    parts = select(Space.id).join(wanted, Space.atoms.op("&&")(wanted.atoms))
    return parts.where(wanted.id.in_(space_ids))


def at(starts_at: datetime, ends_at: datetime) -> ColumnElement[bool]:
    """Return the condition that somebody waits for a time that meets this one."""
    return and_(RoomWait.starts_at < ends_at, RoomWait.ends_at > starts_at)


def of_kind(space_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that any court of a kind will do, and what shares a part with a space is one."""
    kinds = select(Room.policy_id).where(Room.space_id.in_(sharing(space_ids)))
    return and_(RoomWait.state == literally(WaitState.WAITING), RoomWait.kind_id.in_(kinds))


def around(space_ids: Sequence[int], starts_at: datetime, ends_at: datetime) -> ColumnElement[bool]:
    """Return the condition that somebody waits for what shares a part with spaces, at a time."""
    wanted = or_(RoomWait.space_id.in_(sharing(space_ids)), of_kind(space_ids))
    return and_(wanted, at(starts_at, ends_at))


def live(space_id: int, starts_at: datetime, ends_at: datetime) -> list[RoomWait]:
    """Return who waits around a time for what shares a part with a space, by their order, locked.

    All who wait for its kind are locked, whenever: two courts that come free at once are passed on one
    after the other, in whichever order their hours are looked at.
    """
    there = and_(RoomWait.space_id.in_(sharing([space_id])), at(starts_at, ends_at))
    wanted = (
        select(RoomWait)
        .where(RoomWait.state.in_(literally(LIVE)), or_(there, of_kind([space_id])))
        .order_by(RoomWait.id)
        .with_for_update(of=RoomWait, key_share=True)
    )
    found = db.session.scalars(wanted, execution_options={"populate_existing": True})
    return [one for one in found if one.starts_at < ends_at and starts_at < one.ends_at]


def courts_of(kind_id: int) -> list[int]:
    """Return the spaces of a kind of court that are lent, by id."""
    wanted = select(Room.space_id).where(Room.policy_id == kind_id, Room.bookable)
    return list(db.session.scalars(wanted.order_by(Room.space_id)))


def spaces_of(wait: RoomWait) -> list[int]:
    """Return the spaces any of which somebody waits for."""
    if wait.kind_id is None or wait.state is not WaitState.WAITING:
        return [wait.space_id]
    return courts_of(wait.kind_id)


def for_whom(wait: RoomWait, space_id: int) -> list[int]:
    """Return what of a space that came free, and of its parts, somebody who waits could have."""
    if wait.kind_id is None:
        return [wait.space_id]
    parts = select(Room.space_id).where(
        Room.space_id.in_(sharing([space_id])), Room.policy_id == wait.kind_id, Room.bookable
    )
    return list(db.session.scalars(parts.order_by(Room.space_id)))


def lapses_at(wait: RoomWait) -> datetime | None:
    """Return until when what somebody was offered is held; None: it is over, or there is none."""
    wanted = (
        select(Occupancy.lapses_at)
        .join(Occurrence, Occurrence.occupancy_id == Occupancy.id)
        .where(
            Occurrence.id == wait.occurrence_id,
            Occurrence.state == OccurrenceState.OFFERED,
            holds(),
        )
    )
    return db.session.scalar(wanted)


def theirs(who: Known) -> ColumnElement[bool]:
    """Return the condition that somebody waits: the member alone, or a troupe they lead."""
    alone = and_(RoomWait.troupe_id.is_(None), RoomWait.member_id == who.id)
    return or_(alone, RoomWait.troupe_id.in_(facts.leading(who.id)))


def wait_for(who: Known, code: str) -> RoomWait:
    """Return an entry of a member, or of a troupe they lead.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = db.session.scalars(select(RoomWait).where(RoomWait.code == code, theirs(who))).first()
    if found is None:
        raise NotFound
    return found


def locked_wait(wait_id: int) -> RoomWait:
    """Return an entry that is known to exist as it stands under its lock."""
    wanted = select(RoomWait).where(RoomWait.id == wait_id).with_for_update(key_share=True)
    return db.session.scalars(wanted, execution_options={"populate_existing": True}).one()


def find_live(
    member_id: int, troupe_id: int | None, space_ids: Sequence[int], span: Span
) -> RoomWait | None:
    """Return the live entry that a taker has for one of some rooms around a time."""
    whose = (
        and_(RoomWait.troupe_id.is_(None), RoomWait.member_id == member_id)
        if troupe_id is None
        else RoomWait.troupe_id == troupe_id
    )
    wanted = select(RoomWait).where(
        RoomWait.state.in_(LIVE),
        or_(RoomWait.space_id.in_(space_ids), of_kind(space_ids)),
        at(span.starts_at, span.ends_at),
        whose,
    )
    return db.session.scalars(wanted.order_by(RoomWait.id)).first()


def find_for(occurrence_id: int) -> RoomWait | None:
    """Return the live entry about a date: one that waits for it, or is offered it."""
    wanted = select(RoomWait).where(
        RoomWait.occurrence_id == occurrence_id, RoomWait.state.in_(LIVE)
    )
    return db.session.scalars(wanted).first()


def beside(wait: RoomWait) -> list[RoomWait]:
    """Return the other offers to who was displaced: one of them is taken."""
    own, others = aliased(Occurrence), aliased(Occurrence)
    wanted = (
        select(RoomWait)
        .join(others, others.id == RoomWait.occurrence_id)
        .join(own, own.instead_of == others.instead_of)
        .where(
            own.id == wait.occurrence_id,
            RoomWait.id != wait.id,
            RoomWait.state == WaitState.OFFERED,
        )
        .order_by(RoomWait.id)
    )
    return list(db.session.scalars(wanted))


def is_taken(taking: Taking) -> bool:
    """Return whether anything has a part of a room at the time it would be needed."""
    own = aliased(Space)
    wanted = (
        select(Occupancy.id)
        .join(own, Occupancy.atoms.op("&&")(own.atoms))
        .where(
            own.id == taking.room.space_id,
            Occupancy.during.op("&&")(func.tstzrange(taking.starts_at, taking.ends_at)),
            holds(),
        )
    )
    return db.session.scalars(wanted.limit(1)).first() is not None


def standing_of(wait: RoomWait) -> Standing:
    """Return where an entry stands at this instant."""
    offered = db.session.get(Occurrence, wait.occurrence_id) if wait.occurrence_id else None
    until = lapses_at(wait)
    state = wait.state
    if state is WaitState.OFFERED and until is None:
        state = WaitState.LAPSED
    return Standing(
        wait=wait,
        room=facts.room(wait.space_id),
        place=_place(wait) if state is WaitState.WAITING else 0,
        state=state,
        offered=offered,
        lapses_at=until if state is WaitState.OFFERED else None,
    )


def _place(wait: RoomWait) -> int:
    ahead = select(func.count()).where(
        RoomWait.state.in_(LIVE),
        RoomWait.id <= wait.id,
        around(spaces_of(wait), wait.starts_at, wait.ends_at),
    )
    return db.session.scalar(ahead) or 0


def next_place(space_ids: Sequence[int], span: Span) -> int:
    """Return the place that who joins now would have; who waits for any of several has all before them."""
    there = select(func.count()).where(
        RoomWait.state.in_(LIVE), around(space_ids, span.starts_at, span.ends_at)
    )
    return (db.session.scalar(there) or 0) + 1


def newest(who: Known, space_ids: Sequence[int], span: Span) -> RoomWait | None:
    """Return the newest entry of a member, or of a troupe they lead, for a room at exactly this time."""
    wanted = select(RoomWait).where(
        theirs(who),
        RoomWait.space_id.in_(space_ids),
        RoomWait.starts_at == span.starts_at,
        RoomWait.ends_at == span.ends_at,
    )
    return db.session.scalars(wanted.order_by(RoomWait.id.desc()).limit(1)).first()


def standings(who: Known, now: datetime) -> list[Standing]:
    """Return where a member and the troupes they lead wait or are offered a room, the next date first."""
    wanted = select(RoomWait).where(theirs(who), RoomWait.state.in_(LIVE), RoomWait.starts_at > now)
    found = db.session.scalars(wanted.order_by(RoomWait.starts_at, RoomWait.id))
    all_of_them = [standing_of(wait) for wait in found]
    return [one for one in all_of_them if one.state in LIVE]


def span_at(starts_at: datetime, ends_at: datetime) -> Span:
    """Return a time as the rules have it."""
    return Span(day=palace_day(starts_at), starts_at=starts_at, ends_at=ends_at)
