"""What acting costs those who do not act: nothing, not even with the database away."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from palace.db import db
from palace.members import queries
from palace.members.rules import Role
from tests.factory import Factory
from tests.planned import planned

ASKS_NOBODY = ["/static/palace.css", "/livez"]


@pytest.fixture(autouse=True)
def clerk(make: Factory, client: FlaskClient) -> None:
    """Sign a clerk in who acts for a member."""
    make.site()
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=make.member())


@pytest.mark.parametrize("path", ASKS_NOBODY)
def test_a_file_asks_nobody_who_they_are(client: FlaskClient, path: str) -> None:
    asked: list[str] = []

    def take_down(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", take_down)
    try:
        with client.get(path) as answered:
            assert answered.status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", take_down)
    assert [one for one in asked if "sign_ins" in one] == []


def test_a_dead_database_takes_no_file_and_no_header(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr(queries, "find_sign_in", away)
    monkeypatch.setattr(app, "testing", False)
    for path in ASKS_NOBODY:
        with client.get(path) as answered:
            assert answered.status_code == 200
    waits = client.get("/mine")
    assert waits.status_code == 503
    assert "Content-Security-Policy" in waits.headers


@pytest.mark.parametrize(
    ("path", "field"), [("/staff/acting/find", "who"), ("/staff/acting/introduce", "number")]
)
def test_a_dead_database_does_not_make_a_page_repeat_a_document(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str, field: str
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr(queries, "find_sign_in", away)
    monkeypatch.setattr(app, "testing", False)
    waits = client.post(path, data={field: "110105194912310029", "full_name": "李桂兰"})
    assert waits.status_code == 503
    assert "110105194912310029" not in waits.text


def test_who_is_signed_in_is_looked_up_by_indexes(app: Flask) -> None:
    """A clock in the join's condition read every member at each request.

    There are many members: of a table of one row any plan is as good as another.
    """
    plan = planned(
        app,
        queries.SIGN_IN.params(token_hash=b"x"),
        "INSERT INTO members (phone, name)"
        " SELECT '199' || n, '李' FROM generate_series(10000000, 10002999) n",
        "ANALYZE members, sign_ins",
        *(f"SET LOCAL enable_{kind} = off" for kind in ("seqscan", "hashjoin", "mergejoin")),
    )
    assert re.search(r"on members\s[^>]*Index Cond: \(id = COALESCE\(sign_ins", plan), plan
