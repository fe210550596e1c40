"""In which order people are offered what comes free, and until when: plain values in, decision out.

The order is that of joining, strictly. Who does not fit what is free just now is passed by and keeps
their place: nothing stays empty while somebody further down would take it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from palace.notices.quiet import awake_until
from palace.tickets.neighbours import best_sets, wheelchair_sets
from palace.venues.rules import PlanSeat, SeatType
from palace.waiting.errors import NoOfferYet, OfferOver


class WaitState(StrEnum):
    """Where somebody who waits stands; the last five are ends."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"
    OVER = "over"


LIVE = (WaitState.WAITING, WaitState.OFFERED)


class PassedWhy(StrEnum):
    """Why somebody was passed by when others behind them were offered places."""

    NOT_ENOUGH = "not_enough"
    NOT_TOGETHER = "not_together"
    RULES = "rules"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody waits for: how many, next to each other or not, fewer too, in a zone or anywhere.

    `wheelchair`: the first of them is for a wheelchair.
    """

    count: int
    together: bool = True
    fewer: bool = False
    zone: str | None = None
    wheelchair: bool = False

    def counts(self) -> Iterator[int]:
        """Yield how many places would do, the most wished for first."""
        yield self.count
        if self.fewer:
            yield from range(self.count - 1, 0, -1)


@dataclass
class Room:
    """How many places the quotas of a show still have: in the house, and by zone; None: no limit."""

    house: int | None = None
    zones: dict[str, int] = field(default_factory=dict)

    def has(self, zones: Sequence[str]) -> bool:
        """Return whether places in these zones would fit."""
        if self.house is not None and self.house < len(zones):
            return False
        return all(self.zones.get(zone, len(zones)) >= zones.count(zone) for zone in set(zones))

    def take(self, zones: Sequence[str]) -> None:
        """Count places as taken."""
        if self.house is not None:
            self.house -= len(zones)
        for zone in zones:
            if zone in self.zones:
                self.zones[zone] -= 1


@dataclass(frozen=True, kw_only=True)
class OfferTimes:
    """The house's figures of an offer: minutes by how near the show is; nobody is woken in quiet hours."""

    minutes: int
    near_hours: int
    near_minutes: int
    last_hours: int
    last_minutes: int
    quiet_from: time
    quiet_until: time

    def span(self, ahead: timedelta) -> timedelta:
        """Return how long an offer holds that is made so long before the show."""
        if ahead <= timedelta(hours=self.last_hours):
            return timedelta(minutes=self.last_minutes)
        if ahead <= timedelta(hours=self.near_hours):
            return timedelta(minutes=self.near_minutes)
        return timedelta(minutes=self.minutes)


def seats_for(wanted: Wanted, free: Sequence[PlanSeat], count: int) -> list[PlanSeat]:
    """Return `count` free seats that serve a wish, the best of them, or none; neighbours come first.

    Args:
        free: free seats in plan order.
    """
    fitting = [seat for seat in free if wanted.zone in (None, seat.zone)]
    neighbours = best_sets(fitting, count, 1)
    if neighbours:
        return neighbours[0]
    if wanted.together or len(fitting) < count:
        return []
    return sorted(
        sorted(fitting, key=lambda seat: seat.score)[:count], key=lambda seat: seat.ordinal
    )


def wheelchair_seats_for(wanted: Wanted, free: Sequence[PlanSeat], count: int) -> list[PlanSeat]:
    """Return a free wheelchair place with seats for who comes along, its companion's first, or none.

    Seats that stand beside it come first; who takes seats apart gets the others elsewhere.

    Args:
        free: free seats of every type in plan order.
    """
    fitting = [seat for seat in free if wanted.zone in (None, seat.zone)]
    near = next(
        (sets[0] for n in range(count, 0, -1) if (sets := wheelchair_sets(fitting, n, 1))), []
    )
    if len(near) == count or not near or wanted.together:
        return near if len(near) == count else []
    others = [seat for seat in fitting if seat.type is SeatType.SEAT and seat not in near]
    more = sorted(others, key=lambda seat: seat.score)[: count - len(near)]
    return sorted(near + more, key=lambda seat: seat.ordinal) if len(near + more) == count else []


def why_passed(wanted: Wanted, free: Sequence[PlanSeat | None], *, refused: bool) -> PassedWhy:
    """Return why a wish was not served by what is free.

    Args:
        refused: whether seats would have fitted, and the rules of booking refused the person.
    """
    if refused:
        return PassedWhy.RULES
    fitting = [seat for seat in free if seat is None or wanted.zone in (None, seat.zone)]
    return PassedWhy.NOT_ENOUGH if len(fitting) < wanted.count else PassedWhy.NOT_TOGETHER


def lapses_at(
    now: datetime, *, starts_at: datetime, closes_at: datetime, times: OfferTimes
) -> datetime:
    """Return until when an offer made now may be taken: its minutes do not run at night.

    Never past the end of the sale. `now` is told in the palace's own time.
    """
    return awake_until(
        now,
        times.span(starts_at - now),
        min(closes_at, starts_at),
        quiet_from=times.quiet_from,
        quiet_until=times.quiet_until,
    )


def check_open(state: WaitState, until: datetime | None, now: datetime) -> None:
    """Refuse to act on an offer that is not there, or not any more: at its end it is over.

    Raises:
        NoOfferYet, OfferOver.
    """
    if state is WaitState.WAITING:
        raise NoOfferYet
    if state is not WaitState.OFFERED or until is None or now >= until:
        raise OfferOver
