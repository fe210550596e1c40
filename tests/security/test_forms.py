"""Every form, filled in by chance: any bytes, any fields, any kind of body; `make fuzz` runs it long."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import event, given
from hypothesis import strategies as st
from werkzeug.test import TestResponse
from wtforms import PasswordField, StringField

from palace.forms import MOST_VALUES
from palace.members.rules import Role
from palace.members.services import hash_password
from palace.throttle import limiter
from palace.web import roles_of
from tests.architecture.openapi import fields_of, reads_of
from tests.architecture.tables import unconnected_app
from tests.factory import Factory
from tests.members.browser import ask, enrolled, pass_code
from tests.security.conftest import Belongings, address_of, few, undone
from tests.security.test_answers import faults
from tests.teaching import Teaching

WHOLE = unconnected_app()
POSTS = {
    rule.endpoint: rule for rule in WHOLE.url_map.iter_rules() if "POST" in (rule.methods or ())
}
OF_STAFF = (Role.ADMIN, Role.PROGRAMME, Role.REVIEWER)
"""Whose forms are tried signed in as staff, the first that may."""
MARK = "\"'><zz9 onzz9=alert(1)>"
"""Markup that a page may show, but never hold."""
EDGES = [
    "", " ", "0", "-1", "20", "21", "2147483648", "9223372036854775808", "1e309", "NaN", "٣",
    "０１２３４５", "a\x00b", "\x1b[0m", "\u202eabc\u2066", "e" + "\u0301" * 300, "\U0001f468\u200d" * 20,
    "ﷺ" * 40, "\ufeff", "\ud800", "a\udfffb", "x" * 5_000, "x" * 70_000, "' OR 1=1--", "\r\nX-A: b",
    "{{7*7}}%(x)s%n", "true", "null", "../../x", "//evil.example", "javascript:alert(1)", MARK,
]  # fmt: skip
GOOD = [
    "13800138000", "123456", "李小明", "new", "m1", "r1", "ST-01-01", "ST-01-01:free", "1", "2",
    "A", "free", "abcdefgh-1234",
]  # fmt: skip
FAMILY = {200, 201, 303, 400, 404, 409, 413, 415, 422, 429}
KINDS = ["text/plain", "application/xml", "application/json", "application/json; charset=utf-16"]
PAGES = {
    "members.sign_in",
    "members.code",
    "members.choose",
    "staff.sign_in",
    "staff.code",
    "staff.enrol",
    "mine.rename",
    "people.find",
    "privacy.find",
    "house.set_tickets",
    "review.add_step",
    "numbers.ask",
    "numbers.find",
    "numbers.set_number",
    "acting.find",
}
"""Addresses whose page has the form itself, to be filled in again."""

Send = Callable[..., TestResponse]

texts = st.sampled_from(EDGES) | st.sampled_from(GOOD) | st.text(max_size=60)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)


def names_of(endpoint: str) -> list[str]:
    """Return the fields of an address, and some that belong to others or to nobody."""
    fields = [
        field.name for form in reads_of(WHOLE, endpoint)[0] for field in fields_of(WHOLE, form)
    ]
    return [*fields, *fields, *fields, "csrf_token", "next", "_method", "__class__"]


def form_body(pairs: list[tuple[str, str]]) -> tuple[str, bytes]:
    """Return fields as a browser sends them; half a character goes out as bytes that are no UTF-8."""
    return "application/x-www-form-urlencoded", urlencode(pairs, errors="surrogatepass").encode()


def parts_body(pairs: list[tuple[str, str]]) -> tuple[str, bytes]:
    """Return fields as the parts of an upload, the last one as a file."""
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"'
        f"{'; filename=x.svg' if index + 1 == len(pairs) else ''}\r\n\r\n{value}\r\n"
        for index, (name, value) in enumerate(pairs)
    ]
    return "multipart/form-data; boundary=b", "".join([*parts, "--b--"]).encode(
        errors="surrogatepass"
    )


def json_body(pairs: list[tuple[str, Any]]) -> tuple[str, bytes]:
    """Return fields as one JSON object in which names may stand twice."""
    members = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in pairs)
    return "application/json", f"{{{members}}}".encode()


def deep_body(depth: int) -> tuple[str, bytes]:
    """Return lists in lists."""
    return "application/json", b'{"name": ' + b"[" * depth + b"]" * depth + b"}"


def bodies(endpoint: str) -> st.SearchStrategy[tuple[str, bytes]]:
    """Return what may be sent to an address."""
    names = st.sampled_from(names_of(endpoint)) | texts
    typed = st.lists(st.tuples(names, texts), max_size=8)
    most = MOST_VALUES
    crowd = st.lists(st.tuples(names, st.just("1")), min_size=most - 10, max_size=most + 10)
    return st.one_of(
        typed.map(form_body),
        typed.map(parts_body),
        crowd.map(form_body),
        st.lists(st.tuples(names, trees), max_size=6).map(json_body),
        st.integers(1, 30_000).map(deep_body),
        st.tuples(st.sampled_from(KINDS), st.binary(max_size=200)),
    )


def browser_at(app: Flask, make: Factory, endpoint: str, owner: Belongings) -> FlaskClient:
    """Return a browser that stands where the form is: signed in, or with a code asked for or passed."""
    browser = app.test_client()
    if Role.MEMBER.value in roles_of(app, endpoint):
        renames = endpoint == "mine.rename"
        make.sign_in(browser, make.member(valid=False) if renames else owner.member)
    elif roles_of(app, endpoint) == {Role.TEACHER.value}:
        Teaching(make).teacher(owner.member)
        make.sign_in(browser, owner.member)
    elif staff_role := next((role for role in OF_STAFF if role in roles_of(app, endpoint)), None):
        make.sign_in(browser, make.staff(staff_role))
    elif Role.UNIT.value in roles_of(app, endpoint):
        make.post(owner.member, Role.UNIT, unit=owner.member.unit)
        make.sign_in(browser, owner.member)
    elif endpoint in {"staff.code", "staff.enrol"}:
        pass_password(browser, make, has_codes=endpoint == "staff.code")
    elif endpoint == "members.code":
        ask(browser)
    elif endpoint == "members.choose":
        make.roster_entry("张建华", "13800138000")
        make.roster_entry("李桂兰", "13800138000")
        pass_code(browser)
    make.commit()
    return browser


def pass_password(browser: FlaskClient, make: Factory, *, has_codes: bool) -> None:
    """Type an administrator's password, who has codes or has to set them up."""
    staff = make.staff(Role.ADMIN)
    staff.password_hash = hash_password("nangong")
    make.add(staff)
    if has_codes:
        enrolled(staff)
    browser.post("/staff/sign-in", data={"login": staff.login, "password": "nangong"})
    if not has_codes:
        browser.get("/staff/sign-in/enrol")


