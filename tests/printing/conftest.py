"""A printing process shared by a file's tests, and booked tickets to print."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from palace.tickets import services
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.printing.process import printing_process

KEYS = itertools.count(1)
Book = Callable[..., Ticket]


@pytest.fixture(scope="module")
def printer(base_app: Flask) -> Iterator[None]:
    """Run a printing process for all tests of a file."""
    with printing_process(base_app):
        yield


@pytest.fixture
def book(make: Factory) -> Book:
    """Return a function that books one free ticket for somebody with a name."""

    def booked(name: str = "张建华", title: str = "晋剧《打金枝》") -> Ticket:
        performance = make.performance(seats=2)
        performance.production.title_zh = title
        member = make.member(name)
        order = services.hold(member, performance.id, Wish(count=1), key=f"paper-key-{next(KEYS)}")
        services.confirm(member, order.code)
        return make.tickets(performance)[0]

    return booked
