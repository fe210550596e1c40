"""A hall with a plan of the demonstration palace, and a manager at the desk."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from palace.demo.house import FILES
from palace.members.models import Staff
from palace.members.rules import Role
from palace.venues.models import SeatingPlan, Space
from palace.venues.services import import_plan
from tests.factory import Factory

Document = dict[str, Any]
ASK = {"Accept": "application/json"}
SMALL = "排,座,票区,类型,入口\n1,1,A区,普通,东门\n1,2,A区,轮椅席,东门\n2,1,B区,陪同,西门\n"


@pytest.fixture
def hall(make: Factory) -> Space:
    return make.space()


@pytest.fixture
def concert(hall: Space) -> SeatingPlan:
    document: Document = json.loads((FILES / "concert.json").read_text(encoding="utf-8"))
    return import_plan(hall, document)


@pytest.fixture
def manager(client: FlaskClient, make: Factory) -> Staff:
    who = make.staff(Role.PROGRAMME)
    make.sign_in(client, who)
    return who


def upload(client: FlaskClient, space: Space, content: bytes | str = SMALL, **more: object) -> Any:
    """Send a sheet and return the answer."""
    body = content.encode() if isinstance(content, str) else content
    sent = {"space": str(space.id), "file": (io.BytesIO(body), "plan.csv"), **more}
    return client.post("/staff/plans", data=sent, headers=ASK)
