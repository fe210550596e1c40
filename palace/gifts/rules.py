"""Who may give a ticket on, until when, and how it stands: plain values in, decision out.

The figures are rows: `performances.gifts_per_ticket`, frozen from the house's, and
`house_rules.gift_before_minutes`, `gift_hours`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from palace.gifts.errors import GivenBefore, NamedShow, NoGifts, NoRoomForGift, TooLateToGive
from palace.programme.rules import IdentityPolicy

LONGEST_NUMBER = 40


class GiftState(StrEnum):
    """How a gift stands; an offered one that has lapsed stays offered, its instant tells."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


def give_by(starts_at: datetime, before_minutes: int) -> datetime:
    """Return until when a ticket may be given on, and taken."""
    return starts_at - timedelta(minutes=before_minutes)


def lapse(now: datetime, hours: int, until: datetime) -> datetime:
    """Return when an offered ticket is the giver's alone again: after `hours`, never past `until`."""
    return min(now + timedelta(hours=hours), until)


def check_times(*, policy: IdentityPolicy, given: int, times: int) -> None:
    """Refuse to give a ticket on where nobody may, or more often than allowed.

    Args:
        policy: whose document the show asked for.
        given: how often the ticket was given on before.
        times: how often the show lets one ticket be given on; 0: never.

    Raises:
        NamedShow, NoGifts, GivenBefore.
    """
    if policy is not IdentityPolicy.NONE:
        raise NamedShow
    if times == 0:
        raise NoGifts
    if given >= times:
        raise GivenBefore(times=times)


def check_in_time(now: datetime, until: datetime) -> None:
    """Refuse at or after the deadline.

    Raises:
        TooLateToGive: `now` is not before `until`.
    """
    if now >= until:
        raise TooLateToGive(until=until)


def is_open(state: GiftState, lapses_at: datetime, now: datetime) -> bool:
    """Return whether an offered ticket may still be taken: at `lapses_at` itself no more."""
    return state is GiftState.OFFERED and now < lapses_at


def check_room(*, held: int, limit: int, of_tier: int, cap: int | None, month_left: int) -> None:
    """Refuse one ticket more than the receiver may have.

    Args:
        held, of_tier: tickets and holds they have at the show, and those of the ticket's tier.
        limit, cap: how many they may have of each.
        month_left: free tickets left in the show's month, this one not counted; 1 where the tier
            does not count.

    Raises:
        NoRoomForGift: any of them is full.
    """
    if held + 1 > limit or (cap is not None and of_tier + 1 > cap) or month_left < 1:
        raise NoRoomForGift
