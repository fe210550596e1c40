"""Words of the programme: seating, tiers, quotas, and how a performance stands on a page."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from palace.text import N_


class Seating(StrEnum):
    """How people sit: chosen seats, places by number, or no ticket at all."""

    SEATED = "seated"
    PLACES = "places"
    OPEN = "open"


class Qualifies(StrEnum):
    """Whom a tier is for."""

    ANYONE = "anyone"
    MEMBER = "member"


class Scope(StrEnum):
    """What a quota counts."""

    HOUSE = "house"
    TIER = "tier"
    ZONE = "zone"


class Shown(StrEnum):
    """A performance's state in one word, as programme pages show it."""

    PAST = "past"
    CANCELLED = "cancelled"
    OPEN = "open"
    RUNNING = "running"
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    FULL = "full"
    FEW = "few"
    FREE = "free"


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
) -> Shown:
    """Return how a performance stands at `now`; `few` places or less left is 快满了."""
    standing = (
        (cancelled, Shown.CANCELLED),
        (now >= ends_at, Shown.PAST),
        (not ticketed, Shown.OPEN),
        (now >= starts_at, Shown.RUNNING),
        (now < opens_at, Shown.NOT_OPEN),
        (now >= closes_at, Shown.CLOSED),
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
