"""What somebody does with seats, in one word each."""

from __future__ import annotations

import itertools

import pytest
from flask import Flask

from palace.members.models import Member
from palace.programme.models import Performance
from palace.tickets import services
from palace.tickets.models import Order
from palace.tickets.rules import Wish

KEYS = itertools.count(1)


class Booker:
    """Holds and confirms by the real services, a fresh key each time."""

    def hold(
        self,
        member: Member,
        performance: Performance,
        *codes: str,
        count: int = 0,
        zone: str | None = None,
        tier: str | None = None,
    ) -> Order:
        """Hold named seats ("ST-01-01" or "ST-01-01:member"), or `count` together."""
        pairs = tuple((code.partition(":")[0], code.partition(":")[2] or None) for code in codes)
        wish = Wish(seats=pairs, count=count, zone=zone, tier=tier)
        return services.hold(member, performance.id, wish, key=f"test-key-{next(KEYS)}")

    def book(self, member: Member, performance: Performance, *codes: str, count: int = 0) -> Order:
        """Hold and confirm."""
        return services.confirm(member, self.hold(member, performance, *codes, count=count).code)


@pytest.fixture
def booker(app: Flask) -> Booker:
    """Return somebody who books."""
    return Booker()
