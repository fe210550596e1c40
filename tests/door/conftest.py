"""A door that is open now, and tickets to show it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import current_app

from palace import clock
from palace.members.models import Member
from palace.programme.models import Performance
from palace.security import Key, KeyRing
from palace.tickets import services
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from tests.factory import Factory

KEYS = itertools.count(1)
Book = Callable[..., Ticket]


def open_now(make: Factory, seats: int = 4) -> Performance:
    """Return a performance whose doors opened this minute, still on sale and to be returned."""
    now = clock.now()
    performance = make.performance(seats=seats, starts_at=now + timedelta(hours=2))
    performance.doors_at = now - timedelta(minutes=1)
    make.add(performance)
    return performance


def book_for(member: Member, performance: Performance) -> Ticket:
    """Book one free ticket by the real services."""
    order = services.hold(member, performance.id, Wish(count=1), key=f"door-key-{next(KEYS)}")
    return services.confirm(member, order.code).tickets[0]


@pytest.fixture
def tonight(make: Factory) -> Performance:
    """Return a performance that lets in now."""
    return open_now(make)


@pytest.fixture
def book(make: Factory) -> Book:
    """Return what books a ticket for a performance, by default for somebody new."""

    def booked(performance: Performance, member: Member | None = None) -> Ticket:
        return book_for(member or make.member(), performance)

    return booked


@contextmanager
def ring(*those: Key) -> Iterator[None]:
    """Let the palace have these keys and no others for a while."""
    ours = current_app.extensions["palace_keys"]
    current_app.extensions["palace_keys"] = (ours[0], KeyRing(list(those)))
    try:
        yield
    finally:
        current_app.extensions["palace_keys"] = ours
