"""A full house, and people who wait for a place in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.programme.models import Performance
from palace.tickets import services as tickets
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import TicketState, Wish
from palace.waiting import services
from palace.waiting.models import WaitEntry
from palace.waiting.rules import Wanted
from tests.factory import Factory

KEYS = itertools.count(1)
NOON = clock.at(datetime(2026, 11, 20).date(), time(12))  # noqa: DTZ001 - a day


class Queue:
    """A show that is sold out, whoever has its tickets, and who waits for them."""

    def __init__(self, make: Factory, performance: Performance) -> None:
        self.make, self.performance = make, performance
        self.owner = make.member("满座人")

    def sell(self, *codes: str, count: int = 0) -> Order:
        """Sell seats, or places, to the one owner of all."""
        wish = Wish(seats=tuple((code, None) for code in codes), count=count)
        key = f"sell-{next(KEYS)}-key"
        return tickets.hold(self.owner, self.performance.id, wish, key=key, confirm=True)

    def sell_out(self) -> None:
        """Sell every seat there is."""
        self.sell(*[seat.code for seat in self.make.seats(self.performance)])

    def give_back(self, code: str | None = None) -> Ticket:
        """Give the ticket of a seat back, or any."""
        for ticket in self.make.tickets(self.performance):
            here = ticket.seat.code if ticket.seat else None
            if ticket.state is TicketState.VALID and code in (None, here):
                return tickets.give_back(ticket.member, ticket.code)
        raise AssertionError(code)

    def join(self, member: Member | None = None, count: int = 1, **wish: object) -> WaitEntry:
        """Let somebody wait."""
        wanted = Wanted(count=count, **wish)  # type: ignore[arg-type]  # parts of a wish
        return services.join(member or self.make.member(), self.performance.id, wanted)

    def read(self, entry: WaitEntry) -> WaitEntry:
        """Return an entry as it is now."""
        db.session.expire(entry)
        return entry

    def later(self, **ahead: float) -> datetime:
        """Let time pass."""
        instant = clock.now() + timedelta(**ahead)
        self.make.set_clock(instant)
        return instant


@pytest.fixture
def queue_of(make: Factory) -> Callable[..., Queue]:
    """Return what makes a show at noon, a week ahead, that one person has bought out."""

    def made(*rows: int, **how: object) -> Queue:
        make.set_clock(NOON)
        make.site()
        make.rules().free_per_month = 1000
        performance = make.performance(list(rows), seats_per_member=100, **how)  # type: ignore[arg-type]  # values of a show
        queue = Queue(make, performance)
        queue.sell_out()
        return queue

    return made
