"""schemathesis over the OpenAPI file: the palace answers as it says there, whatever is sent.

`make fuzz` runs it long and with new cases each time; `make test` a short, repeatable form.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import strategies as st
from schemathesis import Case, CheckContext
from schemathesis.checks import CheckFunction
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from palace.members.models import Member, Staff
from palace.members.rules import Role
from palace.throttle import limiter
from tests.architecture.openapi import FILE
from tests.factory import Factory
from tests.security.conftest import Belongings, few, undone

PRINTED = {"application/pdf", "image/png"}
"""What printing makes, which does not run beside these tests; nor does the worker, whom /healthz asks."""
described = schemathesis.openapi.from_dict(json.loads(FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class House:
    """A palace with somebody's things in it: plain values, as each case is undone in the database."""

    app: Flask
    cookies: dict[str, str]
    own: dict[str, object]

    def aim(self, case: Case[Any]) -> None:
        """Let a case ask for what is there instead of what is not."""
        for name in case.path_parameters or {}:
            if name in self.own:
                case.path_parameters[name] = self.own[name]
        if case.path.startswith("/tickets/"):
            case.path_parameters["code"] = self.own["ticket"]


def cookie_of(app: Flask, make: Factory, person: Member | Staff) -> str:
    """Sign somebody in; return the browser's cookie."""
    browser = app.test_client()
    make.sign_in(browser, person)
    kept = browser.get_cookie("palace")
    assert kept
    return kept.value


@pytest.fixture
def house(
    app: Flask, make: Factory, belongings: Belongings, monkeypatch: pytest.MonkeyPatch
) -> House:
    """Return the palace without its throttle."""
    monkeypatch.setattr(limiter, "enabled", False)
    staff = cookie_of(app, make, make.staff(Role.ADMIN))
    own = {
        "performance_id": belongings.performance.id,
        "production_id": belongings.performance.production_id,
        "code": belongings.order.code,
        "ticket": belongings.ticket.code,
    }
    cookies = dict.fromkeys((Role.ADMIN, Role.COUNTER, Role.DOOR), staff)
    cookies[Role.MEMBER] = cookie_of(app, make, belongings.member)
    make.commit()
    return House(app, {role.value: cookie for role, cookie in cookies.items()}, own)


def no_crash(_context: CheckContext, answer: Response, case: Case[Any]) -> None:
    """Refuse a 5xx; what is away in a test may say so."""
    described = case.operation.definition.raw
    is_printed = PRINTED & set(described["responses"].get("200", {}).get("content", {}))
    may_be_away = is_printed or described["operationId"] == "pages.healthz.get"
    away = may_be_away and answer.status_code == 503
    assert answer.status_code < 500 or away, answer.content[:500]


def nothing_reflected(_context: CheckContext, answer: Response, _case: Case[Any]) -> None:
    """Refuse a page that holds markup of the visitor's."""
    assert b"<script>alert" not in answer.content


def wrong_is_refused(context: CheckContext, answer: Response, case: Case[Any]) -> None:
    """Refuse that a wrong body is taken; a body that is too long (413) is not even read."""
    if answer.status_code != 413:
        negative_data_rejection(context, answer, case)


ALWAYS: list[CheckFunction] = [
    no_crash,
    nothing_reflected,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]


def checks_for(case: Case[Any]) -> list[CheckFunction]:
    """Return what is asked of an answer; a wrong body is refused, a wrong link shows what it can."""
    body = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    wrong = body is not None and body.mode.is_negative
    return [*ALWAYS, wrong_is_refused] if wrong else ALWAYS


@few()
@described.given(own=st.booleans(), accept=st.sampled_from(["application/json", "text/html"]))
@described.parametrize()
def test_the_palace_answers_as_it_says(
    case: Case[Any], house: House, *, own: bool, accept: str
) -> None:
    role = case.operation.definition.raw["x-roles"][0]
    if own:
        house.aim(case)
    with undone(house.app):
        case.call_and_validate(
            app=house.app,
            checks=checks_for(case),
            headers={"Accept": accept, "Accept-Encoding": "identity"},
            cookies={"palace": house.cookies.get(role, house.cookies["member"])},
        )
