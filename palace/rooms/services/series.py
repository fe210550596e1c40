"""Taking a room every week, exactly on the dates that were shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from palace import clock
from palace.members.rules import Known
from palace.rooms import rules
from palace.rooms.errors import Failure, NoiseBeside, RulesFailed
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries import series as queries
from palace.rooms.queries import waits
from palace.rooms.queries.facts import occurrence_for, occurrences_of
from palace.rooms.queries.free import Search, find_free
from palace.rooms.queries.series import Asked, Bounds
from palace.rooms.queries.terms import facts_of
from palace.rooms.series import Candidate, Choice, Planned, Proposal, plan, propose, settle
from palace.rooms.services.offering import accept
from palace.rooms.services.taking import add_back, reserve, span_of
from palace.rooms.services.waiting import wait_for_skipped
from palace.rooms.states import OccurrenceState, WaitState
from palace.rooms.timetable import Place
from palace.rooms.wishes import Wish
from palace.text import N_

SWAP = "swap"
"""Dates without a choice go to the best other room; those that no room has are left out."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A series as far as it is said, and what there is to choose from.

    `failures`, `to_decide`: what the rules say of it, where every date is settled.
    """

    asked: Asked
    rooms: Mapping[int, Place]
    times: Sequence[time]
    days: Sequence[date]
    proposals: Sequence[Proposal] = ()
    planned: Sequence[Planned] = ()
    failures: Sequence[Failure] = ()
    to_decide: int = 0

    @property
    def room(self) -> Place | None:
        """Return the room that was chosen."""
        return self.rooms[self.asked.space_id] if self.asked.space_id else None

    @property
    def is_open(self) -> bool:
        """Return whether a date still waits for a choice."""
        return any(one.choice is None for one in self.planned)

    @property
    def choices(self) -> list[Choice]:
        """Return what the dates shall be that are settled."""
        return [one.choice for one in self.planned if one.choice]


def show(
    asked: Asked,
    rooms: Mapping[int, Place],
    within: Bounds,
    troupe_id: int,
    member: Known,
    *,
    noisy: Collection[date] = (),
    taken: str | None = None,
) -> Shown:
    """Return a series as far as it is said, as things stand now.

    Args:
        rooms: what the troupe may take at its house, by space.
        noisy: dates on which what was chosen would disturb its neighbours, or they it.
        taken: what becomes of the dates without a choice: "swap", "skip", or none is made.
    """
    now = clock.now()
    days = queries.dates(asked, within, now)
    found = queries.candidates(asked, rooms, days, now)
    found = [_heard(one, asked, noisy) for one in found]
    own = next((one for one in found if one.space_id == asked.space_id), None)
    planned = plan(own, found, days, asked.choices) if own else []
    if own and taken:
        settled = {one.day: one for one in settle(planned, swap=taken == SWAP)}
        planned = plan(own, found, days, settled)
    weekdays = queries.weekdays(asked, within)
    shown = Shown(
        asked=replace(asked, space_id=own.space_id if own else None),
        rooms=rooms,
        times=queries.begins(list(rooms.values()), weekdays, asked.minutes),
        days=days,
        proposals=propose(found, days),
        planned=planned,
    )
    return _judged(shown, troupe_id, member) if own and not shown.is_open else shown


def _heard(one: Candidate, asked: Asked, noisy: Collection[date]) -> Candidate:
    """Return a room without those of the noisy dates that were to be held in it."""
    chosen = {day: asked.choices.get(day, Choice(day, asked.space_id)).space_id for day in noisy}
    lost = {day for day, space_id in chosen.items() if space_id == one.space_id}
    told = dict.fromkeys(lost, NoiseBeside.code)
    return replace(one, free=one.free - lost, taken={**one.taken, **told})


def _judged(shown: Shown, troupe_id: int, member: Known) -> Shown:
    """Return a settled series with what the rules say of it, before anybody sends it."""
    choices = shown.choices
    wish = wish_of(shown.asked, choices, troupe_id, member)
    swaps = {one.day: one.space_id for one in choices if one.space_id}
    skips = {one.day for one in choices if one.space_id is None}
    told = facts_of(wish, member, wish.space_id, swaps=swaps, in_series=True)
    failures = rules.failed_rules(wish, told, skips=skips)
    to_decide = rules.must_decide(wish, told, rules.left_of(wish, skips))
    return replace(shown, failures=failures, to_decide=len(to_decide))


def wish_of(asked: Asked, choices: Collection[Choice], troupe_id: int, member: Known) -> Wish:
    """Return the wish of a series on the dates that were shown, those left out among them."""
    return Wish(
        space_id=asked.space_id or 0,
        spans=tuple(asked.span(choice.day) for choice in choices),
        purpose=asked.purpose,
        people=asked.people,
        troupe_id=troupe_id,
        member=member,
    )


def take_weekly(
    wish: Wish, choices: Collection[Choice], *, by: str, key: str | None = None
) -> Reservation:
    """Take a room on the dates that were shown, some in other rooms, or nothing at all.

    Who leads the troupe hears of each date that was left out when it comes free.

    Raises:
        RulesFailed, NoiseBeside, Taken: as `reserve`; nothing is kept then.
        KeyReused: the key was used for another series.
    """
    if not choices:
        raise RulesFailed([Failure("no_dates", N_("请至少约一天。"))])
    reservation = reserve(
        wish,
        swaps={one.day: one.space_id for one in choices if one.space_id},
        skips={one.day for one in choices if one.space_id is None},
        by=by,
        key=key,
    )
    dates = occurrences_of(reservation.id)
    skipped = [one for one in dates if one.state is OccurrenceState.SKIPPED]
    wait_for_taken(skipped, reservation.created_at)
    return reservation


def wait_for_taken(skipped: Sequence[Occurrence], now: datetime) -> None:
    """Wait for the skipped dates that others have; one that is free was left out on purpose."""
    for space_id in sorted({one.space_id for one in skipped}):
        there = [one for one in skipped if one.space_id == space_id]
        spans = [span_of(one) for one in there]
        for found in find_free(Search(spans=spans, space_ids=[space_id])):
            for one in there:
                if one.day in found.taken:
                    wait_for_skipped(one, now)


def add_skipped(member: Known, occurrence_id: int, *, by: str) -> Occurrence:
    """Take a skipped date after all; where it is offered to who waits for it, that is accepted.

    Raises:
        NotFound: it is not theirs.
        NotSkipped, OfferOver: it has been taken already, or the offer is over.
        RulesFailed, NoiseBeside, Taken: as `reserve`.
    """
    one = occurrence_for(member, occurrence_id)
    wait = waits.find_for(one.id)
    if wait and wait.state is WaitState.OFFERED:
        accept(member, wait, by=by)
        return occurrence_for(member, occurrence_id)
    return add_back(member, occurrence_id, by=by)