@pytest.fixture
def stand(
    app: Flask, make: Factory, belongings: Belongings, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Send]:
    """Return what stands a browser before a form; all it sends begins there, unthrottled, and is undone."""
    monkeypatch.setattr(limiter, "enabled", False)

    def before(endpoint: str) -> Send:
        browser = browser_at(app, make, endpoint, belongings)
        path = address_of(app, POSTS[endpoint], belongings.values(POSTS[endpoint]))
        kept = browser.get_cookie("palace")

        def send(**how: Any) -> TestResponse:
            if kept:
                browser.set_cookie("palace", kept.value)
            with undone(app):
                return browser.post(path, buffered=True, **how)  # a file is read while it is made

        return send

    return before


def wrong_with(answer: TestResponse, *, is_json: bool) -> list[str]:
    """Return what is wrong with an answer to whatever was sent."""
    wrong = [] if answer.status_code in FAMILY else [f"status {answer.status_code}"]
    page = answer.get_data()
    wrong += ["reflected"] if b"<zz9" in page or b"\"'>" in page else []
    wrong += ["leaked"] if b"Traceback" in page or b"psycopg" in page else []
    if is_json and answer.status_code >= 400:
        wrong += faults("Problem", answer.get_json())
    return wrong


@pytest.mark.parametrize("endpoint", sorted(POSTS))
def test_a_form_survives_whatever_is_sent(stand: Callable[[str], Send], endpoint: str) -> None:
    send = stand(endpoint)

    @few()
    @given(bodies(endpoint), st.booleans())
    def sent(body: tuple[str, bytes], is_json: bool) -> None:
        headers = {"Accept": "application/json" if is_json else "text/html"}
        answer = send(data=body[1], content_type=body[0], headers=headers)
        event(str(answer.status_code))
        assert wrong_with(answer, is_json=is_json) == []

    sent()


def typed_again(page: str, name: str) -> str | None:
    """Return what stands in a field of a page, or None where there is no such field."""
    for tag in re.findall(rf"<input[^>]*\bname=\"{name}\"[^>]*>", page):
        value = re.search(r'\bvalue="([^"]*)"', tag)
        return html.unescape(value[1]) if value else ""
    return None


@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_a_refused_form_keeps_what_was_typed(stand: Callable[[str], Send], endpoint: str) -> None:
    send = stand(endpoint)
    (form,) = reads_of(WHOLE, endpoint)[0]
    fields = [
        field
        for field in fields_of(WHOLE, form)
        if isinstance(field, StringField) and field.name not in {"person", "fact"}
    ]
    printable = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=60)

    @few()
    @given(st.lists(printable | st.just("\"'><zz9"), min_size=len(fields), max_size=len(fields)))
    def sent(values: list[str]) -> None:
        filled = dict(zip([field.name for field in fields], values, strict=True))
        answer = send(data=filled)
        if answer.status_code in (200, 303):
            return
        for field in fields:
            typed = "" if isinstance(field, PasswordField) else filled[field.name]
            assert typed_again(answer.text, field.name) == typed

    sent()
