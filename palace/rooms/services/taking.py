"""Taking a room, once or every week: all of the dates that were agreed to, or none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from palace import commands
from palace.db import db
from palace.errors import NotFound
from palace.members import queries as members
from palace.members.rules import Known
from palace.members.services import note, noting
from palace.rooms import claims, rules
from palace.rooms.claims import Taking
from palace.rooms.errors import NotSkipped, RulesFailed, Taken
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries import facts as facts_queries
from palace.rooms.queries.beside import check_beside
from palace.rooms.queries.terms import facts_of
from palace.rooms.queries.things import check_equipment, wanted_for
from palace.rooms.services.telling import tell_taken
from palace.rooms.services.writing import NewDate, written
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import Facts, Span, Wish
from palace.security import public_code
from palace.statements import Question, execute_all

on_room_wanted: dict[str, Callable[[Wish, Sequence[Taking]], None]] = {}
"""What sees to it that others come first before rooms are taken, behind their locks."""


def reserve(
    wish: Wish,
    *,
    swaps: Mapping[date, int] | None = None,
    skips: Collection[date] = frozenset(),
    by: str,
    key: str | None = None,
) -> Reservation:
    """Take a room on every date of a wish that is not skipped, some dates in other rooms, or nothing.

    Dates that somebody has to decide about are held until then; the others are the taker's at once.

    Args:
        swaps: by date, the space that is taken instead of the wish's.
        skips: dates the taker agreed to do without; they are kept as such and can be added later.
        by: who does it, as the audit names them.
        key: what the command is known by; a repeat gets the first reservation.

    Raises:
        NotFound: a space is not lent.
        RulesFailed: with every rule that failed.
        NoiseBeside, EquipmentShort, Taken: others have the room, the quiet or the things; nothing is kept.
        KeyReused: the key was used for another wish.
    """
    swaps = {day: of for day, of in (swaps or {}).items() if day not in skips}
    code = public_code()
    first = _locked(wish, swaps, skips, code, by=by, key=key)
    if first != code:
        return facts_queries.reservation_for(wish.member, first)
    in_series = len(rules.left_of(wish, skips)) > 1
    facts = facts_of(wish, wish.member, wish.space_id, swaps=swaps, in_series=in_series)
    if failures := rules.failed_rules(wish, facts, skips=skips):
        raise RulesFailed(failures)
    takings = takings_of(wish, facts, rules.left_of(wish, skips))
    held = take(wish, takings)
    made = written(wish, code, _dates(takings, held) + _skipped(wish, skips), facts.now)
    skipped = len(made.dates) - len(takings)
    line = noting(
        "room_reserved",
        f"reservation:{made.reservation.id}",
        after={"space": wish.space_id, "dates": len(takings), "skipped": skipped},
        actor=by,
    )
    tell_taken(*made, now=facts.now, beside=[line])
    return made.reservation


def _locked(
    wish: Wish,
    swaps: Mapping[date, int],
    skips: Collection[date],
    code: str,
    *,
    by: str,
    key: str | None,
) -> str:
    """Take the locks of a wish, behind its key's; return the code of the reservation the key made."""
    spans = [(swaps.get(span.day, wish.space_id), span) for span in rules.left_of(wish, skips)]
    body = repr((_body(wish), sorted(swaps.items()), sorted(skips)))
    taking = commands.taking(by, "reserve", key or code, body=body, answer=code)
    locks = _locks(wish, swaps.values())
    taken, found, *_, had = execute_all(taking, *locks, claims.asking_had(spans))
    if not found:
        raise NotFound
    first = commands.first_of(taking, taken)
    if had and first == code:  # the key is new, the room is not free
        raise Taken([row.day for row in had])
    return first


def lock(wish: Wish, also: Collection[int] = ()) -> None:
    """Take the locks of a wish, and those of other spaces; its counts are true from here on.

    Raises:
        NotFound: its member was erased meanwhile.
    """
    found, *_ = execute_all(*_locks(wish, also))
    if not found:
        raise NotFound


def _locks(wish: Wish, swapped: Collection[int]) -> list[Question]:
    """Return the locks of a wish in their order: member, troupe or unit, spaces."""
    locks: list[Question] = [(members.LOCK, {"member_id": wish.member.id})]
    if wish.troupe_id is not None:
        locks.append(claims.locking_troupe(wish.troupe_id))
    elif wish.member.unit_id is not None:
        locks.append(claims.locking_unit(wish.member.unit_id))
    return [*locks, claims.locking_spaces({wish.space_id, *swapped})]


