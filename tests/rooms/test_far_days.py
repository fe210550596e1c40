"""Days at the ends of the calendar are refused in words, not by an error."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from palace.members.rules import Role
from tests.factory import Factory
from tests.lending import Lending

DAYS = ("9999-12-31", "0001-01-01")
ASK = {"Accept": "application/json"}


@pytest.fixture
def signed(lending: Lending, make: Factory, client: FlaskClient) -> dict[str, Any]:
    """Return what a leader who is signed in may name."""
    troupe = lending.troupe()
    make.sign_in(client, lending.leader(troupe))
    court = lending.court()
    return {"troupe": troupe.id, "room": lending.room().space_id, "court": court}


@pytest.mark.parametrize("day", DAYS)
def test_a_queue_at_the_end_of_time(client: FlaskClient, signed: Any, day: str) -> None:
    path = f"/spaces/{signed['room']}/wait?starts={day}T23:30&minutes=120"
    assert client.get(path, headers=ASK).status_code == 404


@pytest.mark.parametrize("day", DAYS)
def test_a_series_at_the_end_of_time(client: FlaskClient, signed: Any, day: str) -> None:
    asked = {
        "key": f"a-key-of-{day}",
        "weekday": 1,
        "begins": "23:30",
        "minutes": 120,
        "people": 20,
        "purpose": "choir",
        "space": signed["room"],
        "dates": f"{day}:{signed['room']}",
    }
    path = f"/troupes/{signed['troupe']}/series"
    assert client.get(path, query_string=asked).status_code == 200
    assert client.post(path, data=asked).status_code == 422


@pytest.mark.parametrize("day", DAYS)
def test_a_court_at_the_end_of_time(client: FlaskClient, signed: Any, day: str) -> None:
    policy = signed["court"].policy
    asked = {"kind": policy.code, "day": day, "hour": "23:00"}
    assert client.post("/courts/take", data=asked).status_code in (409, 422)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("path", ["/staff/week?day={}", "/staff/usage?first={0}&last={0}"])
def test_reports_at_the_end_of_time(
    make: Factory, client: FlaskClient, signed: Any, day: str, path: str
) -> None:
    make.sign_in(client, make.staff(Role.ADMIN))
    assert client.get(path.format(day)).status_code in (200, 422)
