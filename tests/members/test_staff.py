"""Staff: login and password, twelve hours, nothing told to guessers."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.models import AuditLine, Staff
from palace.members.rules import Role
from palace.members.services import check_password, hash_password
from tests.factory import Factory
from tests.members.browser import JSON, page_of, signed_in

PASSWORD = "售票处 2026 南宫"  # noqa: S105 - a test's


@pytest.fixture
def clerk(make: Factory) -> Staff:
    """Return a clerk with a password."""
    make.site()
    staff = make.staff(Role.COUNTER)
    staff.password_hash = hash_password(PASSWORD)
    db.session.flush()
    return staff


def enter(client: FlaskClient, login: str, password: str) -> int:
    """Type login and password in; return the answer's status."""
    return client.post("/staff/sign-in", data={"login": login, "password": password}).status_code


def acts() -> list[tuple[str, str]]:
    """Return who did what, in order."""
    return [
        (line.act, line.actor)
        for line in db.session.scalars(select(AuditLine).order_by(AuditLine.id))
    ]


def test_the_right_password_opens_the_staff_page_on_the_record(
    clerk: Staff, client: FlaskClient
) -> None:
    answered = client.post("/staff/sign-in", data={"login": clerk.login, "password": PASSWORD})

    assert answered.headers["Location"] == "/staff"
    row = signed_in(client)
    assert row is not None
    assert row.staff_id == clerk.id
    assert acts() == [("staff_signed_in", f"staff:{clerk.id}")]


def test_signing_out_is_in_the_audit_too(clerk: Staff, client: FlaskClient) -> None:
    enter(client, clerk.login, PASSWORD)

    assert client.post("/staff/sign-out").headers["Location"] == "/staff/sign-in"
    assert signed_in(client) is None
    assert acts()[-1] == ("staff_signed_out", f"staff:{clerk.id}")


def test_wrong_password_and_unknown_login_are_told_alike(clerk: Staff, client: FlaskClient) -> None:
    wrong = client.post("/staff/sign-in", data={"login": clerk.login, "password": "no"})
    unknown = client.post("/staff/sign-in", data={"login": "nobody-1", "password": "no"})

    assert wrong.status_code == unknown.status_code == 422
    pages = [page_of(wrong), page_of(unknown)]
    assert pages[0].replace(clerk.login, "") == pages[1].replace("nobody-1", "")
    assert signed_in(client) is None
    assert acts() == [("staff_refused", "system")]


def test_an_unknown_login_costs_as_much_work_as_a_known_one(clerk: Staff) -> None:
    check_password("nobody", "no")
    work = {}
    for login in (clerk.login, "nobody"):
        began = time.process_time()
        assert check_password(login, "no") is None
        work[login] = time.process_time() - began

    assert work["nobody"] > work[clerk.login] / 3


def test_who_has_left_does_not_get_in(clerk: Staff, client: FlaskClient) -> None:
    clerk.left_at = clock.now()
    db.session.flush()

    assert enter(client, clerk.login, PASSWORD) == 422


def test_a_staff_row_without_a_password_lets_nobody_in(make: Factory, client: FlaskClient) -> None:
    make.site()
    assert enter(client, make.staff().login, "!") == 422


def test_an_old_hash_is_made_anew(clerk: Staff) -> None:
    clerk.password_hash = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)

    assert check_password(clerk.login, PASSWORD) is clerk
    assert PasswordHasher().check_needs_rehash(clerk.password_hash) is False


def test_staff_sign_in_by_json(clerk: Staff, client: FlaskClient) -> None:
    bad = client.post("/staff/sign-in", json={"login": clerk.login, "password": "no"}, headers=JSON)
    good = client.post(
        "/staff/sign-in", json={"login": clerk.login, "password": PASSWORD}, headers=JSON
    )

    assert (bad.status_code, bad.get_json()["code"]) == (422, "wrong_password")
    assert good.get_json() == {"next": "/staff"}


def test_the_eleventh_password_for_a_login_waits(clerk: Staff, client: FlaskClient) -> None:
    statuses = [enter(client, clerk.login, "no") for _ in range(10)]
    refused = client.post(
        "/staff/sign-in", data={"login": clerk.login, "password": PASSWORD}, headers=JSON
    )

    assert set(statuses) == {422}
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_tries")
    assert "分钟" in refused.get_json()["title"]
    assert enter(client, "another", "no") == 422