def _body(wish: Wish) -> tuple[object, ...]:
    """Return what makes two wishes of a member the same."""
    things = sorted(wish.equipment.items())
    return wish.space_id, wish.spans, wish.purpose, wish.people, wish.troupe_id, wish.note, things


def takings_of(wish: Wish, facts: Facts, spans: Sequence[Span]) -> list[Taking]:
    """Return what is to be taken for some dates of a wish, and how long it is held."""
    to_decide = rules.must_decide(wish, facts, spans)
    return [
        Taking(
            room=room,
            span=span,
            lapses_at=rules.decide_by(span, room.figures, facts.now)
            if span.day in to_decide
            else rules.sign_in_by(span, room.figures),
            decided=span.day not in to_decide,
        )
        for span in spans
        for room in [facts.room_on(span.day)]
    ]


def take(wish: Wish, takings: Sequence[Taking]) -> list[int]:
    """Take rooms and things behind their locks; return the occupancies in the order of the dates.

    Raises:
        NoiseBeside, EquipmentShort, Taken.
    """
    let_others_first(wish, takings)
    return take_now(wish, takings)


def let_others_first(wish: Wish, takings: Sequence[Taking]) -> None:
    """Let those who wait for what is free of a wish have it first."""
    for wanted in on_room_wanted.values():
        wanted(wish, takings)


def take_now(wish: Wish, takings: Sequence[Taking]) -> list[int]:
    """Take rooms and things, whoever waits; otherwise as `take`."""
    check_beside(wish.purpose, takings)
    check_equipment(wish.equipment, takings)
    held = claims.take(takings)
    lost = [taking.span.day for taking, use in zip(takings, held, strict=True) if use is None]
    if lost:
        raise Taken(lost)
    return [use for use in held if use is not None]


def _dates(takings: Sequence[Taking], held: Sequence[int]) -> list[NewDate]:
    return [
        NewDate(
            taking.span,
            taking.room.space_id,
            OccurrenceState.CONFIRMED if taking.decided else OccurrenceState.PENDING,
            use,
        )
        for taking, use in zip(takings, held, strict=True)
    ]


def _skipped(wish: Wish, skips: Collection[date]) -> list[NewDate]:
    return [
        NewDate(span, wish.space_id, OccurrenceState.SKIPPED)
        for span in wish.spans
        if span.day in skips
    ]


def span_of(one: Occurrence) -> Span:
    """Return the people's time of a date."""
    return Span(day=one.day, starts_at=one.starts_at, ends_at=one.ends_at)


def wish_of(one: Occurrence, member: Known) -> Wish:
    """Return the wish of one date of a reservation, as somebody would take it now."""
    of = one.reservation
    return Wish(
        space_id=one.space_id,
        spans=(span_of(one),),
        purpose=of.purpose,
        people=of.people,
        troupe_id=of.troupe_id,
        member=member,
        note=of.note,
        equipment=wanted_for([one.id])[one.id],
    )


def add_back(member: Known, occurrence_id: int, *, by: str) -> Occurrence:
    """Take a date after all that was skipped when its series was taken.

    Raises:
        NotFound: it is not theirs.
        NotSkipped: it has been taken already.
        RulesFailed, NoiseBeside, EquipmentShort, Taken: as `reserve`.
    """
    wish = wish_of(facts_queries.occurrence_for(member, occurrence_id), member)
    lock(wish)
    one = facts_queries.locked_occurrence(occurrence_id)
    if one.state is not OccurrenceState.SKIPPED:
        raise NotSkipped
    facts = facts_of(wish, member, wish.space_id, swaps={}, in_series=True)
    if failures := rules.failed_rules(wish, facts):
        raise RulesFailed(failures)
    takings = takings_of(wish, facts, wish.spans)
    one.occupancy_id, one.unit_id = take(wish, takings)[0], member.unit_id
    one.state = OccurrenceState.CONFIRMED if takings[0].decided else OccurrenceState.PENDING
    db.session.flush()
    tell_taken(one.reservation, [one], now=facts.now)
    note("room_added_back", f"occurrence:{one.id}", after={"state": one.state}, actor=by)
    return one
