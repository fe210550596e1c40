"""Words of the programme: seating, tiers, quotas, and how a performance stands on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from palace.money import Fen
from palace.text import N_


class Seating(StrEnum):
    """How people sit: chosen seats, places by number, or no ticket at all."""

    SEATED = "seated"
    PLACES = "places"
    OPEN = "open"


class IdentityPolicy(StrEnum):
    """Whose name and document a performance asks for: nobody's, the buyer's, or everybody's."""

    NONE = "none"
    BUYER = "buyer"
    EVERY_ENTRANT = "every_entrant"


class LateEntry(StrEnum):
    """When somebody who comes late is let in: at any time, in the interval, or not at all."""

    ANY_TIME = "any_time"
    INTERVAL = "interval"
    NONE = "none"


class Audience(StrEnum):
    """Whom an opening before the public one is for: a union with all below it, or all valid members."""

    UNIT = "unit"
    MEMBERS = "members"


class SeatChoice(StrEnum):
    """Whether people choose their seats, or say how many and are given the best."""

    FREE = "free"
    ASSIGNED = "assigned"


class Returns(StrEnum):
    """How tickets of a package go back: each show's alone, or those of all its shows at once."""

    EACH = "each"
    WHOLE = "whole"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """An opening before the public one, with the name of the union it is for; None: all members."""

    audience: Audience
    unit_id: int | None
    unit: str | None
    opens_at: datetime


class Qualifies(StrEnum):
    """Whom a tier is for; `CODE`: who opened a code that names it, `HOUSE`: whom the house gives it."""

    ANYONE = "anyone"
    MEMBER = "member"
    CODE = "code"
    HOUSE = "house"


class Scope(StrEnum):
    """What a quota counts."""

    HOUSE = "house"
    TIER = "tier"
    ZONE = "zone"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check before publishing found: a sentence, and the page where it is put right.

    Attributes:
        name: what was looked at, a message id.
        words: what was found or is to be done, a message id; `values` go into it.
        page: the endpoint that puts it right; it gets `performance_id` unless `where` says else.
    """

    name: str
    well: bool
    words: str
    values: Mapping[str, object] = field(default_factory=dict)
    page: str = ""
    where: Mapping[str, object] = field(default_factory=dict)


class Shown(StrEnum):
    """A performance's state in one word, as programme pages show it."""

    PAST = "past"
    CANCELLED = "cancelled"
    OPEN = "open"
    RUNNING = "running"
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    STOPPED = "stopped"
    FULL = "full"
    FEW = "few"
    FREE = "free"


@dataclass(frozen=True, kw_only=True)
class Work:
    """A production as pages show it."""

    id: int
    kind: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    minutes: int
    picture: str | None = None
    age_zh: str = ""
    age_en: str = ""
    late_entry: LateEntry = LateEntry.ANY_TIME
    late_minute: int | None = None
    entry_note_zh: str = ""
    entry_note_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A space as pages show it."""

    id: int
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What pages and selling read alike of a performance."""

    id: int
    seating: Seating
    doors_at: datetime
    starts_at: datetime
    ends_at: datetime
    sale_opens_at: datetime
    sale_closes_at: datetime
    cancelled_at: datetime | None
    moved_at: datetime | None = None
    return_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Listed(Timed):
    """A performance as pages show it: plain values, so that a process may keep them for a moment.

    `early_opens_at`: when the first of those may book who may before the public.
    """

    capacity: int
    early_opens_at: datetime | None = None
    production: Work
    space: Place

    def __hash__(self) -> int:
        """Return a hash that is quick to make: two readings of one performance are rarely compared."""
        return hash(self.id)


@dataclass(frozen=True, kw_only=True)
class Priced:
    """What a tier, named by its code, pays in a zone."""

    tier: str
    zone: str
    amount: Fen


def opening(public: datetime, early: datetime | None, *, valid: bool) -> datetime:
    """Return when booking opens for somebody: at the earliest opening that fits them.

    Args:
        public: the opening for everybody.
        early: the earliest opening of the person's unions, or of all members.
        valid: whether their membership holds; only then is such an opening theirs.
    """
    return min(public, early) if valid and early else public


def few_places(capacity: int, percent: int) -> int:
    """Return how many places left count as few (快满了)."""
    return capacity * percent // 100


def shown(
    *,
    now: datetime,
    starts_at: datetime,
    ends_at: datetime,
    opens_at: datetime,
    closes_at: datetime,
    cancelled: bool,
    ticketed: bool,
    left: int,
    few: int,
    stopped: bool = False,
) -> Shown:
    """Return how a performance stands at `now`; `few` places or less left is 快满了."""
    standing = (
        (cancelled, Shown.CANCELLED),
        (now >= ends_at, Shown.PAST),
        (not ticketed, Shown.OPEN),
        (now >= starts_at, Shown.RUNNING),
        (now < opens_at and not stopped, Shown.NOT_OPEN),
        (now >= closes_at, Shown.CLOSED),
        (stopped, Shown.STOPPED),
        (left <= 0, Shown.FULL),
        (left <= few, Shown.FEW),
    )
    return next((state for holds, state in standing if holds), Shown.FREE)


KINDS = {
    "opera": N_("戏曲"),
    "concert": N_("音乐会"),
    "drama": N_("话剧"),
    "crosstalk": N_("曲艺"),
    "gala": N_("文艺汇演"),
    "children": N_("儿童剧"),
    "film": N_("电影"),
    "exhibition": N_("展览"),
    "square": N_("广场演出"),
}
"""Kinds of production and what people call them."""
LATE_ENTRY = {
    LateEntry.ANY_TIME: N_("迟到随时可以进场"),
    LateEntry.INTERVAL: N_("迟到的请等到中场休息进场"),
    LateEntry.NONE: N_("开演后不能进场"),
}
"""What people who come late are told."""
