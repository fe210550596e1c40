"""What is offered to who waits, or to who was displaced: made, taken, let go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from palace.clock import SHANGHAI
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member
from palace.members.rules import Known
from palace.members.services import note
from palace.notices import services as notices
from palace.notices.quiet import awake_until
from palace.notices.rules import clock_time
from palace.rooms import claims, rules
from palace.rooms.claims import Taking
from palace.rooms.errors import (
    EquipmentShort,
    Failure,
    NoiseBeside,
    NoOfferYet,
    OfferOver,
    RulesFailed,
)
from palace.rooms.models import Occurrence, RoomWait
from palace.rooms.queries import waits
from palace.rooms.queries.beside import check_beside
from palace.rooms.queries.facts import led_by, locked_occurrence, room
from palace.rooms.queries.terms import facts_of
from palace.rooms.queries.things import check_equipment, wanted_for
from palace.rooms.services.taking import lock, takings_of, wish_of
from palace.rooms.services.telling import leaders_of, tell_taken
from palace.rooms.services.writing import NewDate, written
from palace.rooms.states import OccurrenceState, WaitState
from palace.rooms.wishes import Facts, Figures, RoomFacts, Span, Wish
from palace.security import public_code
from palace.statements import execute
from palace.venues import queries as venues
from palace.venues import services as spaces

THE_PALACE_ASKS = {
    "barred",
    "not_open_yet",
    "window_over",
    "too_late",
    "too_many_ahead",
    "quota_full",
    "series_too_far",
}
"""Rules that do not stand in the way of who takes another room because the palace needs theirs."""


def lock_rooms(space_ids: Collection[int]) -> None:
    """Lock spaces and all that share a part with one of them.

    Raises:
        NotFound: there is no such space.
    """
    if not execute(*claims.locking_spaces(space_ids)):
        raise NotFound


def is_free(wish: Wish, of: RoomFacts) -> bool:
    """Return whether nobody has the room of a wish on its one date, and nobody would hear it."""
    taking = Taking(room=of, span=wish.spans[0], lapses_at=None, decided=True)
    return not waits.is_taken(taking) and _goes(wish, taking)


def _goes(wish: Wish, taking: Taking) -> bool:
    """Return whether it is quiet, or loud, enough next door, and the things are there."""
    try:
        check_beside(wish.purpose, [taking])
        check_equipment(wish.equipment, [taking])
    except (NoiseBeside, EquipmentShort):
        return False
    return True


def make(wait: RoomWait, space_id: int, now: datetime) -> bool:
    """Offer somebody a room they wait for, if it is free and the rules let them take it.

    Behind the locks of the space. The rules are asked again, behind the member's lock, when it is taken.
    """
    taker = _taker_of(wait)
    if taker is None:
        return False
    wish = _wish_of(wait, space_id, taker)
    skipped = locked_occurrence(wait.occurrence_id) if wait.occurrence_id else None
    held = _held(wish, now, in_series=skipped is not None)
    if held is None:
        return False
    use, until = held
    if skipped:
        skipped.state, skipped.occupancy_id = OccurrenceState.OFFERED, use
    offered = skipped or _offered(wish, use, now)
    wait.state, wait.occurrence_id, wait.space_id = WaitState.OFFERED, offered.id, space_id
    db.session.flush()
    tell(wait, "room_offer", now, until=until)
    note("room_offer_made", subject_of(wait), after={"space": wait.space_id}, actor="system")
    return True


def _wish_of(wait: RoomWait, space_id: int, taker: Known) -> Wish:
    """Return what somebody waits for; who left out a date of a series wants the things there as well."""
    date_id = wait.occurrence_id or 0
    return Wish(
        space_id=space_id,
        spans=(span_of_wait(wait),),
        purpose=wait.purpose,
        people=wait.people,
        troupe_id=wait.troupe_id,
        member=taker,
        equipment=wanted_for([date_id])[date_id],
    )


def offer(displaced: Occurrence, space_id: int, span: Span, now: datetime) -> RoomWait | None:
    """Offer another room, or another time, to whom the palace took one from; None: it is not free.

    Behind the locks of `space_id`, taken in one with those of what was displaced. Of several that
    are offered for one date the first one taken ends the others.
    """
    taker = db.session.get_one(Member, displaced.member_id)
    wish = _elsewhere(displaced, space_id, span, taker)
    held = _held(wish, now, in_series=True, displaced=True)
    if held is None:
        return None
    use, until = held
    offered = _offered(wish, use, now, instead_of=displaced.id)
    wait = RoomWait(
        code=public_code(),
        space_id=space_id,
        troupe_id=displaced.troupe_id,
        member_id=displaced.member_id,
        purpose=wish.purpose,
        people=wish.people,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        state=WaitState.OFFERED,
        joined_at=now,
        occurrence_id=offered.id,
    )
    db.session.add(wait)
    db.session.flush()
    tell(wait, "room_instead", now, until=until)
    note("room_offer_made", subject_of(wait), after={"space": space_id}, actor="system")
    return wait


def _offered(wish: Wish, use: int, now: datetime, *, instead_of: int | None = None) -> Occurrence:
    """Write down what is offered, as a reservation of its own."""
    date = NewDate(wish.spans[0], wish.space_id, OccurrenceState.OFFERED, use, instead_of)
    return written(wish, public_code(), [date], now).dates[0]


def _elsewhere(displaced: Occurrence, space_id: int, span: Span, taker: Known) -> Wish:
    return replace(wish_of(displaced, taker), space_id=space_id, spans=(span,))


def _held(
    wish: Wish, now: datetime, *, in_series: bool, displaced: bool = False
) -> tuple[int, datetime] | None:
    """Hold what is offered until the offer's end; return the use and that end, None: it is not free."""
    facts = facts_of(wish, wish.member, wish.space_id, swaps={}, in_series=in_series)
    if failures_of(wish, facts, displaced=displaced):
        return None
    ends = kept_until if displaced else offer_ends
    until = ends(facts.figures, wish.spans[0], now)
    taking = Taking(room=facts.room, span=wish.spans[0], lapses_at=until, decided=False)
    if until <= now or not _goes(wish, taking):
        return None
    use = claims.take([taking])[0]
    return None if use is None else (use, until)


