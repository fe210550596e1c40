"""What the desk decides on plain values: what moved since somebody looked, prices as typed, findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from palace.money import Fen, yuan_of
from palace.programme.rules import Scope
from palace.text import N_

Values = Mapping[str, str]
Prices = Mapping[str, Mapping[str, Fen]]
"""What tiers, named by their codes, cost by zone; a tier with no zone is off sale."""
MOST_SEATS = 100_000
ALL_ZONES = "*"
FIRST_YEAR, LAST_YEAR = 2000, 2999
WEEK = timedelta(weeks=1)


class Stand(StrEnum):
    """Where a performance stands at the desk."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    PAST = "past"


STAND_WORDS = {
    Stand.DRAFT: N_("还没发布"),
    Stand.PUBLISHED: N_("已发布"),
    Stand.CANCELLED: N_("已取消"),
    Stand.PAST: N_("已结束"),
}


class TwoFigures(ValueError):
    """A tier has a figure for all zones and others for each; `cell` names the one for all."""

    def __init__(self, cell: str) -> None:
        super().__init__(cell)
        self.cell = cell


def seen_as(values: Values) -> str:
    """Return values as a page carries them along: the name of each with a short mark of what it was."""
    return urlencode({name: _mark(value) for name, value in values.items()})


def moved_since(seen: str, values: Values) -> list[str]:
    """Return which values are not what somebody saw; what cannot be read was never seen like this."""
    known = dict(parse_qsl(seen))
    return [name for name, value in values.items() if known.get(name) != _mark(value)]


def _mark(value: str) -> str:
    return hashlib.blake2s(value.encode(), digest_size=6).hexdigest()


def stand_of(
    *,
    published_at: datetime | None,
    cancelled_at: datetime | None,
    ends_at: datetime,
    now: datetime,
) -> Stand:
    """Return where a performance stands at `now`."""
    if cancelled_at is not None:
        return Stand.CANCELLED
    if ends_at <= now:
        return Stand.PAST
    return Stand.DRAFT if published_at is None else Stand.PUBLISHED


def read_day(typed: str) -> date:
    """Return a day as it was typed.

    Raises:
        ValueError: it is none, or of no year anybody plans for.
    """
    day = date.fromisoformat(typed.strip())
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(typed)
    return day


def read_time(typed: str) -> time:
    """Return a clock time to the minute as it was typed.

    Raises:
        ValueError: it is none.
    """
    read = time.fromisoformat(typed.strip())
    if read.tzinfo or read.second or read.microsecond:
        raise ValueError(typed)
    return read


def read_seats(typed: str) -> int | None:
    """Return a quota as it was typed, None for none.

    Raises:
        ValueError: it is no whole number, or more than any house has.
    """
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()) or len(typed) > len(str(MOST_SEATS)):
        raise ValueError(typed)
    if int(typed) > MOST_SEATS:
        raise ValueError(typed)
    return int(typed)


def price_cell(tier: str, zone: str) -> str:
    """Return what the price of a tier in a zone is called; the zone `*` stands for all zones."""
    return f"{tier}:{zone}"


def quota_cell(scope: Scope, of: str = "") -> str:
    """Return what a quota is called: house, tier:free, zone:A."""
    return f"{scope.value}:{of}" if of else scope.value


def shown_prices(amounts: Mapping[str, Fen], zones: Sequence[str]) -> dict[str, str]:
    """Return the cells of one tier as they are typed, by zone: one figure where all zones cost alike."""
    alike = len(zones) > 1 and len(amounts) == len(zones) and len(set(amounts.values())) == 1
    cells = {ALL_ZONES: yuan_of(next(iter(amounts.values()))) if alike else ""}
    return cells | {zone: "" if alike else yuan_of(amounts.get(zone)) for zone in zones}


def priced(tier: str, cells: Mapping[str, int | None], zones: Sequence[str]) -> dict[str, Fen]:
    """Return what a tier costs by zone: a figure for all zones fills those that have none of their own.

    Raises:
        TwoFigures: every zone has its own figure, and the one for all says something else.
    """
    everywhere = cells.get(ALL_ZONES)
    own = {zone: Fen(amount) for zone in zones if (amount := cells.get(zone)) is not None}
    if everywhere is not None and len(own) == len(zones) and set(own.values()) != {everywhere}:
        raise TwoFigures(price_cell(tier, ALL_ZONES))
    if everywhere is None:
        return own
    return {zone: own.get(zone, Fen(everywhere)) for zone in zones}


def price_table(cells: Mapping[str, int | None], zones: Sequence[str]) -> Prices:
    """Return what each tier costs by zone, from cells called as `price_cell` does.

    Raises:
        TwoFigures: a tier says two things.
    """
    by_tier: dict[str, dict[str, int | None]] = {}
    for cell, amount in cells.items():
        tier, _colon, zone = cell.partition(":")
        by_tier.setdefault(tier, {})[zone] = amount
    return {tier: priced(tier, by_zone, zones) for tier, by_zone in by_tier.items()}


def unpriced_zones(zones: Sequence[str], priced_zones: Iterable[str]) -> list[str]:
    """Return the zones that no tier has a price for, in the order of the plan."""
    known = set(priced_zones)
    return [zone for zone in zones if zone not in known]


def next_start(starts_at: datetime, now: datetime) -> datetime:
    """Return the first time after `now` that lies whole weeks after a performance's start."""
    weeks = max(1, (now - starts_at) // WEEK + 1)
    return starts_at + weeks * WEEK


def default_opening(on: date, days: int, hour: int) -> tuple[date, time]:
    """Return when the sale of a performance on a palace day opens by the house's figures."""
    return on - timedelta(days=days), time(hour)
