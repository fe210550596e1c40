"""Waiting for a room at a time: who joined first is offered it, and strangers come after.

Nothing true hangs on when `pass_on` runs: an offer is over at its end by the clock, and before anybody
takes a room that somebody waits for, it is passed on (`before_others`). All of it happens behind the
locks of the room's space and of all that share a part with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.rooms import rules
from palace.rooms.claims import Taking
from palace.rooms.errors import AlreadyWaiting, NothingToWaitFor, RulesFailed
from palace.rooms.models import Occurrence, RoomWait
from palace.rooms.queries import waits
from palace.rooms.queries.shows import go_first
from palace.rooms.queries.terms import facts_of
from palace.rooms.queries.wanted import wanted_among
from palace.rooms.services import offering
from palace.rooms.services.offering import span_of_wait, subject_of
from palace.rooms.services.taking import lock
from palace.rooms.states import OccurrenceState, WaitState
from palace.rooms.wishes import Span, Wish
from palace.security import public_code

SYSTEM = "system"
BUFFERS = timedelta(hours=8)
"""What lies between two uses at most: clearing the one and setting up the other, four hours each."""


def join(wish: Wish, *, kind_id: int | None = None, by: str) -> RoomWait:
    """Let a member, or a troupe by its leader, wait for a room on one date; repeating changes nothing.

    Args:
        kind_id: the kind of the room, where any court of it will do.

    Raises:
        NotFound: the space is not lent.
        RulesFailed: they could not take it if it were free.
        AlreadyWaiting: they wait for the room, or one of its kind, at a time that overlaps.
        NothingToWaitFor: it, or one of its kind, is free.
    """
    span = wish.spans[0]
    spaces = waits.courts_of(kind_id) if kind_id else [wish.space_id]
    lock(wish, spaces)
    facts = facts_of(wish, wish.member, wish.space_id, swaps={}, in_series=False)
    failures = rules.failed_rules(wish, facts)
    if failures:
        raise RulesFailed(failures)
    for space_id in spaces:
        pass_on(space_id, span)
    waiting = waits.find_live(wish.member.id, wish.troupe_id, spaces, span)
    if waiting:
        asked = (span.starts_at, span.ends_at, kind_id)
        if (waiting.starts_at, waiting.ends_at, waiting.kind_id) != asked:
            raise AlreadyWaiting(starts_at=waiting.starts_at, ends_at=waiting.ends_at)
        return waiting
    if any(_could_take(replace(wish, space_id=space_id)) for space_id in spaces):
        raise NothingToWaitFor
    return _joined(wish, span, facts.now, kind_id=kind_id, by=by)


def _could_take(wish: Wish) -> bool:
    """Return whether the room of a wish is free and no rule of its own stands in the way."""
    facts = facts_of(wish, wish.member, wish.space_id, swaps={}, in_series=False)
    return offering.is_free(wish, facts.room) and not rules.failed_rules(wish, facts)


def _joined(wish: Wish, span: Span, now: datetime, *, kind_id: int | None, by: str) -> RoomWait:
    wait = RoomWait(
        code=public_code(),
        kind_id=kind_id,
        space_id=wish.space_id,
        troupe_id=wish.troupe_id,
        member_id=wish.member.id,
        purpose=wish.purpose,
        people=wish.people,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        state=WaitState.WAITING,
        joined_at=now,
    )
    db.session.add(wait)
    db.session.flush()
    note("room_wait_joined", subject_of(wait), after={"space": wish.space_id}, actor=by)
    return wait


def wait_for_skipped(skipped: Occurrence, now: datetime) -> RoomWait:
    """Let whoever skipped a date of a series wait for it: when it is theirs to add, they are told."""
    waiting = waits.find_for(skipped.id)
    if waiting:
        return waiting
    of = skipped.reservation
    wait = RoomWait(
        code=public_code(),
        space_id=skipped.space_id,
        troupe_id=skipped.troupe_id,
        member_id=of.member_id,
        purpose=of.purpose,
        people=of.people,
        starts_at=skipped.starts_at,
        ends_at=skipped.ends_at,
        state=WaitState.WAITING,
        joined_at=now,
        occurrence_id=skipped.id,
    )
    db.session.add(wait)
    db.session.flush()
    return wait


def leave(wait: RoomWait, *, by: str) -> RoomWait:
    """Wait no longer; who is offered the room gives it up. Repeating changes nothing."""
    offering.lock_rooms(waits.courts_of(wait.kind_id) if wait.kind_id else [wait.space_id])
    wait, now = waits.locked_wait(wait.id), clock.now()
    if wait.state not in waits.LIVE:
        return wait
    offering.end(wait, WaitState.LEFT, now)
    note("room_wait_left", subject_of(wait), after={"space": wait.space_id}, actor=by)
    pass_on(wait.space_id, span_of_wait(wait))
    return wait


def pass_on(space_id: int, span: Span) -> int:
    """End offers that are over and offer what is free around a time, by the order of joining.

    Who rehearses for a show of the palace comes first.

    Behind the locks of the space; returns how many offers were made.
    """
    entries = waits.live(space_id, span.starts_at - BUFFERS, span.ends_at + BUFFERS)
    return _passed_on(entries, space_id)


def room_freed(space_id: int, span: Span) -> None:
    """Offer what came free to who waits; wired into whatever ends a date."""
    pass_on(space_id, span)


def _passed_on(entries: Sequence[RoomWait], space_id: int) -> int:
    now = clock.now()
    for wait in entries:
        if wait.state is WaitState.OFFERED and waits.lapses_at(wait) is None:
            offering.end(wait, WaitState.LAPSED, now)
            _note_over(wait, now)
        elif wait.state is WaitState.WAITING and _is_over(wait, now):
            offering.end(wait, WaitState.OVER, now)
            _note_over(wait, now)
    first = go_first(entries)
    in_turn = sorted(entries, key=lambda wait: (wait.id not in first, wait.id))
    return sum(
        any(offering.make(wait, of, now) for of in waits.for_whom(wait, space_id))
        for wait in in_turn
        if wait.state is WaitState.WAITING
    )


def _is_over(wait: RoomWait, now: datetime) -> bool:
    """Return whether nobody waits any more: it has begun, or the skipped date was added or given up."""
    if wait.starts_at <= now:
        return True
    if wait.occurrence_id is None:
        return False
    return db.session.get_one(Occurrence, wait.occurrence_id).state is not OccurrenceState.SKIPPED


def before_others(wish: Wish, takings: Sequence[Taking]) -> None:
    """Pass on what is about to be taken, so that who waits comes first; wired into taking.

    Who takes what they wait for themselves does so in their turn: behind those before them, before
    those behind. What they were offered is theirs.
    """
    for taking in wanted_among(takings):
        space_id = taking.room.space_id
        now = clock.now()
        entries = waits.live(space_id, taking.starts_at, taking.ends_at)
        own = next((one for one in entries if _is_of(one, wish)), None)
        if own is None:
            _passed_on(entries, space_id)
            continue
        _passed_on([one for one in entries if one.id < own.id], space_id)
        if own.state in waits.LIVE:
            offering.end(own, WaitState.TAKEN, now)


def _is_of(wait: RoomWait, wish: Wish) -> bool:
    if wish.troupe_id is not None or wait.troupe_id is not None:
        return wait.troupe_id == wish.troupe_id
    return wait.member_id == wish.member.id


def _note_over(wait: RoomWait, now: datetime) -> None:
    offering.tell(wait, "room_wait_over", now)
    note("room_wait_ended", subject_of(wait), after={"space": wait.space_id}, actor=SYSTEM)


def tend(space_id: int, span: Span) -> int:
    """Pass on where nobody looked: what the worker and pages do of themselves."""
    offering.lock_rooms([space_id])
    return pass_on(space_id, span)
