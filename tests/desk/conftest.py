"""A programme manager's browser, and the forms of a performance as its pages have them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from palace import clock
from palace.clock import SHANGHAI
from palace.members.rules import Role
from palace.programme.models import Performance, Production
from palace.review.models import Revision
from palace.review.rules import RevisionState
from palace.venues.models import SeatingPlan, Space
from tests.factory import Factory
from tests.members.browser import JSON

DESK = "/staff/programme"
ZONES = {
    "sections": [{"code": "ST", "name": {"zh": "池座", "en": "Stalls"}}],
    "shapes": [],
    "zones": [
        {"code": "A", "name": {"zh": "A区", "en": "Zone A"}},
        {"code": "B", "name": {"zh": "B区", "en": "Zone B"}},
    ],
}
Send = Callable[..., TestResponse]


@pytest.fixture
def manager(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of a programme manager of the whole palace."""
    make.site()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    make.commit()
    return client


@pytest.fixture
def production(make: Factory) -> Production:
    """Return a play of two hours, told in both languages."""
    one = Production(
        code="play",
        kind="drama",
        title_zh="话剧《雷雨》",
        title_en="Thunderstorm",
        about_zh="一个闷热的夏天。",
        about_en="One sultry summer.",
        minutes=120,
    )
    make.add(one)
    make.add(reviewed(one))
    return one


def reviewed(production: Production) -> Revision:
    """Return the revision that passed, of a production the public may read."""
    return Revision(
        subject=f"production:{production.id}",
        state=RevisionState.PASSED,
        before={},
        fields={},
        steps=[],
        authors=["staff:1"],
        proposed_at=clock.now(),
        closed_at=clock.now(),
    )


@pytest.fixture
def hall(make: Factory) -> Space:
    """Return a hall."""
    return make.space()


@pytest.fixture
def plan(make: Factory, hall: Space) -> SeatingPlan:
    """Return the hall's plan: a row of four in zone A, one of six in zone B."""
    plan = make.plan(hall, [4, 6])
    plan.drawing = ZONES
    make.commit()
    return plan


def night(days: int = 30, hour: int = 19, minute: int = 30) -> datetime:
    """Return an evening some days from today, at the palace."""
    today = clock.now().astimezone(SHANGHAI)
    later = today + timedelta(days=days)
    return later.replace(hour=hour, minute=minute, second=0, microsecond=0)


def new_fields(hall: Space, starts_at: datetime, **other: Any) -> dict[str, Any]:
    """Return the form of a new performance as somebody fills it in."""
    here = starts_at.astimezone(SHANGHAI)
    given = {
        "space": hall.id,
        "seating": "seated",
        "day": here.date().isoformat(),
        "time": here.strftime("%H:%M"),
        "get_in": 120,
        "get_out": 60,
        "doors": 30,
        "seats_per_member": 4,
        "identity_policy": "none",
    }
    return {name: value for name, value in (given | other).items() if value is not None}


def told(browser: FlaskClient, performance: Performance | int) -> dict[str, Any]:
    """Return what a program is told of a performance."""
    number = performance if isinstance(performance, int) else performance.id
    body: dict[str, Any] = browser.get(f"{DESK}/performances/{number}", headers=JSON).get_json()
    return body


@pytest.fixture
def put_on(manager: FlaskClient, production: Production) -> Callable[..., dict[str, Any]]:
    """Return what puts the play on and gives what a program is told of it."""

    def done(space: Space, starts_at: datetime | None = None, **other: Any) -> dict[str, Any]:
        fields = new_fields(space, starts_at or night(), **other)
        path = f"{DESK}/productions/{production.id}/performances/new"
        answer = manager.post(path, headers=JSON, json=fields)
        assert answer.status_code == 201, answer.get_json()
        body: dict[str, Any] = answer.get_json()
        return body

    return done


@pytest.fixture
def send(manager: FlaskClient) -> Send:
    """Return what sends a form of a performance, with what was seen unless the test says."""

    def sent(number: int, page: str, *, json: bool = True, **fields: Any) -> TestResponse:
        fields.setdefault("seen", told(manager, number)["seen"].get(page, ""))
        path = f"{DESK}/performances/{number}/{page}"
        if json:
            return manager.post(path, headers=JSON, json=fields)
        return manager.post(path, data=fields)

    return sent


def cells(**typed: str) -> dict[str, Any]:
    """Return a table as a form has it: `free__A="0"` is the cell free:A, `__` alone stands for `:`."""
    names = [name.replace("__all", ":*").replace("__", ":") for name in typed]
    return {"cells": " ".join(names), "typed": list(typed.values())}
