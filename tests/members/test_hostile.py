"""What no honest page sends: every form answers with a sentence, none with a crash."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.members.models import Challenge, Member, SignIn
from tests.factory import Factory
from tests.members.browser import JSON, ask, pass_code

FORMS = {
    "/sign-in": ["phone"],
    "/sign-in/code": ["code"],
    "/sign-in/choose": ["person", "name"],
    "/staff/sign-in": ["login", "password"],
}
TEXTS = [
    "",
    " ",
    "\x00",
    "138\x0000138000",
    "😀" * 20,
    "9" * 20_000,
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "-1",
    "1e999",
    "null",
    "../../etc/passwd",
    "\u202e\u2066",
    "r99999999999999999999",
    "m-1",
]
BODIES = [
    [],
    [1, 2],
    "text",
    5,
    None,
    {},
    {"x": {"y": 1}},
]
VALUES = [
    [],
    ["a", "b"],
    [["a"]],
    {"a": 1},
    None,
    True,
    -1,
    1.5,
    10**30,
    "\ud800",
    "a\u0000b",
    ["\ud800"],
]


@pytest.fixture
def ready(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return a browser that has passed a code and asked for another: every form is open to it."""
    make.site()
    make.member("张丽", phone="13800138000")
    make.member("张建国", phone="13800138000")
    pass_code(client)
    return client


def assert_refused(status: int, page: str) -> None:
    """Check that an answer is a refusal in words."""
    assert 400 <= status < 500, page
    assert "Traceback" not in page
    assert any("\u4e00" <= letter <= "\u9fff" for letter in page)


@pytest.mark.parametrize("address", FORMS)
def test_no_text_crashes_a_form(ready: FlaskClient, address: str) -> None:
    for typed in TEXTS:
        answered = ready.post(address, data=dict.fromkeys(FORMS[address], typed))
        assert_refused(answered.status_code, answered.get_data(as_text=True))


@pytest.mark.parametrize("address", FORMS)
def test_no_json_crashes_a_form(ready: FlaskClient, address: str) -> None:
    sent = BODIES + [dict.fromkeys(FORMS[address], value) for value in VALUES]
    for body in sent:
        raw = json.dumps(body)
        answered = ready.post(address, data=raw, content_type="application/json", headers=JSON)
        assert_refused(answered.status_code, answered.get_json()["title"])
    for raw in ("{", "\xff", "", "[" * 5000):
        answered = ready.post(address, data=raw, content_type="application/json", headers=JSON)
        assert 400 <= answered.status_code < 500


@pytest.mark.parametrize("address", FORMS)
def test_no_repeated_or_surplus_field_crashes_a_form(ready: FlaskClient, address: str) -> None:
    repeated = {name: ["<a>", "<b>"] for name in FORMS[address]}
    surplus = {f"f{number}": "x" for number in range(150)}
    assert 400 <= ready.post(address, data=repeated).status_code < 500
    assert 400 <= ready.post(address, data=surplus).status_code < 500
    assert ready.post(address, data={"a": "x" * 70_000}).status_code == 413


def test_a_script_in_a_field_comes_back_harmless(client: FlaskClient, make: Factory) -> None:
    make.site()
    page = ask(client, '"><script>alert(1)</script>').get_data(as_text=True)

    assert "<script>alert" not in page


def test_hostile_input_leaves_no_row(ready: FlaskClient) -> None:
    for address, names in FORMS.items():
        for typed in TEXTS[:8]:
            ready.post(address, data=dict.fromkeys(names, typed))

    assert len(db.session.scalars(select(Challenge)).all()) == 1
    assert len(db.session.scalars(select(Member)).all()) == 2
    assert db.session.scalars(select(SignIn)).all() == []


@pytest.mark.parametrize("address", [*FORMS, "/demo/messages"])
@pytest.mark.parametrize(
    "query", ["next=%00", "next=%FF", "next=" + "a" * 5000, "next[]=1", "lang=../x"]
)
def test_no_query_crashes_a_page(ready: FlaskClient, address: str, query: str) -> None:
    assert ready.get(f"{address}?{query}").status_code < 500