def failures_of(wish: Wish, facts: Facts, *, displaced: bool) -> list[Failure]:
    """Return the rules that stand in the way of an offer."""
    failures = rules.failed_rules(wish, facts)
    return [one for one in failures if not (displaced and one.code in THE_PALACE_ASKS)]


def offer_ends(figures: Figures, span: Span, now: datetime) -> datetime:
    """Return until when an offer may be taken: its minutes do not run at night, nor beyond the start."""
    house = venues.house_rules()
    return awake_until(
        now.astimezone(SHANGHAI),
        timedelta(minutes=figures.offer_minutes),
        span.starts_at,
        quiet_from=clock_time(house.quiet_from),
        quiet_until=clock_time(house.quiet_until),
    )


def kept_until(figures: Figures, span: Span, now: datetime) -> datetime:
    """Return until when a place is kept for whom the palace displaced: no longer than until its start."""
    return min(now + timedelta(hours=figures.displaced_hours), span.starts_at)


def accept(member: Known, wait: RoomWait, *, by: str) -> Occurrence:
    """Take what was offered, as any date is taken; repeating changes nothing.

    Raises:
        NoOfferYet, OfferOver: it is not there, or not any more.
        RulesFailed, NoiseBeside: as whoever takes a room.
    """
    occurrence_id = wait.occurrence_id
    if occurrence_id is None:
        raise NoOfferYet
    wish = wish_of(db.session.get_one(Occurrence, occurrence_id), member)
    lock(wish, [one.space_id for one in waits.beside(wait)])
    wait, offered = waits.locked_wait(wait.id), locked_occurrence(occurrence_id)
    if wait.state is WaitState.TAKEN:
        return offered
    if wait.state is WaitState.WAITING:
        raise NoOfferYet
    if wait.state is not WaitState.OFFERED or waits.lapses_at(wait) is None:
        raise OfferOver
    displaced = offered.instead_of is not None
    in_series = offered.reservation.weeks > 1 or displaced
    facts = facts_of(wish, member, wish.space_id, swaps={}, in_series=in_series)
    failures = failures_of(wish, facts, displaced=displaced)
    if failures:
        raise RulesFailed(failures)
    offered.unit_id = member.unit_id
    _taken(wait, offered, takings_of(wish, facts, wish.spans)[0], facts.now, by=by)
    return offered


