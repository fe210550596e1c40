"""What a change of dates asks for, and every rule that it does not keep; nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from palace.members.rules import Known
from palace.rooms import rules
from palace.rooms.claims import Taking
from palace.rooms.errors import Failure
from palace.rooms.models import Occurrence
from palace.rooms.queries import changing
from palace.rooms.queries.changing import Change
from palace.rooms.queries.facts import figures_of, room
from palace.rooms.queries.terms import facts_of
from palace.rooms.queries.things import wanted_for
from palace.rooms.services.taking import takings_of
from palace.rooms.states import HOLDING, OccurrenceState
from palace.rooms.wishes import Wish
from palace.text import N_

STAYS = (*HOLDING, OccurrenceState.SKIPPED, OccurrenceState.MISSED)
NOT_ASKED_AGAIN = {"not_weekly", "too_many_ahead"}
"""A date keeps its own weekday, single ones were moved or cancelled; and there are no more than before."""
OF_ANOTHER_DAY = {"not_open_yet", "window_over"}
"""What is asked of a day that a date did not have before."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A change as the rules see it: the wish it makes, what it would take, and every rule that fails."""

    wish: Wish
    takings: Sequence[Taking]
    failures: Sequence[Failure]
    now: datetime


def judge(member: Known, some: Sequence[Occurrence], wanted: Change) -> Judged:
    """Return what a change of dates asks for; behind the locks it is what will be."""
    of = some[0].reservation
    held = [one for one in some if one.state in HOLDING]
    wish = Wish(
        space_id=wanted.space(held[0] if held else some[0]),
        spans=tuple(wanted.span(one) for one in some),
        purpose=of.purpose,
        people=wanted.people,
        troupe_id=of.troupe_id,
        member=member,
        note=of.note,
        equipment=wanted_for([held[0].id])[held[0].id] if held else {},
    )
    swaps = {wanted.span(one).day: wanted.space(one) for one in some}
    swaps = {day: space_id for day, space_id in swaps.items() if space_id != wish.space_id}
    skips = {wanted.span(one).day for one in some if one not in held}
    facts = changing.without(
        facts_of(wish, member, wish.space_id, swaps=swaps, in_series=of.weeks > 1),
        held,
        member,
    )
    failures = rules.failed_rules(wish, facts, skips=skips) if held else []
    return Judged(
        wish=wish,
        takings=takings_of(wish, facts, rules.left_of(wish, skips)),
        failures=[*_of_change(some, wanted, failures), *_own_of_change(some, wanted, facts.now)],
        now=facts.now,
    )


def _of_change(
    some: Sequence[Occurrence], wanted: Change, failures: Sequence[Failure]
) -> Iterator[Failure]:
    """Give the rules that are asked again of dates that were taken already."""
    kept = {one.day for one in some if wanted.span(one).day == one.day}
    for failure in failures:
        same = failure.code in OF_ANOTHER_DAY and failure.day in kept
        if not same and failure.code not in NOT_ASKED_AGAIN:
            yield failure


def _own_of_change(some: Sequence[Occurrence], wanted: Change, now: datetime) -> Iterator[Failure]:
    """Give the day the reservation has already, and dates whose giving back would be a strike."""
    if wanted.day is not None and changing.has_day(some[0], wanted.day, STAYS):
        yield Failure(
            "day_twice", N_("这份预约那一天已经有一次了，请改到别的日子。"), day=wanted.day
        )
    for one in some:
        figures = figures_of(room(one.space_id).policy)
        counts = one.state is OccurrenceState.CONFIRMED and figures.late_cancel_strikes
        if counts and wanted.leaves(one) and rules.is_late_to_cancel(one.starts_at, figures, now):
            said = N_("已经过了取消的时限，不能再换时间或场地。实在来不了，请取消这一次。")
            yield Failure("moved_late", said, day=wanted.span(one).day)
