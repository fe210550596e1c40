"""Hostile input to every form, parameter and address: a sentence and a 4xx, never a 500, nothing leaked."""

from __future__ import annotations

from functools import cache
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.web import roles_of
from tests.architecture.openapi import fields_of, reads_of
from tests.architecture.tables import unconnected_app
from tests.factory import Factory
from tests.security.conftest import Belongings, address_of, addresses, is_long

HOSTILE = [
    "",
    " ",
    "0",
    "-1",
    "99999999999999999999999",
    "1e309",
    "NaN",
    "x" * 5000,
    "😀" * 50,
    "a\x00b",
    "' OR 1=1; DROP TABLE claims; --",
    "<script>alert(1)</script>",
    "{{7*7}}%(name)s{0}",
    "../../etc/passwd",
    "\r\nSet-Cookie: evil=1",
    "\ud7ff\u202e\ufeff",
    "２０９９-１３-４５",
    "javascript:alert(1)",
    "//evil.example/",
]
FIELDS = [
    "seats",
    "count",
    "zone",
    "tier",
    "key",
    "confirm",
    "phone",
    "code",
    "person",
    "name",
    "login",
    "password",
    "next",
    "wanted",
    "size",
    "lang",
    "kind",
    "space",
    "price",
    "left",
    "page",
    "gate",
    "performance",
]
WHOLE = unconnected_app()
LEAKS = ("Traceback", "psycopg.errors", "sqlalchemy.exc", "SELECT ", "werkzeug.")
ERASING = {"privacy.erase", "privacy.erase_person"}
"""Asked last: another address has given the ticket back by then, and nothing is left of the member."""


SHARES = 3
"""Into how many parts the values are dealt for each address; `make fuzz` sends them all to all."""


def is_dealt(endpoint: str, hostile: str) -> bool:
    """Return whether an address is sent this value: by its name, so that new ones change no other."""
    return is_long() or (crc32(endpoint.encode()) + HOSTILE.index(hostile)) % SHARES == 0


@cache
def names_of(endpoint: str) -> list[str]:
    """Return the fields of an address and the words of its query, and some that belong to others."""
    *forms, words = reads_of(WHOLE, endpoint)
    fields = [field.name for of in forms for form in of for field in fields_of(WHOLE, form)]
    return [*FIELDS, *fields, *words]


def browser_for(app: Flask, make: Factory, endpoint: str, member: Member) -> FlaskClient:
    """Return a browser that may use an endpoint."""
    browser = app.test_client()
    roles = roles_of(app, endpoint)
    if Role.MEMBER.value in roles:
        make.sign_in(browser, member)
    elif "everybody" not in roles:
        make.sign_in(browser, make.staff(Role.ADMIN))
    return browser


def faults(path: str, answer: TestResponse, hostile: str) -> list[tuple[str, str, int]]:
    """Return what is wrong with an answer."""
    status, body = answer.status_code, answer.get_data(as_text=False).decode(errors="replace")
    leaked = (
        any(leak in body for leak in LEAKS)
        or (not answer.is_json and "<script>alert" in body)
        or "evil" in str(answer.headers)
    )
    return [(path, hostile[:20], status)] if leaked or (status >= 500 and status != 503) else []


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_every_form_survives_hostile_fields(
    app: Flask, make: Factory, belongings: Belongings, hostile: str
) -> None:
    wrong = []
    for method, rule in sorted(addresses(app), key=lambda one: one[1].endpoint in ERASING):
        if not is_dealt(rule.endpoint, hostile):
            continue
        path = address_of(app, rule, belongings.values(rule))
        browser = browser_for(app, make, rule.endpoint, belongings.member)
        values = dict.fromkeys(names_of(rule.endpoint), hostile)
        if method == "GET":
            wrong += faults(path, browser.get(path, query_string=values), hostile)
        else:
            wrong += faults(path, browser.post(path, data=values), hostile)
            wrong += faults(
                path,
                browser.post(path, json=values, headers={"Accept": "application/json"}),
                hostile,
            )
    assert wrong == []


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b"{", b'"x"', b"1", b'{"seats": {"a": [1]}, "count": [], "key": {}}']
)
def test_json_of_the_wrong_shape_is_a_4xx(
    app: Flask, make: Factory, belongings: Belongings, body: bytes
) -> None:
    browser = browser_for(app, make, "tickets.hold", belongings.member)
    path = f"/performances/{belongings.performance.id}/hold"
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = browser.post(path, data=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["title"]


@pytest.mark.parametrize(
    "path",
    [
        "/performances/0",
        "/performances/-1",
        "/performances/9223372036854775807",
        "/performances/9223372036854775808",
        "/performances/99999999999999999999/seats.bin",
        "/performances/1'--",
        "/tickets/%00",
        "/tickets/..%2f..%2fetc",
        "/orders/" + "a" * 3000,
        "/calendars/x.ics",
        "/calendars/%F0%9F%98%80.ics",
        "/productions/1e3",
        "/%ff%fe",
        "/static/../palace/config.py",
        "/static/%2e%2e/wsgi.py",
    ],
)
def test_hostile_addresses_are_not_found(
    app: Flask, make: Factory, belongings: Belongings, path: str
) -> None:
    browser = app.test_client()
    make.sign_in(browser, belongings.member)
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_a_foreign_host_is_refused(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_a_body_over_the_limit_is_refused_in_words(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"phone": "1" * 100_000})
    assert answer.status_code == 413
    assert "太长" in answer.text


def test_a_form_without_proof_of_origin_changes_nothing(
    app: Flask, make: Factory, belongings: Belongings
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        browser = app.test_client()
        make.sign_in(browser, belongings.member)
        path = f"/tickets/{belongings.ticket.code}/return"
        answers = [
            browser.post(path),
            browser.post(path, json={}),
            browser.post(path, data={"csrf_token": "x"}),
        ]
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    db.session.refresh(belongings.ticket)
    assert belongings.ticket.state == "valid"


def test_a_part_without_a_name_is_refused_in_words(client: FlaskClient, make: Factory) -> None:
    make.site()
    nameless = b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"
    answer = client.post("/sign-in", data=nameless, content_type="multipart/form-data; boundary=b")
    assert (answer.status_code, "填写的内容有误" in answer.text) == (422, True)
