"""A ticket, who gives it and who may take it."""

from __future__ import annotations

import pytest

from palace.gifts import services
from palace.gifts.models import Gift
from palace.members.models import Member
from palace.tickets.models import Ticket
from tests.factory import Factory
from tests.tickets.conftest import Booker


@pytest.fixture
def booker() -> Booker:
    """Return somebody who books."""
    return Booker()


@pytest.fixture
def giver(make: Factory) -> Member:
    """Return who gives."""
    return make.member("张建华")


@pytest.fixture
def receiver(make: Factory) -> Member:
    """Return who is given to."""
    return make.member("李桂兰")


@pytest.fixture
def ticket(make: Factory, booker: Booker, giver: Member) -> Ticket:
    """Return the giver's ticket of a show of two seats."""
    return booker.book(giver, make.performance(seats=2), "ST-01-01").tickets[0]


def offered(ticket: Ticket, receiver: Member) -> Gift:
    """Return a gift of a ticket to somebody, by phone and name."""
    return services.offer(ticket.member, ticket.code, receiver.phone or "", receiver.name)
