"""What the rules of rooms read: a wish, a room's figures, and what holds for somebody at one instant."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from palace.members.rules import Known
from palace.venues.rules import LONGEST_USE

MINUTE = timedelta(minutes=1)


class Takers(StrEnum):
    """Who takes rooms of a policy: a troupe through its leaders, or a member alone."""

    TROUPE = "troupe"
    MEMBER = "member"


class Opens(StrEnum):
    """How days open: each so many days ahead, or a whole next week on a weekday."""

    ROLLING = "rolling"
    WEEKLY = "weekly"


class Approval(StrEnum):
    """When a person decides: never, beyond the quota, or always."""

    NEVER = "never"
    BEYOND_QUOTA = "beyond_quota"
    ALWAYS = "always"


@dataclass(frozen=True, kw_only=True)
class Span:
    """The people's time on one palace day, half-open, without what is set up before and cleared after."""

    day: date
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """Return how long it is."""
        return (self.ends_at - self.starts_at) // MINUTE


class Wanted(Protocol):
    """What the rules read of a wish."""

    @property
    def spans(self) -> Sequence[Span]:
        """Return the dates wished for, one or one a week."""

    @property
    def purpose(self) -> str:
        """Return what for."""

    @property
    def people(self) -> int:
        """Return how many come."""

    @property
    def troupe_id(self) -> int | None:
        """Return for which troupe; None: for the member alone."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a policy; what each says stands at `Policy`, its row."""

    takers: Takers = Takers.TROUPE
    opens: Opens = Opens.ROLLING
    opens_days: int = 14
    opens_weekday: int = 3
    opens_last_weekday: int = 5
    opens_at: time = time(8)
    series_weeks: int = 26
    series_days: int = 200
    step_minutes: int = 30
    min_minutes: int = 60
    max_minutes: int = 240
    lead_minutes: int = 0
    cancel_minutes: int = 1440
    late_cancel_strikes: bool = False
    sign_in: bool = True
    sign_in_early_minutes: int = 15
    grace_minutes: int = 15
    keep_minutes: int = 15
    approval: Approval = Approval.BEYOND_QUOTA
    decide_hours: int = 48
    troupe_week_minutes: int = 360
    troupe_month_minutes: int = 0
    member_day_minutes: int = 0
    unit_day_count: int = 0
    future_count: int = 0
    priority_days: int = 7
    offer_minutes: int = 60
    displaced_hours: int = 48


@dataclass(frozen=True, kw_only=True)
class Shut:
    """A time at which a room is closed, and why in both languages."""

    starts_at: datetime
    ends_at: datetime
    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class RoomFacts:
    """What the rules read of one room: its figures, its own limits, and when its house lets people in."""

    space_id: int
    figures: Figures
    capacity: int
    min_people: int = 0
    setup_minutes: int = 0
    teardown_minutes: int = 0
    approval: bool = False
    bookable: bool = True
    purposes: Collection[str] = ()
    open: Mapping[date, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    shut: Sequence[Shut] = ()
    stopped: object | None = None

    @property
    def longest(self) -> int:
        """Return how many minutes a date may have: with its buffers it is a day at most."""
        own = LONGEST_USE // MINUTE - self.setup_minutes - self.teardown_minutes
        return min(self.figures.max_minutes, own)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What holds for a wish at one instant, read after the locks.

    `room` is the room wished for, `swapped` those of single dates. `week_minutes`, `month_minutes` are
    the troupe's own limits (None: the policy's; 0: none), `by_week` and `by_month` what it has already,
    by the week's Monday and the month's first day. `seasons`: spans of days for which it is certified.
    `show_days`: days of its own shows here. `in_series`: the dates are of a series, whose days open by
    its own figures.
    """

    now: datetime
    zone: tzinfo
    room: RoomFacts
    swapped: Mapping[date, RoomFacts] = field(default_factory=dict)
    purposes: Collection[str] = ()
    is_member: bool = True
    barred_until: date | None = None
    leads: bool = True
    seasons: Sequence[tuple[date, date]] = ()
    week_minutes: int | None = None
    month_minutes: int | None = None
    by_week: Mapping[date, int] = field(default_factory=dict)
    by_month: Mapping[date, int] = field(default_factory=dict)
    show_days: Sequence[date] = ()
    member_minutes: Mapping[date, int] = field(default_factory=dict)
    unit_counts: Mapping[date, int] = field(default_factory=dict)
    has_unit: bool = False
    future: int = 0
    in_series: bool = False

    @property
    def today(self) -> date:
        """Return the palace day."""
        return self.now.astimezone(self.zone).date()

    @property
    def figures(self) -> Figures:
        """Return the figures of the room wished for."""
        return self.room.figures

    def room_on(self, day: date) -> RoomFacts:
        """Return the room of a date."""
        return self.swapped.get(day, self.room)

    def at(self, day: date, clock_time: time) -> datetime:
        """Return an instant of the palace's clock."""
        return datetime.combine(day, clock_time, self.zone)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants: a room on one date, or on one of every week, and what for.

    `equipment`: how many of which things of the house are to be carried there.
    """

    space_id: int
    spans: tuple[Span, ...]
    purpose: str
    people: int
    troupe_id: int | None
    member: Known
    note: str = ""
    equipment: Mapping[int, int] = field(default_factory=dict)
