"""Classes of one house: who works in another, or teaches another class, finds nothing of them."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from palace.members.models import Member, Staff
from palace.members.rules import Role
from palace.throttle import limiter
from palace.web import roles_of
from tests.factory import Factory
from tests.security.conftest import UNKNOWN_ID, Belongings, address_of, addresses
from tests.security.test_matrix import EVERYBODY, REQUEST_ID
from tests.teaching import Teaching

PARTS = {
    "certificates",
    "classes",
    "coursedesk",
    "courses",
    "rollcall",
    "surveys",
    "teachers",
}
NOTHING_THERE = {"classes.picture"}
"""What a class of these tests has not, whoever asks."""


@pytest.fixture(autouse=True)
def _unthrottled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "enabled", False)


def of_classes(app: Flask, role: Role) -> list[tuple[str, Rule]]:
    """Return the addresses of one thing of courses that a role opens, also those of other parts."""
    return [
        (method, rule)
        for method, rule in addresses(app)
        if rule.arguments
        and role.value in roles_of(app, rule.endpoint)
        and EVERYBODY not in roles_of(app, rule.endpoint)
        and (
            app.view_functions[rule.endpoint].__module__.split(".")[1] in PARTS
            or "class" in rule.endpoint
        )
    ]


def not_like_nothing(
    app: Flask, make: Factory, who: Member | Staff, role: Role, belongings: Belongings
) -> list[object]:
    """Return the addresses at which something is told apart from nothing."""
    wrong: list[object] = []
    browser = app.test_client()
    make.sign_in(browser, who)
    for method, rule in of_classes(app, role):
        values = belongings.values(rule)
        nobodys: dict[str, object] = {
            name: "a" * 20 if name == "code" else UNKNOWN_ID for name in values
        }
        theirs, nowhere = (address_of(app, rule, of) for of in (values, nobodys))
        foreign, unknown = (browser.open(one, method=method) for one in (theirs, nowhere))
        told = REQUEST_ID.sub("", foreign.text.replace(theirs, nowhere))
        same = told == REQUEST_ID.sub("", unknown.text)
        if (foreign.status_code, unknown.status_code, same) != (404, 404, True):
            wrong.append((method, rule.rule, foreign.status_code, unknown.status_code))
    return wrong


@pytest.mark.parametrize("role", [Role.PROGRAMME, Role.SITE_ADMIN])
def test_staff_of_one_house_find_no_class_of_another(
    app: Flask, make: Factory, belongings: Belongings, role: Role
) -> None:
    elsewhere = make.staff(role, site=make.branch())
    assert len(of_classes(app, role)) > 40
    assert not_like_nothing(app, make, elsewhere, role, belongings) == []


def test_who_teaches_finds_no_class_of_another_teacher(
    app: Flask, make: Factory, belongings: Belongings
) -> None:
    other = make.member()
    Teaching(make).teacher(other)
    assert len(of_classes(app, Role.TEACHER)) > 20
    assert not_like_nothing(app, make, other, Role.TEACHER, belongings) == []


def test_who_runs_the_classes_of_a_house_finds_them(
    app: Flask, make: Factory, belongings: Belongings
) -> None:
    """Or what is not found elsewhere would say nothing."""
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.PROGRAMME, site=make.site()))
    missing = {
        rule.endpoint
        for method, rule in of_classes(app, Role.PROGRAMME)
        if method == "GET"
        and browser.get(address_of(app, rule, belongings.values(rule))).status_code == 404
    }
    assert missing == NOTHING_THERE
