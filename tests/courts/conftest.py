"""Courts of one kind at the head house, at a quiet hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from palace.clock import at
from palace.courts import queries
from palace.courts.queries import Kind
from palace.db import db
from palace.members.models import Member
from palace.rooms.models import Room
from palace.rooms.policies import Policy
from tests.factory import Factory
from tests.lending import COURT, Lending

TODAY, TOMORROW = date(2026, 11, 28), date(2026, 11, 29)
ASK = {"Accept": "application/json"}


def on(day: date, clock_time: str) -> datetime:
    """Return an instant of the palace's clock."""
    return at(day, time.fromisoformat(clock_time))


class Courts:
    """Some courts of a kind, and who takes them."""

    def __init__(self, lending: Lending, count: int, **figures: object) -> None:
        self.lending, self.make = lending, lending.make
        self.policy: Policy = lending.policy(**(COURT | figures))
        self.policy.code, self.policy.name_zh = f"kind-{self.policy.id}", "羽毛球场"
        self.courts: list[Room] = [
            lending.court(policy=self.policy, capacity=4, purposes=["sport"]) for _ in range(count)
        ]
        for number, court in enumerate(self.courts, 1):
            court.space.name_zh = f"羽毛球场{number}号"
        db.session.flush()

    @property
    def kind(self) -> Kind:
        """Return the kind as it is read."""
        return next(one for one in queries.kinds() if one.code == self.policy.code)

    def tap(
        self,
        client: FlaskClient,
        hour: str = "19:00",
        day: date = TODAY,
        **how: object,
    ) -> TestResponse:
        """Tap an hour, as a page or as a program does."""
        sent = {"kind": self.policy.code, "day": day.isoformat(), "hour": hour}
        return client.post("/courts/take", data=sent, **how)

    def look(self, client: FlaskClient, day: date = TODAY) -> dict[str, Any]:
        """Return a day of the kind as programs read it."""
        asked = {"kind": self.policy.code, "day": day.isoformat()}
        found = client.get("/courts", query_string=asked, headers=ASK)
        assert found.status_code == 200
        read: dict[str, Any] = found.get_json()
        return read


@pytest.fixture
def courts(lending: Lending) -> Callable[..., Courts]:
    """Return what makes courts; it is noon."""

    def made(count: int = 2, **figures: object) -> Courts:
        lending.make.set_clock(on(TODAY, "12:00"))
        lending.make.site()
        return Courts(lending, count, **figures)

    return made


@pytest.fixture
def player(make: Factory, client: FlaskClient) -> Member:
    """Return a valid member who is signed in."""
    member = make.member()
    make.sign_in(client, member)
    return member
