"""When somebody signs in at a door, and until when a room waits: plain values in, decision out."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from palace.arrivals.errors import (
    FreeAgain,
    KeptBefore,
    NetworkTooWide,
    NetworkUnreadable,
    NotHereYet,
    NothingHere,
    NothingToKeep,
    TooEarly,
    TooManyNetworks,
)
from palace.rooms.errors import AlreadyOver
from palace.rooms.states import OccurrenceState

STEP_SECONDS = 30
STEPS_TAKEN = 2
SCANNED_FOR = timedelta(minutes=10)
"""How long a scan proves that somebody stands there: who has to sign in to the palace first needs a while."""
WIDEST = {4: 8, 6: 32}
MOST_NETWORKS = 20


class Proof(StrEnum):
    """What shows that somebody stands at a door."""

    SCREEN = "screen"  # the changing code of its screen
    SCANNED = "scanned"  # it was scanned a while ago
    PRINTED = "printed"  # the printed code, which counts inside the palace's network


class Stage(StrEnum):
    """How a date stands at its door."""

    EARLY = "early"
    WAITED = "waited"  # the room waits for somebody to sign in
    HERE = "here"
    LEFT = "left"
    FREE = "free"  # nobody came in time
    OVER = "over"


@dataclass(frozen=True, kw_only=True)
class Due:
    """A date as its door sees it: `starts_at` to `ends_at` is the people's time.

    `opens_at`: from when on somebody signs in. `lapses_at`: until when the room waits; None: it is
    not given away, or is nobody's any more.
    """

    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    lapses_at: datetime | None
    state: OccurrenceState
    arrived_at: datetime | None = None
    kept_at: datetime | None = None
    left_at: datetime | None = None


def opens_at(starts_at: datetime, early_minutes: int) -> datetime:
    """Return from when on somebody signs in."""
    return starts_at - timedelta(minutes=early_minutes)


def waits_until(starts_at: datetime, minutes: int) -> datetime:
    """Return until when a room waited that others have taken meanwhile."""
    return starts_at + timedelta(minutes=minutes)


def stage(due: Due, now: datetime) -> Stage:
    """Return how a date stands at an instant; at `lapses_at` itself the room is free again."""
    if due.left_at:
        return Stage.LEFT
    if due.state is OccurrenceState.MISSED or is_free_again(due, now):
        return Stage.FREE
    if due.state is not OccurrenceState.CONFIRMED or now >= due.ends_at:
        return Stage.OVER
    if due.arrived_at:
        return Stage.HERE
    return Stage.EARLY if now < due.opens_at else Stage.WAITED


def is_free_again(due: Due, now: datetime) -> bool:
    """Return whether nobody signed in until the room waited no longer."""
    waited = due.state is OccurrenceState.CONFIRMED and due.arrived_at is None
    return waited and due.lapses_at is not None and due.lapses_at <= now


def check_may_arrive(due: Due, now: datetime) -> None:
    """Refuse to sign in at a door before its time, or after the room became free.

    Raises:
        TooEarly: before `opens_at`.
        FreeAgain: nobody signed in until `lapses_at`.
        AlreadyOver: it is over, called off or left.
    """
    match stage(due, now):
        case Stage.EARLY:
            raise TooEarly(opens_at=due.opens_at)
        case Stage.FREE:
            raise FreeAgain(lapsed_at=due.lapses_at or due.starts_at)
        case Stage.OVER | Stage.LEFT:
            raise AlreadyOver


def check_may_keep(due: Due, now: datetime) -> None:
    """Refuse to have a room wait longer, but once and in the time of signing in.

    Raises:
        TooEarly, FreeAgain, AlreadyOver: as `check_may_arrive`.
        NothingToKeep: somebody signed in, or nobody has to.
        KeptBefore: it was kept already.
    """
    check_may_arrive(due, now)
    if due.arrived_at or due.lapses_at is None:
        raise NothingToKeep
    if due.kept_at:
        raise KeptBefore


def check_may_leave(due: Due, now: datetime) -> None:
    """Refuse to leave what nobody is in.

    Raises:
        NotHereYet: nobody signed in.
        FreeAgain, AlreadyOver: there is nothing to leave any more.
    """
    match stage(due, now):
        case Stage.EARLY | Stage.WAITED:
            raise NotHereYet
        case Stage.FREE:
            raise FreeAgain(lapsed_at=due.lapses_at or due.starts_at)
        case Stage.OVER:
            raise AlreadyOver


def most_pressing(those: Sequence[Due], now: datetime) -> int:
    """Return which of somebody's dates at a door is meant: one that waits, then one they are in.

    Raises:
        NothingHere: there is none.
    """
    order = [Stage.WAITED, Stage.HERE, Stage.EARLY, Stage.FREE, Stage.LEFT, Stage.OVER]
    ranked = sorted(
        range(len(those)),
        key=lambda at: (order.index(stage(those[at], now)), those[at].starts_at),
    )
    if not ranked:
        raise NothingHere
    return ranked[0]


def step_of(now: datetime) -> int:
    """Return the step of 30 seconds, counted from 1970, that a screen's code is of."""
    return int(now.timestamp()) // STEP_SECONDS


def next_step_in(now: datetime) -> float:
    """Return in how many seconds a screen shows another code."""
    return STEP_SECONDS - now.timestamp() % STEP_SECONDS


def steps_taken(now: datetime, proof: Proof) -> range:
    """Return the steps whose codes count: the running one and some before it, never one to come."""
    kept = (
        STEPS_TAKEN if proof is Proof.SCREEN else int(SCANNED_FOR.total_seconds()) // STEP_SECONDS
    )
    return range(step_of(now) - kept + 1, step_of(now) + 1)


def is_inside(address: str, networks: Iterable[str]) -> bool:
    """Return whether a client's address lies in one of a house's own networks."""
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(client, ipaddress.IPv6Address) and client.ipv4_mapped:
        client = client.ipv4_mapped
    return any(client in ipaddress.ip_network(network) for network in networks)


def plain_networks(lines: str) -> list[str]:
    """Return networks as they are kept, each once, of what was typed: one a line, or an address.

    Raises:
        NetworkUnreadable, NetworkTooWide: carries the line.
        TooManyNetworks: twenty are enough.
    """
    found: list[str] = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        try:
            network = ipaddress.ip_network(line, strict=False)
        except ValueError:
            raise NetworkUnreadable(line=line[:60]) from None
        if network.prefixlen < WIDEST[network.version]:
            raise NetworkTooWide(line=line)
        found.append(str(network))
    if len(found) > MOST_NETWORKS:
        raise TooManyNetworks(most=MOST_NETWORKS)
    return list(dict.fromkeys(found))
