"""A troupe, its leader in front of a browser, and a room for them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from palace.members.models import Member
from palace.rooms.models import Room
from palace.troupes.models import Troupe
from tests.factory import Factory
from tests.lending import Lending
from tests.rooms.weekly import WEEKS


@pytest.fixture
def troupe(lending: Lending) -> Troupe:
    """Return a certified choir of 30."""
    return lending.troupe()


@pytest.fixture
def leader(lending: Lending, make: Factory, client: FlaskClient, troupe: Troupe) -> Member:
    """Return its leader, who is signed in."""
    leader = lending.leader(troupe)
    make.sign_in(client, leader)
    return leader


@pytest.fixture
def room(lending: Lending) -> Room:
    """Return a room for choirs."""
    return lending.room("one", purposes=["choir"])


@pytest.fixture
def days(lending: Lending) -> list[date]:
    """Return four dates a week apart."""
    return [lending.day(3) + timedelta(weeks=week) for week in range(WEEKS)]
