"""The pages of who decides: whose turn, what is refused at its field, what stays typed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from palace.members.rules import Role
from palace.rooms.models import Reservation
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.states import OccurrenceState
from tests.factory import Factory
from tests.lending import Lending
from tests.members.browser import JSON

HOME = "/staff/reservations"


@pytest.fixture
def asked(lending: Lending) -> Reservation:
    """Return two dates of a marked room that wait."""
    room = lending.room(approval=True, policy=lending.policy(opens_days=60))
    return lending.reservation(room, lending.day(7), weeks=2)


@pytest.mark.parametrize("role", [Role.PROGRAMME, Role.SITE_ADMIN, Role.ADMIN])
def test_whoever_may_decide_sees_what_waits(
    client: FlaskClient, make: Factory, asked: Reservation, role: Role
) -> None:
    site = make.site() if role is Role.SITE_ADMIN else None
    make.sign_in(client, make.staff(role, site=site))
    assert "职工合唱团" in client.get(HOME).text
    assert client.get(HOME, headers=JSON).get_json()["reservations"][0]["dates"] == 2
    assert "2次" in client.get(HOME).text
    assert "个场地预约等您批" in client.get("/staff").text


def test_another_houses_is_not_found(
    client: FlaskClient, make: Factory, asked: Reservation
) -> None:
    other = make.branch()
    make.sign_in(client, make.staff(Role.SITE_ADMIN, site=other))
    assert "职工合唱团" not in client.get(HOME).text
    assert client.get(f"{HOME}/{asked.code}").status_code == 404
    assert client.post(f"{HOME}/{asked.code}/decide", data={}).status_code == 404


def test_a_refusal_wants_its_reason_and_loses_nothing(
    client: FlaskClient, make: Factory, asked: Reservation
) -> None:
    first, second = occurrences_of(asked.id)
    make.sign_in(client, make.staff(Role.PROGRAMME))
    path = f"{HOME}/{asked.code}/decide"
    page = client.post(path, data={"dates": str(first.id), "verdict": "refused", "why": " "})
    assert page.status_code == 422
    assert "请写一句为什么" in page.text
    assert f'value="{first.id}" checked' in page.text
    assert f'value="{second.id}" checked' not in page.text
    assert client.post(path, data={"verdict": "passed"}).status_code == 422
    assert client.post(path, data={"dates": str(first.id), "verdict": "x"}).status_code == 422
    done = client.post(path, data={"dates": str(first.id), "verdict": "refused", "why": "有演出"})
    assert done.status_code == 303
    shown = client.get(f"{HOME}/{asked.code}").text
    assert "没有批准" in shown
    assert "有演出" in shown
    again = client.post(path, data={"dates": str(first.id), "verdict": "passed"})
    assert again.status_code == 409
    assert "已经没有等您审批的了" in again.text
    assert occurrences_of(asked.id)[1].state is OccurrenceState.PENDING
