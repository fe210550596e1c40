"""Who may book how many tickets, at what price, until when: plain values in, decision out.

The figures are rows: `HouseRules` (seats per member, free tickets a month, minutes), `Performance`
(`seats_per_member`, sale times), `Tier` (`qualifies`, `cap`, `monthly`), `Price`, `Quota`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from palace.members.rules import Standing
from palace.money import Fen
from palace.tickets.errors import (
    MembershipExpired,
    NotForYou,
    SaleClosed,
    SaleNotOpen,
    TierFull,
    TooLateToReturn,
    TooManySeats,
    TooManyUnpaid,
    UnknownSeat,
    UnpaidFull,
)
from palace.tickets.keeping import KeptFor as KeptFor  # noqa: PLC0414 - says: shown to others

PAYMENT_GRACE = timedelta(seconds=60)
PART, PACKAGES = "tickets", "packages"
"""By which names money is asked for: that of an order of one show, that of a package's."""
WHOLE = 100
MOVE_TAKES = timedelta(seconds=10)
"""Whoever chose seats within this time of a move may have seen the show as it was before."""


class OrderState(StrEnum):
    """Where an order stands; a lapsed hold stays HELD, its claims tell that it is gone."""

    HELD = "held"
    AWAITING_PAYMENT = "awaiting_payment"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class TicketState(StrEnum):
    """A ticket lets somebody in, or has been given back."""

    VALID = "valid"
    RETURNED = "returned"


class Channel(StrEnum):
    """How seats are sold: by the member, at a counter, by staff for a member, to a unit, or given."""

    ONLINE = "online"
    COUNTER = "counter"
    ACTING = "acting"
    UNIT = "unit"
    GIVEN = "given"


