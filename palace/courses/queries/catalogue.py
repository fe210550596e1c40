"""What is taught and how many places are left: the catalogue and one class as everybody sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select

from palace.clock import SHANGHAI
from palace.courses.catalogue import Course, Subject, Term
from palace.courses.claims import taken_in
from palace.courses.models import ClassSession, Offering
from palace.courses.queries.facts import public_offerings
from palace.courses.rules import Taken, free_places, is_kept, late_until
from palace.courses.states import Channel, OfferingState, SessionState
from palace.db import db, table_of
from palace.statements import execute
from palace.venues.models import Site

SESSIONS = table_of(ClassSession).c
SATURDAY, EVENING = 6, 17
IDS = bindparam("ids", type_=ARRAY(BigInteger))


class Stands(StrEnum):
    """How a class stands to who would enrol."""

    SOON = "soon"
    FREE = "free"
    FEW = "few"
    KEPT = "kept"
    FULL = "full"
    OVER = "over"
    CANCELLED = "cancelled"


class When(StrEnum):
    """When people have time: by day in the week, in the evening, at weekends."""

    DAY = "day"
    EVENING = "evening"
    WEEKEND = "weekend"


FEW = 5


@dataclass(frozen=True, kw_only=True)
class Stub:
    """A class with its times and how many places are given out, at one instant.

    `starts` and `ends` are those of its planned sessions, in their order.
    """

    offering: Offering
    starts: Sequence[datetime]
    ends: Sequence[datetime]
    taken: Taken
    now: datetime

    @property
    def kept(self) -> int:
        """Return how many places are kept for who comes in person, now."""
        return self.offering.in_person if is_kept(self.offering.in_person_until, self.now) else 0

    def free(self, channel: Channel = Channel.ONLINE) -> int:
        """Return how many places may be taken this way now; none, where others wait for them."""
        free = free_places(self.offering.places, self.kept, self.taken, channel)
        return 0 if self.taken.waiting and channel is Channel.ONLINE else free

    @property
    def left(self) -> int:
        """Return how many places may be taken online now."""
        return self.free()

    @property
    def left_in_person(self) -> int:
        """Return how many places may be taken in person now."""
        return self.free(Channel.COUNTER)

    @property
    def opens_at(self) -> datetime:
        """Return from when members enrol."""
        return self.offering.opens_at or self.offering.term.opens_at

    @property
    def public_opens_at(self) -> datetime | None:
        """Return from when others enrol; None: never."""
        if self.offering.public_fee is None:
            return None
        return max(self.opens_at, self.offering.term.public_opens_at)

    @property
    def closes_at(self) -> datetime:
        """Return until when anybody enrols: the term's end of it, or too many sessions are over."""
        last = max(self.ends, default=None)
        late = late_until(self.starts, last, self.offering.late_sessions)
        return min(self.offering.term.closes_at, late) if late else self.offering.term.closes_at

    @property
    def stands(self) -> Stands:
        """Return how it stands to who would enrol online."""
        if self.offering.state is OfferingState.CANCELLED:
            return Stands.CANCELLED
        if self.now < self.opens_at:
            return Stands.SOON
        if self.now >= self.closes_at:
            return Stands.OVER
        if not self.left:
            return Stands.KEPT if self.kept and self.free(Channel.COUNTER) else Stands.FULL
        return Stands.FEW if self.left <= FEW else Stands.FREE

    @property
    def weekdays(self) -> Sequence[int]:
        """Return on which weekdays it is, 1 being Monday."""
        return sorted({one.astimezone(SHANGHAI).isoweekday() for one in self.starts})

    @property
    def when(self) -> set[When]:
        """Return at which times of a week it is."""
        return {_when(one.astimezone(SHANGHAI)) for one in self.starts}


def _when(here: datetime) -> When:
    if here.isoweekday() >= SATURDAY:
        return When.WEEKEND
    return When.EVENING if here.hour >= EVENING else When.DAY


def terms(now: datetime) -> list[Term]:
    """Return the terms that are shown and not over, those that are enrolled in first."""
    wanted = select(Term).where(Term.shown_at <= now).order_by(Term.first_on.desc(), Term.id.desc())
    found = list(db.session.scalars(wanted))
    live = [one for one in found if now.astimezone(SHANGHAI).date() <= one.last_on]
    return live or found[:1]


def subjects() -> list[Subject]:
    """Return what courses are about, in the order people look for them."""
    return list(db.session.scalars(select(Subject).order_by(Subject.position)))


def sites() -> dict[int, Site]:
    """Return the houses by id."""
    return {one.id: one for one in db.session.scalars(select(Site))}


def stubs(term_ids: Iterable[int], now: datetime) -> list[Stub]:
    """Return the classes of terms that everybody sees, by course."""
    wanted = public_offerings().where(Offering.term_id.in_(sorted(term_ids)))
    found = db.session.scalars(wanted.order_by(Course.subject, Course.title_zh, Offering.id))
    return stubs_of(list(found), now)


def stubs_of(offerings: Sequence[Offering], now: datetime) -> list[Stub]:
    """Return classes with their times and places."""
    if not offerings:
        return []
    ids = [one.id for one in offerings]
    given, times = taken_in(ids), {row.offering_id: row for row in execute(TIMES, {"ids": ids})}
    return [_stub(one, given[one.id], times.get(one.id), now) for one in offerings]


def _stub(offering: Offering, given: Taken, times: Any, now: datetime) -> Stub:
    """Return a class with its times, where any are planned."""
    return Stub(
        offering=offering,
        starts=times.starts if times else [],
        ends=times.ends if times else [],
        taken=given,
        now=now,
    )


def fitting(
    found: Iterable[Stub], *, subject: str | None, when: When | None, free: bool
) -> list[Stub]:
    """Return the classes of a subject, at a time of the week, that have a place."""
    return [
        one
        for one in found
        if (subject is None or one.offering.course.subject == subject)
        and (when is None or when in one.when)
        and (not free or one.stands in (Stands.FREE, Stands.FEW, Stands.SOON))
    ]


def parallel(offering: Offering, now: datetime) -> list[Stub]:
    """Return the other classes of the same course in the same term, for the same fees."""
    wanted = public_offerings().where(
        Offering.course_id == offering.course_id,
        Offering.term_id == offering.term_id,
        Offering.id != offering.id,
        Offering.state == OfferingState.PUBLISHED,
    )
    found = [
        one for one in db.session.scalars(wanted.order_by(Offering.id)) if same_fees(offering, one)
    ]
    return stubs_of(found, now)


def same_fees(one: Offering, other: Offering) -> bool:
    """Return whether two classes cost the same."""
    fees = ("member_fee", "public_fee", "material_fee")
    return all(getattr(one, name) == getattr(other, name) for name in fees)


TIMES = (
    select(
        SESSIONS.offering_id,
        func.array_agg(func.distinct(SESSIONS.starts_at)).label("starts"),
        func.array_agg(func.distinct(SESSIONS.ends_at)).label("ends"),
    )
    .where(SESSIONS.offering_id == func.any(IDS), SESSIONS.state == SessionState.PLANNED.value)
    .group_by(SESSIONS.offering_id)
)
