"""What a change of dates would be and meet; never writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import func, select

from palace.clock import at
from palace.db import db
from palace.members.rules import Known
from palace.rooms.claims import Taking, days_around
from palace.rooms.models import Occurrence
from palace.rooms.queries.free import holds
from palace.rooms.queries.terms import DATES, counted
from palace.rooms.rules import monday, month
from palace.rooms.series import Scope
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import MINUTE, Facts, Span
from palace.venues.models import Occupancy, Space

CHANGEABLE = (OccurrenceState.PENDING, OccurrenceState.CONFIRMED, OccurrenceState.SKIPPED)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What dates become: `day` where a single one is moved; no space: each keeps its room."""

    scope: Scope
    begins: time
    minutes: int
    people: int
    day: date | None = None
    space_id: int | None = None

    def span(self, one: Occurrence) -> Span:
        """Return the new time of a date."""
        day = self.day or one.day
        starts_at = at(day, self.begins)
        return Span(day=day, starts_at=starts_at, ends_at=starts_at + MINUTE * self.minutes)

    def space(self, one: Occurrence) -> int:
        """Return the new room of a date."""
        return self.space_id or one.space_id

    def changes(self, one: Occurrence) -> bool:
        """Return whether a date is otherwise now."""
        span = self.span(one)
        old = one.starts_at, one.ends_at, one.space_id, one.reservation.people
        return old != (span.starts_at, span.ends_at, self.space(one), self.people)

    def leaves(self, one: Occurrence) -> bool:
        """Return whether a date gives its room back for the time at which it begins now."""
        span = self.span(one)
        return self.space(one) != one.space_id or not span.starts_at <= one.starts_at < span.ends_at


def chosen(
    dates: Sequence[Occurrence], one: Occurrence, scope: Scope, now: datetime
) -> list[Occurrence]:
    """Return the dates of a reservation that a change is about: what has begun or was ended stays."""
    to_come = [each for each in dates if each.state in CHANGEABLE and now < each.starts_at]
    if scope is Scope.ONE:
        return [each for each in to_come if each.id == one.id]
    return [each for each in to_come if scope is Scope.ALL or each.day >= one.day]


def has_day(one: Occurrence, day: date, states: Collection[OccurrenceState]) -> bool:
    """Return whether another date of its reservation has a day, in one of some states."""
    another = select(Occurrence.id).where(
        Occurrence.reservation_id == one.reservation_id,
        Occurrence.id != one.id,
        Occurrence.day == day,
        Occurrence.state.in_(states),
    )
    return db.session.scalars(another.limit(1)).first() is not None


def without(facts: Facts, some: Collection[Occurrence], member: Known) -> Facts:
    """Return what holds for a taker apart from these dates of theirs: they are to be counted anew."""
    counts = set(
        db.session.scalars(
            select(DATES.c.id).where(DATES.c.id.in_([one.id for one in some]), counted())
        )
    )
    by_week, by_month = Counter(facts.by_week), Counter(facts.by_month)
    by_day, of_unit = Counter(facts.member_minutes), Counter(facts.unit_counts)
    for one in (each for each in some if each.id in counts):
        minutes = (one.ends_at - one.starts_at) // MINUTE
        if one.troupe_id is not None:
            by_week[monday(one.day)] -= minutes
            by_month[month(one.day)] -= minutes
        else:
            by_day[one.day] -= minutes
            of_unit[one.day] -= one.unit_id == member.unit_id
    return replace(
        facts, by_week=by_week, by_month=by_month, member_minutes=by_day, unit_counts=of_unit
    )


def met(takings: Sequence[Taking], some: Collection[Occurrence]) -> Iterator[date]:
    """Give the days on which others have the room that a change would take.

    Args:
        some: the dates that are changed; what they have is given back.
    """
    spaces = {taking.room.space_id for taking in takings}
    span = func.lower(Occupancy.during), func.upper(Occupancy.during)
    wanted = (
        select(Space.id, *span)
        .join(Occupancy, Occupancy.atoms.op("&&")(Space.atoms))
        .where(
            Space.id.in_(spaces),
            Occupancy.day.in_(days_around(takings)),
            holds(),
            Occupancy.id.not_in([one.occupancy_id for one in some if one.occupancy_id]),
        )
    )
    uses = db.session.execute(wanted).all()
    for taking in takings:
        if any(
            space_id == taking.room.space_id
            and starts_at < taking.ends_at
            and taking.starts_at < ends_at
            for space_id, starts_at, ends_at in uses
        ):
            yield taking.span.day
