"""Administrators' browsers before the desk of rooms, over rooms that are lent."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from palace.members.rules import Role
from tests.factory import Factory
from tests.lending import Lending

DESK = "/staff/rooms"


@pytest.fixture
def lending(make: Factory) -> Lending:
    """Return what makes rooms that are lent."""
    return Lending(make)


@pytest.fixture
def head(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of an administrator of the whole palace."""
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    make.commit()
    return client


@pytest.fixture
def branch(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of an administrator of one house, a branch."""
    make.site()
    make.sign_in(client, make.staff(Role.SITE_ADMIN, site=make.branch()))
    make.commit()
    return client
