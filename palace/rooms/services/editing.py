"""Changing dates of a reservation: one, this and the following, or all to come; all of it or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from palace import clock
from palace.agenda import services as agenda
from palace.db import db
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import note
from palace.notices import services as notices
from palace.notices.rules import changed
from palace.rooms import claims
from palace.rooms.claims import Taking
from palace.rooms.errors import (
    AlreadyOver,
    DatesChanged,
    ReservationUnchanged,
    RulesFailed,
)
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries import changing, waits
from palace.rooms.queries import facts as facts_queries
from palace.rooms.queries.changing import Change
from palace.rooms.series import WEEK, Scope
from palace.rooms.services.ending import on_room_freed
from palace.rooms.services.judging import STAYS, Judged, judge
from palace.rooms.services.series import wait_for_taken
from palace.rooms.services.taking import let_others_first, span_of, take_now
from palace.rooms.services.telling import dated, owner_of, subject_of, told, values_of
from palace.rooms.services.waiting import leave
from palace.rooms.states import HOLDING, OccurrenceState
from palace.rooms.wishes import Span
from palace.security import public_code
from palace.statements import Question, execute, execute_all
from palace.venues import services as venues


def change(
    member: Known,
    occurrence_id: int,
    wanted: Change,
    *,
    shown: Collection[int] | None = None,
    by: str,
) -> Reservation:
    """Give dates of a reservation another time, room or head count; return where they are now.

    The old hours are given back and the new ones taken in one transaction, by the rules of a new
    reservation. Dates that were cancelled stay so. Where others stay as they are, the changed ones go
    on as a reservation that follows theirs.

    Args:
        shown: the dates the change was shown for, by id; None: whatever they are.

    Raises:
        NotFound: it is not theirs, or the room is not lent.
        AlreadyOver: no date is left to change.
        DatesChanged: they are not those that were shown.
        ReservationUnchanged: it is so already.
        RulesFailed, NoiseBeside, EquipmentShort, Taken: nothing is changed then.
    """
    one = facts_queries.occurrence_for(member, occurrence_id)
    dates = _locked(member, one.reservation, wanted)
    some = changing.chosen(dates, one, wanted.scope, clock.now())
    _check_as_shown(some, wanted, shown)
    judged = judge(member, some, wanted)
    if judged.failures:
        raise RulesFailed(judged.failures)
    old = {each.id: (span_of(each), each.space_id) for each in some}
    let_others_first(judged.wish, judged.takings)
    _release(some)
    took = _taken(judged)
    of = _reservation(one.reservation, dates, some, wanted, judged.now)
    for each in some:
        _rewrite(each, of, wanted, took)
        each.unit_id = member.unit_id
    db.session.flush()
    _tell(some, old, judged.now)
    _wait_anew([each for each in some if each.state is OccurrenceState.SKIPPED], judged.now, by)
    note(
        "room_changed",
        f"reservation:{of.id}",
        after={"dates": len(some), "space": judged.wish.space_id},
        actor=by,
    )
    _pass_on(old)
    return of


def _locked(member: Known, of: Reservation, wanted: Change) -> list[Occurrence]:
    """Lock who changes it, its troupe or unit, its old and its new rooms, and its dates."""
    locks: list[Question] = [(members.LOCK, {"member_id": member.id})]
    if of.troupe_id is not None:
        locks.append(claims.locking_troupe(of.troupe_id))
    elif member.unit_id is not None:
        locks.append(claims.locking_unit(member.unit_id))
    execute_all(*locks)
    spaces = {one.space_id for one in facts_queries.occurrences_of(of.id)}
    execute(*claims.locking_spaces(spaces | ({wanted.space_id} if wanted.space_id else set())))
    return facts_queries.locked_occurrences(of.id)


def _check_as_shown(
    some: Sequence[Occurrence], wanted: Change, shown: Collection[int] | None
) -> None:
    if not some:
        raise AlreadyOver
    if shown is not None and {one.id for one in some} != set(shown):
        raise DatesChanged
    if not any(wanted.changes(one) for one in some):
        raise ReservationUnchanged


def _release(some: Sequence[Occurrence]) -> None:
    """Give back the hours that dates have, for them to take others."""
    for one in some:
        occupancy_id, one.occupancy_id = one.occupancy_id, None
        db.session.flush()
        if occupancy_id is not None:
            venues.release(occupancy_id)


def _taken(judged: Judged) -> dict[date, tuple[Taking, int]]:
    """Take the hours a change asks for; return them by day, each with what holds it."""
    uses = take_now(judged.wish, judged.takings) if judged.takings else []
    return {
        taking.span.day: (taking, use) for taking, use in zip(judged.takings, uses, strict=True)
    }


def _reservation(
    of: Reservation,
    dates: Sequence[Occurrence],
    some: Sequence[Occurrence],
    wanted: Change,
    now: datetime,
) -> Reservation:
    """Return the reservation that changed dates belong to: a new one where others stay as they are.

    A single date with another time or room stays an exception in its series.
    """
    stays = [one for one in dates if one not in some and one.state in STAYS]
    if not stays:
        _reword(of, some, wanted)
        return of
    if len(some) == 1 and wanted.scope is Scope.ONE and wanted.people == of.people:
        return of
    follows = Reservation(
        code=public_code(),
        troupe_id=of.troupe_id,
        member_id=of.member_id,
        unit_id=of.unit_id,
        purpose=of.purpose,
        note=of.note,
        follows_id=of.id,
        created_at=now,
    )
    _reword(follows, some, wanted)
    db.session.add(follows)
    db.session.flush()
    last = max(one.day for one in stays)
    of.weeks = max(1, (last - of.first_on) // WEEK + 1)
    return follows


def _reword(of: Reservation, some: Sequence[Occurrence], wanted: Change) -> None:
    """Give a reservation the wish its dates have now."""
    days = sorted(wanted.span(one).day for one in some)
    of.space_id = wanted.space(some[0])
    of.people, of.begins, of.minutes = wanted.people, wanted.begins, wanted.minutes
    of.first_on, of.weeks = days[0], (days[-1] - days[0]) // WEEK + 1


def _rewrite(
    one: Occurrence, of: Reservation, wanted: Change, took: Mapping[date, tuple[Taking, int]]
) -> None:
    """Give a date its new time and room, and where it has one, what it holds."""
    span = wanted.span(one)
    one.reservation, one.reservation_id = of, of.id
    one.day, one.starts_at, one.ends_at = span.day, span.starts_at, span.ends_at
    one.space_id = wanted.space(one)
    if one.state is OccurrenceState.SKIPPED:
        return
    taking, one.occupancy_id = took[span.day]
    one.state = OccurrenceState.CONFIRMED if taking.decided else OccurrenceState.PENDING
    one.decided_by = one.decided_at = one.why = None
    one.arrived_at = one.arrived_by = one.kept_at = None


def _tell(some: Sequence[Occurrence], old: Mapping[int, tuple[Span, int]], now: datetime) -> None:
    """Bring the agenda up to date, and tell everybody who leads the troupe what it was and is now."""
    held = [one for one in some if one.state in HOLDING]
    for one in held:
        agenda.put_for(owner_of(one), dated(one), now, one.space_id)
    if not held:
        return
    first = held[0]
    span, space_id = old[first.id]
    place = facts_queries.room(space_id).space
    new = values_of(held)
    values = new | {
        "place": changed({"zh": place.name_zh, "en": place.name_en}, new["place"]),
        "starts_at": changed(span.starts_at.isoformat(), new["starts_at"]),
    }
    subject = f"{subject_of(first)}:{now:%Y%m%d%H%M%S%f}"
    for member_id in sorted(told(first)):
        notices.owe("room_changed", subject, f"member:{member_id}", values, now)


def _wait_anew(skipped: Sequence[Occurrence], now: datetime, by: str) -> None:
    """Wait for skipped dates at their new time instead of the old one."""
    for one in skipped:
        wait = waits.find_for(one.id)
        if wait:
            leave(wait, by=by)
    wait_for_taken(skipped, now)


def _pass_on(old: Mapping[int, tuple[Span, int]]) -> None:
    """Let whoever waits have the hours that were given back."""
    for span, space_id in old.values():
        for freed in on_room_freed.values():
            freed(space_id, span)
