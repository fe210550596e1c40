"""A wish and what holds for it as plain values, for tests of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from palace.clock import SHANGHAI, at
from palace.rooms.rules import failed_rules
from palace.rooms.wishes import Facts, Figures, RoomFacts, Span

NOW = at(date(2026, 12, 1), time(9))  # a Tuesday
DAY = date(2026, 12, 8)
WEEK = timedelta(weeks=1)
OF_ROOM = {
    "approval",
    "bookable",
    "min_people",
    "open",
    "setup_minutes",
    "shut",
    "stopped",
    "teardown_minutes",
}
ALWAYS = ((date(2026, 1, 1), date(2030, 1, 1)),)


@dataclass(frozen=True)
class Wished:
    """A wish as the rules read it."""

    spans: tuple[Span, ...]
    purpose: str = "choir"
    people: int = 20
    troupe_id: int | None = 1


def span(begins: str = "19:00", minutes: int = 120, day: date = DAY) -> Span:
    """Return a span of the palace's clock."""
    starts_at = at(day, time.fromisoformat(begins))
    return Span(day=day, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))


def hours(opens: str = "08:00", closes: int = 22 * 60, *, days: int = 500) -> dict[date, Any]:
    """Return opening hours of many days: from a clock time until so many minutes after midnight."""
    first = date(2026, 11, 1)
    spans = {}
    for number in range(days):
        day = first + timedelta(days=number)
        ends = at(day, time()) + timedelta(minutes=closes)
        spans[day] = [(at(day, time.fromisoformat(opens)), ends)]
    return spans


def facts(figures: dict[str, Any] | None = None, **other: Any) -> Facts:
    """Return facts under which an evening of next week keeps every rule."""
    of_room = {name: other.pop(name) for name in list(other) if name in OF_ROOM}
    limits: dict[str, Any] = {"capacity": 30, "min_people": 5, "open": hours()} | of_room
    room = RoomFacts(space_id=1, figures=Figures(**(figures or {})), **limits)
    held: dict[str, Any] = {"now": NOW, "zone": SHANGHAI, "room": room, "seasons": ALWAYS}
    return Facts(**(held | {"purposes": {"choir", "sport"}} | other))


def failed(wish: Wished, held: Facts, **skips: Any) -> list[str]:
    """Return the codes of the rules that a wish fails."""
    return [failure.code for failure in failed_rules(wish, held, **skips)]


def one(*of: Any, **named: Any) -> Wished:
    """Return a wish for one span."""
    return Wished((span(*of, **named),))


def weekly(weeks: int, first: date = DAY) -> Wished:
    """Return a wish for every week."""
    return Wished(tuple(span(day=first + WEEK * number) for number in range(weeks)))
