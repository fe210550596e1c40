"""Who waits for which class, in which order; never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, or_, select
from sqlalchemy.orm import aliased, joinedload, lazyload

from palace.clock import SHANGHAI, day_span
from palace.courses.catalogue import Term
from palace.courses.claims import holds
from palace.courses.models import ClassSession, ClassWait, Enrolment, Offering
from palace.courses.queueing import queue_ends
from palace.courses.states import OfferingState, SessionState, WaitState
from palace.db import db, literally
from palace.errors import NotFound
from palace.members.rules import Known

LIVE = (WaitState.WAITING, WaitState.OFFERED)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where somebody stands who waits: their entry, its place in the queue, their offer's end.

    An offer that is over stands as lapsed, whoever tidies it up. `place` 0: they wait no more.
    """

    wait: ClassWait
    place: int
    state: WaitState
    lapses_at: datetime | None = None


def starts_of(offering_id: int) -> list[datetime]:
    """Return when the sessions of a class begin that are not cancelled, the first one first."""
    wanted = select(ClassSession.starts_at).where(
        ClassSession.offering_id == offering_id, ClassSession.state == SessionState.PLANNED
    )
    return list(db.session.scalars(wanted.order_by(ClassSession.starts_at)))


def over_at(of: Offering, starts: list[datetime], now: datetime) -> datetime:
    """Return when the queue of a class is over; a class that was called off has none any more."""
    _, term_ends = day_span(of.term.last_on)
    if of.state is OfferingState.CANCELLED:
        return now
    sessions = min(of.offer_sessions, of.late_sessions)
    return queue_ends(starts, sessions=sessions, term_ends=term_ends) or term_ends


def live(offering_id: int) -> list[ClassWait]:
    """Return who waits for a class or is offered a place, by their order, locked."""
    wanted = (
        select(ClassWait)
        .where(ClassWait.offering_id == offering_id, ClassWait.state.in_(literally(LIVE)))
        .options(
            lazyload(ClassWait.offering), lazyload(ClassWait.companion)
        )  # one class, read once
        .order_by(ClassWait.id)
        .with_for_update(of=ClassWait, key_share=True)
    )
    return list(db.session.scalars(wanted, execution_options={"populate_existing": True}))