def _taken(wait: RoomWait, offered: Occurrence, taking: Taking, now: datetime, *, by: str) -> None:
    check_beside(offered.reservation.purpose, [taking])
    claims.hold_until(offered.occupancy_id or 0, taking.lapses_at)
    offered.state = OccurrenceState.CONFIRMED if taking.decided else OccurrenceState.PENDING
    wait.state, wait.ended_at = WaitState.TAKEN, now
    db.session.flush()
    for other in waits.beside(wait):
        end(other, WaitState.LEFT, now)
    tell_taken(offered.reservation, [offered], now=now)
    note("room_offer_accepted", subject_of(wait), after={"space": wait.space_id}, actor=by)


def end(wait: RoomWait, state: WaitState, now: datetime) -> None:
    """End an entry, and free what it was offered."""
    if wait.state is WaitState.OFFERED and wait.occurrence_id is not None:
        offered, lapsed = locked_occurrence(wait.occurrence_id), state is WaitState.LAPSED
        if offered.state is OccurrenceState.OFFERED:
            _let_go(offered, OccurrenceState.LAPSED if lapsed else OccurrenceState.CANCELLED, now)
    wait.state, wait.ended_at = state, now
    db.session.flush()


def _let_go(offered: Occurrence, state: OccurrenceState, now: datetime) -> None:
    """Free what was offered; the date of a series is a skipped one again."""
    use, offered.occupancy_id = offered.occupancy_id, None
    if offered.reservation.weeks > 1 and offered.instead_of is None:
        offered.state = OccurrenceState.SKIPPED
    else:
        offered.state, offered.ended_by, offered.ended_at = state, "system", now
    db.session.flush()
    if use is not None:
        spaces.release(use)


def _taker_of(wait: RoomWait) -> Member | None:
    """Return for whom something is offered: who joined, or whoever leads the troupe now; None: nobody."""
    member = db.session.get_one(Member, wait.member_id)
    if wait.troupe_id is None or wait.troupe_id in led_by(member.id):
        return member
    leaders = sorted(leaders_of(wait.troupe_id))
    return db.session.get(Member, leaders[0]) if leaders else None


def tell(wait: RoomWait, kind: str, now: datetime, *, until: datetime | None = None) -> None:
    """Tell everybody who may act on an entry: the member, or who leads the troupe."""
    any_of = wait.kind if wait.state is not WaitState.OFFERED else None
    place = any_of or room(wait.space_id).space
    values: dict[str, object] = {
        "place": {"zh": place.name_zh, "en": place.name_en},
        "starts_at": wait.starts_at.isoformat(),
    }
    if until:
        values["until"] = until.isoformat()
    told = {wait.member_id} if wait.troupe_id is None else leaders_of(wait.troupe_id)
    for member_id in sorted(told):
        notices.owe(kind, subject_of(wait), f"member:{member_id}", values, now)


def subject_of(wait: RoomWait) -> str:
    """Return how audit and notices name somebody who waits."""
    return f"room_wait:{wait.id}"


def span_of_wait(wait: RoomWait) -> Span:
    """Return the time that somebody waits for."""
    return waits.span_at(wait.starts_at, wait.ends_at)
