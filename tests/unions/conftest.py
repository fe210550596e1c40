"""A firm's union in a palace, and its organiser."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from palace.members.models import Member, Unit
from palace.members.rules import Role
from tests.factory import Factory


@pytest.fixture
def unit(make: Factory) -> Unit:
    """Return a firm's union in a palace."""
    make.site()
    return make.unit()


@pytest.fixture
def organiser(make: Factory, client: FlaskClient, unit: Unit) -> Member:
    """Return the unit's organiser, signed in."""
    member = make.member("钱七")
    make.post(member, Role.UNIT, unit=unit)
    make.sign_in(client, member)
    return member
