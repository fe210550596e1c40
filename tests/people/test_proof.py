"""Dangerous acts ask once more who somebody is, and go on with what was typed."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_login import login_user
from sqlalchemy import select, update

from palace import clock
from palace.db import db
from palace.errors import ProofNeeded
from palace.members import queries
from palace.members.models import AuditLine, SignIn, Staff
from palace.members.rules import Role
from palace.members.services import hash_password, shown_code, token_hash
from palace.web import allow
from tests.factory import Factory
from tests.members.browser import JSON, enrolled, newest_code, wrong_code

PASSWORD = "南宫-1958"  # noqa: S105 - a test's
TYPED = {"login": "wang", "name": "王 丽", "role": "door", "site": ""}


@pytest.fixture
def admin(make: Factory) -> Staff:
    """Return an administrator with a password and no codes."""
    make.site()
    staff = make.staff(Role.ADMIN)
    staff.password_hash = hash_password(PASSWORD)
    make.add(staff)
    return staff


@pytest.fixture
def desk(make: Factory, client: FlaskClient, admin: Staff) -> FlaskClient:
    """Return the administrator's browser, signed in an hour ago."""
    make.sign_in(client, admin)
    an_hour_ago = clock.now() - timedelta(hours=1)
    db.session.execute(update(SignIn).values(proven_at=an_hour_ago))
    make.commit()
    return client


def with_codes(make: Factory, staff: Staff) -> None:
    """Set somebody's codes up, and let the first one's time pass."""
    enrolled(staff)
    make.set_clock(clock.now() + timedelta(seconds=90))
    make.commit()


def hidden(page: str) -> dict[str, str]:
    """Return what waits in a page to be sent again."""
    kept = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in kept if name != "csrf_token"}


def token_of(browser: FlaskClient) -> str:
    """Return the token a browser is known by."""
    with browser.session_transaction() as cookie:
        return str(cookie["_user_id"])


def staff_called(login: str) -> Staff | None:
    """Return somebody by login."""
    return db.session.scalars(select(Staff).where(Staff.login == login)).first()


def test_what_was_typed_waits_and_goes_on_with_the_code(
    desk: FlaskClient, make: Factory, admin: Staff
) -> None:
    with_codes(make, admin)
    before = token_of(desk)

    asked = desk.post("/staff/people", data=TYPED)
    assert asked.status_code == 401
    assert hidden(asked.text) == TYPED
    assert staff_called("wang") is None

    wrong = desk.post("/staff/people", data=hidden(asked.text) | {"proof": "1"})
    assert wrong.status_code == 401
    assert "动态验证码不对" in wrong.text
    assert hidden(wrong.text) == TYPED

    done = desk.post("/staff/people", data=hidden(wrong.text) | {"proof": shown_code(admin)})
    assert done.status_code == 201
    assert staff_called("wang") is not None
    assert token_of(desk) != before
    assert queries.find_sign_in(before, token_hash(before)) is None
    assert desk.post("/staff/people", data=TYPED | {"login": "li"}).status_code == 201
    acts = list(db.session.scalars(select(AuditLine.act)))
    assert acts.count("staff_code_refused") == 1


def test_a_page_that_is_only_read_asks_nothing(desk: FlaskClient) -> None:
    assert desk.get("/staff/people").status_code == 200


def test_where_the_house_wants_no_codes_the_password_proves_it(desk: FlaskClient) -> None:
    asked = desk.post("/staff/people", data=TYPED)
    assert 'name="proof" type="password"' in asked.text
    assert desk.post("/staff/people", data=TYPED | {"proof": "no"}).status_code == 401
    assert desk.post("/staff/people", data=TYPED | {"proof": PASSWORD}).status_code == 201


def test_programs_send_the_proof_with_the_act(
    desk: FlaskClient, make: Factory, admin: Staff
) -> None:
    with_codes(make, admin)
    asked = desk.post("/staff/people", json=TYPED, headers=JSON)
    assert (asked.status_code, asked.get_json()["code"]) == (401, "proof_needed")
    assert asked.get_json()["way"] == "code"

    done = desk.post("/staff/people", json=TYPED | {"proof": shown_code(admin)}, headers=JSON)
    assert done.status_code == 201


def test_the_eleventh_proof_waits(desk: FlaskClient, make: Factory, admin: Staff) -> None:
    with_codes(make, admin)
    tries = [desk.post("/staff/people", data=TYPED | {"proof": "1"}) for _ in range(11)]
    assert [one.status_code for one in tries] == [401] * 10 + [429]


def test_the_house_says_how_long_a_proof_holds(desk: FlaskClient, make: Factory) -> None:
    make.rules().proof_minutes = 61
    make.commit()
    assert desk.post("/staff/people", data=TYPED).status_code == 201


def test_others_are_refused_before_they_are_asked(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.sign_in(client, make.staff(Role.COUNTER))
    db.session.execute(update(SignIn).values(proven_at=clock.now() - timedelta(hours=1)))
    make.commit()
    assert client.post("/staff/people", data=TYPED).status_code == 403


def test_a_member_with_a_post_proves_it_by_a_new_message(app: Flask, make: Factory) -> None:
    make.site()
    member = make.member(phone="13800138000")
    make.post(member, Role.UNIT, unit=make.unit())
    make.sign_in(app.test_client(), member)
    db.session.execute(update(SignIn).values(proven_at=clock.now() - timedelta(days=9)))
    make.commit()
    row = db.session.scalars(select(SignIn)).one()

    @allow(Role.UNIT, fresh=True)
    def act() -> ResponseReturnValue:
        return "done"

    def send(typed: dict[str, str], kept: dict[str, object]) -> tuple[object, dict[str, object]]:
        """Send the act from the member's browser; return its answer and what its cookie holds then."""
        from_member = {"method": "POST", "data": typed}
        with app.test_request_context("/anywhere", **from_member) as asked:
            asked.session.update(kept)
            found = queries.find_sign_in("token", row.token_hash)
            assert found
            login_user(found)
            try:
                answered: object = act()
            except ProofNeeded as needed:
                answered = needed.values["way"]
            return answered, {name: asked.session[name] for name in ("asked", "browser")}

    first, kept = send({}, {})
    wrong, _ = send({"proof": wrong_code("13800138000")}, kept)
    right, _ = send({"proof": newest_code("13800138000")}, kept)
    assert (first, wrong, right) == ("message", "message", "done")