def wait_for(who: Known, code: str) -> ClassWait:
    """Return an entry of a member, their own or of somebody they keep.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    wanted = select(ClassWait).where(ClassWait.code == code, ClassWait.member_id == who.id)
    found = db.session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found


def enrolment_of(wait: ClassWait) -> Enrolment | None:
    """Return the place that waiting ended in; None: it did not."""
    return db.session.get(Enrolment, wait.enrolment_id) if wait.enrolment_id else None


def locked_wait(wait_id: int) -> ClassWait:
    """Return an entry that is known to exist as it stands under its lock."""
    wanted = select(ClassWait).where(ClassWait.id == wait_id)
    locked = wanted.with_for_update(of=ClassWait, key_share=True)
    return db.session.scalars(locked, execution_options={"populate_existing": True}).one()


def find_live(member_id: int, companion_id: int | None, offering_id: int) -> ClassWait | None:
    """Return the live entry of somebody for a class."""
    wanted = select(ClassWait).where(
        ClassWait.offering_id == offering_id,
        ClassWait.member_id == member_id,
        ClassWait.person == (companion_id or 0),
        ClassWait.ended_at.is_(None),
    )
    return db.session.scalars(wanted).first()


def standing_of(wait: ClassWait, now: datetime) -> Standing:
    """Return where an entry stands at an instant."""
    state = _state_at(wait, now)
    return _standing(wait, state, _place(wait) if state is WaitState.WAITING else 0)


def _state_at(wait: ClassWait, now: datetime) -> WaitState:
    lapsed = wait.state is WaitState.OFFERED and wait.lapses_at and wait.lapses_at <= now
    return WaitState.LAPSED if lapsed else wait.state


def _standing(wait: ClassWait, state: WaitState, place: int) -> Standing:
    lapses_at = wait.lapses_at if state is WaitState.OFFERED else None
    return Standing(wait=wait, place=place, state=state, lapses_at=lapses_at)


def queue_of(offering_id: int, now: datetime) -> tuple[list[Standing], list[Standing]]:
    """Return who waits for a class or is offered a place, in order; and who no longer does, newest first."""
    wanted = select(ClassWait).where(ClassWait.offering_id == offering_id)
    rows = db.session.scalars(
        wanted.options(joinedload(ClassWait.member)).order_by(ClassWait.id)
    ).all()
    live: list[Standing] = []
    ended: list[Standing] = []
    place = count(1)
    for wait in rows:
        state = _state_at(wait, now)
        standing = _standing(wait, state, next(place) if state is WaitState.WAITING else 0)
        (live if state in LIVE else ended).append(standing)
    return live, sorted(ended, key=lambda one: one.wait.ended_at or now, reverse=True)


def _place(wait: ClassWait) -> int:
    ahead = _waiting(wait.offering_id).where(ClassWait.id <= wait.id)
    return db.session.scalar(ahead) or 0


def _waiting(offering_id: int) -> Select[int]:
    return select(func.count()).where(
        ClassWait.offering_id == offering_id, ClassWait.state == literally(WaitState.WAITING)
    )


def next_place(offering_id: int) -> int:
    """Return the place that who joins now would have."""
    return (db.session.scalar(_waiting(offering_id)) or 0) + 1


def standings(who: Known, now: datetime) -> list[Standing]:
    """Return where a member, and those they keep, wait or are offered a place, offers first."""
    wanted = select(ClassWait).where(
        ClassWait.member_id == who.id, ClassWait.state.in_(literally(LIVE))
    )
    found = [standing_of(one, now) for one in db.session.scalars(wanted.order_by(ClassWait.id))]
    there = [one for one in found if one.state in LIVE]
    return sorted(there, key=lambda one: (one.state is WaitState.WAITING, one.wait.id))


def due(only: int | None = None) -> list[int]:
    """Return the classes whose queue may move: an offer lapsed, a place is free, or it is over.

    `only`: whether this one is among them.
    """
    wanted = (
        select(ClassWait.offering_id)
        .join(Offering, Offering.id == ClassWait.offering_id)
        .join(Term, Term.id == Offering.term_id)
        .where(ClassWait.state.in_(literally(LIVE)), or_(_lapsed(), _is_free(), _is_over()))
        .distinct()
        .order_by(ClassWait.offering_id)
    )
    if only is not None:
        wanted = wanted.where(ClassWait.offering_id == only)
    return list(db.session.scalars(wanted))


def _lapsed() -> ColumnElement[bool]:
    return and_(
        ClassWait.state == literally(WaitState.OFFERED),
        ClassWait.lapses_at <= func.palace_clock(),
    )


def _is_free() -> ColumnElement[bool]:
    """Return the condition that a place of the class has nobody, and somebody waits."""
    others = aliased(ClassWait)
    held = select(func.count()).where(Enrolment.offering_id == Offering.id, holds())
    offered = select(func.count()).where(
        others.offering_id == Offering.id,
        others.state == literally(WaitState.OFFERED),
        others.lapses_at > func.palace_clock(),
    )
    taken = held.scalar_subquery() + offered.scalar_subquery()
    return and_(ClassWait.state == literally(WaitState.WAITING), taken < Offering.places)


def _is_over() -> ColumnElement[bool]:
    """Return the condition that a queue is over, as `over_at` says."""
    planned = select(func.count()).where(
        ClassSession.offering_id == Offering.id, ClassSession.state == SessionState.PLANNED
    )
    begun = planned.where(ClassSession.starts_at <= func.palace_clock()).scalar_subquery()
    last = func.least(
        Offering.offer_sessions + 1, Offering.late_sessions + 1, planned.scalar_subquery()
    )
    today = cast(func.timezone(SHANGHAI.key, func.palace_clock()), Date)
    return or_(
        Offering.state == OfferingState.CANCELLED,
        Term.last_on < today,
        and_(last > 0, begun >= last),
    )
