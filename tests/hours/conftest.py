"""An administrator's browser before the opening hours, and hours in few words."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from palace.hours.models import OpeningHours
from palace.hours.rules import read_parts
from palace.members.rules import Role
from palace.venues.models import Site, Space
from tests.factory import Factory

DESK = "/staff/hours"


def hours(place: Site | Space, parts: str, weekdays: range = range(1, 8)) -> list[OpeningHours]:
    """Return hours of the week like "08:30-12:00 14:00-21:30"; 24:00 is midnight."""
    is_space = isinstance(place, Space)
    return [
        OpeningHours(
            site_id=place.site_id if isinstance(place, Space) else place.id,
            space_id=place.id if is_space else None,
            weekday=weekday,
            opens=opens,
            closes=closes,
        )
        for weekday in weekdays
        for opens, closes in (one.clock_times for one in read_parts(parts))
    ]


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
