"""An administrator's browser before the rules of the house."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from palace.members.rules import Role
from palace.venues.figures import Group
from tests.factory import Factory
from tests.members.browser import JSON

RULES = "/staff/rules"
Save = Callable[..., TestResponse]


@pytest.fixture
def head(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of an administrator who has just signed in."""
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    make.commit()
    return client


def told(browser: FlaskClient, group: Group) -> dict[str, object]:
    """Return what a program is told of a group."""
    body: dict[str, object] = browser.get(f"{RULES}/{group}", headers=JSON).get_json()
    return body


def typed(browser: FlaskClient, group: Group) -> dict[str, str]:
    """Return the form of a group as its page has it; a box that is not ticked sends nothing."""
    body = browser.get(f"{RULES}/{group}", headers=JSON).get_json()
    figures = {one["name"]: one["value"] for one in body["figures"]}
    sent = {name: str(int(value)) for name, value in figures.items() if value is not False}
    return sent | {"seen": body["seen"]}


@pytest.fixture
def save(head: FlaskClient) -> Save:
    """Return what opens a group's page, changes some of its fields and saves it."""

    def saved(group: Group, **changed: str) -> TestResponse:
        return head.post(f"{RULES}/{group}", data=typed(head, group) | changed)

    return saved
