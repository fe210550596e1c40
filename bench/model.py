"""The rush to an opening as a queue: visitors, processes that serve one request at a time, seats.

What it assumes: every process is one core's, the database included in the service times, so cores are the
only thing waited for; first come, first served; service times do not vary; nobody gives up.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Service:
    """Seconds of a core that each kind of request takes."""

    page: float
    full_page: float
    win: float
    refusal: float


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Who comes when, and what there is: `thinking` are each visitor's seconds between page and choice."""

    arrivals: Sequence[float]
    thinking: Sequence[float]
    seats: int
    processes: int
    service: Service


@dataclass(frozen=True)
class Outcome:
    """What came of the opening: seconds from arrival to a yes or no by visitor, when the house was full."""

    waited: list[float]
    won: int
    full_at: float


@dataclass
class _Queue:
    opening: Opening
    ahead: list[tuple[float, int, int, str]] = field(default_factory=list)
    waiting: deque[tuple[int, str]] = field(default_factory=deque)
    idle: int = 0
    won: int = 0
    full_at: float = math.nan
    order: int = 0

    def put(self, at: float, visitor: int, what: str) -> None:
        """Let something happen later; what happens at one instant keeps its order."""
        self.order += 1
        heapq.heappush(self.ahead, (at, self.order, visitor, what))

    def arrive(self, now: float, visitor: int, what: str) -> None:
        """Serve a request at once, or keep it waiting."""
        if self.idle:
            self.idle -= 1
            self.start(now, visitor, what)
        else:
            self.waiting.append((visitor, what))

    def start(self, now: float, visitor: int, what: str) -> None:
        """Begin to serve: the seat is taken, or known to be gone, at this instant."""
        service, full = self.opening.service, self.won >= self.opening.seats
        if what == "page":
            self.put(
                now + (service.full_page if full else service.page),
                visitor,
                "no" if full else "look",
            )
        elif full:
            self.put(now + service.refusal, visitor, "no")
        else:
            self.won += 1
            if self.won == self.opening.seats:
                self.full_at = now
            self.put(now + service.win, visitor, "yes")

    def finish(self, now: float, visitor: int, what: str) -> float | None:
        """End a service and begin the next; return when the visitor knows, None if only the page is there."""
        if self.waiting:
            self.start(now, *self.waiting.popleft())
        else:
            self.idle += 1
        if what == "look":
            self.put(now + self.opening.thinking[visitor], visitor, "choice")
            return None
        return now


def simulate(opening: Opening) -> Outcome:
    """Let an opening pass."""
    queue = _Queue(opening, idle=opening.processes)
    knows = [math.nan] * len(opening.arrivals)
    for visitor, at in enumerate(opening.arrivals):
        queue.put(at, visitor, "page")
    while queue.ahead:
        now, _, visitor, what = heapq.heappop(queue.ahead)
        if what in ("page", "choice"):
            queue.arrive(now, visitor, what)
        else:
            knew = queue.finish(now, visitor, what)
            knows[visitor] = knows[visitor] if knew is None else knew
    waited = [knew - came for knew, came in zip(knows, opening.arrivals, strict=True)]
    return Outcome(waited, queue.won, queue.full_at)


def crowd(count: int, within: float, mean: float, chance: random.Random) -> list[float]:
    """Return when so many people come within a time: most at the start, fewer by `mean` seconds."""
    share = 1 - math.exp(-within / mean)
    return sorted(-mean * math.log(1 - chance.random() * share) for _ in range(count))


def thinking(count: int, mean: float, chance: random.Random) -> Iterator[float]:
    """Yield how long people look before they choose: a second at least, some very long."""
    return (1 + chance.expovariate(1 / (mean - 1)) for _ in range(count))