class NamedTier(Protocol):
    """What choosing and claiming a tier needs to know of its row."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def fund(self) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A tier as one person may use it at one performance.

    `room` is how many more tickets of it the person may take now (None: no limit of its own),
    `left` how many its quota still has for everybody. `in_package`: what a place costs that is taken
    as part of a package, in whichever zone.
    """

    tier: NamedTier
    amounts: Mapping[str, Fen]
    qualifies: bool
    room: int | None
    left: int | None
    in_package: Fen | None = None

    def price(self, zone: str) -> Fen:
        """Return what a place in a zone costs."""
        return self.amounts[zone] if self.in_package is None else self.in_package


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asks for: named seats with their tier, or so many together in a zone and tier.

    `kept` is the key of kept seats that a grant of theirs opens: no others are wanted then.
    `leave_gap`: staff say that a single seat may be left over. `package`: it is part of a package.
    """

    seats: tuple[tuple[str, str | None], ...] = ()
    count: int = 0
    zone: str | None = None
    tier: str | None = None
    kept: str | None = None
    leave_gap: bool = False
    package: bool = False

    @property
    def wanted(self) -> int:
        """Return how many places are asked for."""
        return len(self.seats) or self.count


def check_on_sale(
    *, now: datetime, opens_at: datetime, closes_at: datetime, starts_at: datetime
) -> None:
    """Refuse booking before the opening or after closing: the opening instant itself is open.

    Raises:
        SaleNotOpen, SaleClosed: outside `[opens_at, min(closes_at, starts_at))`.
    """
    if now < opens_at:
        raise SaleNotOpen(opens_at=opens_at)
    if now >= min(closes_at, starts_at):
        raise SaleClosed


def check_seat_limit(*, held: int, wanted: int, limit: int) -> None:
    """Refuse a member more than `limit` seats at one performance.

    Args:
        held: seats the member already holds or owns there.
        wanted: seats asked for now.
        limit: seats per member and performance (source: `performances.seats_per_member`).

    Raises:
        TooManySeats: `held + wanted` exceeds `limit`; exactly `limit` is allowed.
    """
    if held + wanted > limit:
        raise TooManySeats(limit=limit, held=held)


def check_for_you(offers: Iterable[Offer], standing: Standing) -> None:
    """Refuse somebody for whom no tier is, saying what their standing lacks.

    Raises:
        MembershipExpired, NotForYou: no tier of the performance is theirs.
    """
    if not any(offer.qualifies for offer in offers):
        raise MembershipExpired if standing is Standing.EXPIRED else NotForYou


def room_of(
    *,
    cap: int | None,
    held: int,
    monthly_left: int | None,
    quota_left: int | None,
    granted: int | None = None,
) -> int | None:
    """Return how many more tickets of a tier a member may take: the tightest of its limits.

    Args:
        cap: tickets of the tier per member and performance; None = no cap.
        held: tickets of the tier the member holds or owns at the performance.
        monthly_left: free tickets left in the show's month; None where the tier does not count.
        quota_left: seats left in the tier's quota; None without one.
        granted: tickets of the tier that codes open to who may not book it otherwise; None: who may.
    """
    of_held = [None if most is None else most - held for most in (cap, granted)]
    limits = [*of_held, monthly_left, quota_left]
    known = [limit for limit in limits if limit is not None]
    return max(0, min(known)) if known else None


def choose_tiers(places: Sequence[tuple[str, str | None]], offers: Iterable[Offer]) -> list[Offer]:
    """Return the tier of each wanted place: the one named, else the cheapest with room left.

    Args:
        places: (zone, tier code or None) of each place, in order.
        offers: the tiers of the performance as the person may use them.

    Raises:
        UnknownSeat: a named tier is not sold in that zone.
        NotForYou: none of the zone's tiers is for this person.
        TierFull: the named tier, or every one that fits, has no room left.
    """
    given = {offer.tier.id: offer for offer in offers}
    left = dict(given)
    chosen: list[Offer] = []
    for zone, code in places:
        offer = _one_tier(zone, code, left.values())
        if offer.room == 0:
            raise TierFull(tier=offer.tier, left=given[offer.tier.id].room)
        chosen.append(offer)
        if offer.room is not None:
            left[offer.tier.id] = replace(offer, room=offer.room - 1)
    return chosen


def _one_tier(zone: str, code: str | None, offers: Iterable[Offer]) -> Offer:
    """Return the named tier, or the cheapest with room; the cheapest without if none has any."""
    sold = [offer for offer in offers if zone in offer.amounts and code in (None, offer.tier.code)]
    if not sold:
        raise UnknownSeat
    fitting = sorted(
        (offer for offer in sold if offer.qualifies), key=lambda offer: offer.amounts[zone]
    )
    if not fitting:
        raise NotForYou
    with_room = [offer for offer in fitting if offer.room != 0]
    return (with_room or fitting)[0]


def most_places(offers: Iterable[Offer], limit: int) -> int:
    """Return how many places a person may take now: `limit`, or less if their tiers have less room."""
    rooms = [offer.room for offer in offers if offer.qualifies]
    known = [room for room in rooms if room is not None]
    return max(0, limit if len(known) < len(rooms) else min(limit, sum(known)))


def hold_expiry(now: datetime, hold_time: timedelta, starts_at: datetime) -> datetime:
    """Return when a hold lapses: after `hold_time`, but never past curtain-up."""
    return min(now + hold_time, starts_at)


def pay_deadline(starts_at: datetime, before_minutes: int) -> datetime:
    """Return until when an unpaid order is kept for somebody who pays on arrival (到场付款)."""
    return starts_at - timedelta(minutes=before_minutes)


def check_unpaid(*, held: int, wanted: int, limit: int) -> None:
    """Refuse to keep more seats of a show for one person who has not paid than the house does.

    Raises:
        TooManyUnpaid: `held + wanted` exceeds `limit`; exactly `limit` is kept.
    """
    if held + wanted > limit:
        raise TooManyUnpaid(limit=limit, held=held)


def check_unpaid_share(*, unpaid: int, capacity: int, percent: int) -> None:
    """Refuse to keep more of a hall unpaid than the house's share of it.

    Raises:
        UnpaidFull.
    """
    if unpaid * WHOLE > capacity * percent:
        raise UnpaidFull


def return_deadline(
    starts_at: datetime, before_minutes: int, answer_until: datetime | None = None
) -> datetime:
    """Return until when members give tickets back by themselves.

    `answer_until`: the show was moved, and who cannot come then may say so until this instant.
    """
    usual = starts_at - timedelta(minutes=before_minutes)
    return max(usual, min(answer_until, starts_at)) if answer_until else usual


def check_returnable(now: datetime, until: datetime) -> None:
    """Refuse a return at or after its deadline.

    Raises:
        TooLateToReturn: `now` is not before `until`.
    """
    if now >= until:
        raise TooLateToReturn(until=until)
