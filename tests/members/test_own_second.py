"""Staff whose posts ask for no codes set them up all the same, and drop them again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from palace import clock
from palace.db import db
from palace.members.models import AuditLine, RecoveryCode, SecondFactor, SignIn, Staff
from palace.members.rules import Role
from palace.members.services import code_now, hash_password, shown_code, try_second
from tests.factory import Factory
from tests.members.browser import JSON, enrolled, signed_in

PAGE = "/staff/second"
PASSWORD = "柳巷-1958"  # noqa: S105 - a test's


@pytest.fixture
def clerk(make: Factory) -> Staff:
    """Return a clerk with a password and no codes."""
    make.site()
    staff = make.staff(Role.COUNTER)
    staff.password_hash = hash_password(PASSWORD)
    make.add(staff)
    return staff


@pytest.fixture
def desk(make: Factory, client: FlaskClient, clerk: Staff) -> FlaskClient:
    """Return the clerk's browser, who has just signed in."""
    make.sign_in(client, clerk)
    make.commit()
    return client


def begun(desk: FlaskClient) -> str:
    """Begin, and return the secret the page shows."""
    assert desk.post(f"{PAGE}/begin").headers["Location"] == PAGE
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", desk.get(PAGE).text)
    assert shown
    return shown[1].replace(" ", "")


def test_a_clerk_sets_codes_up_and_signs_in_by_them(
    desk: FlaskClient, make: Factory, clerk: Staff
) -> None:
    other = desk.application.test_client()
    make.sign_in(other, clerk)
    make.commit()
    assert "开始设置" in desk.get("/staff/second").text
    secret = begun(desk)
    assert db.session.get(SecondFactor, clerk.id) is None

    wrong = desk.post(PAGE, data={"code": "12345"})
    done = desk.post(PAGE, data={"code": code_now(secret)})

    assert (wrong.status_code, 'value="12345"' in wrong.text) == (422, True)
    assert secret[:4] in wrong.text
    assert len(re.findall(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", done.text)) == 10
    assert 'href="/staff" aria-current="page"' in done.text
    assert (signed_in(desk) is None, signed_in(other) is None) == (False, True)
    typed = {"login": clerk.login, "password": PASSWORD}
    assert other.post("/staff/sign-in", data=typed).headers["Location"] == "/staff/sign-in/code"
    assert desk.post(f"{PAGE}/begin", headers=JSON).get_json()["code"] == "second_held"


def test_codes_are_dropped_after_a_proof_by_code(
    desk: FlaskClient, make: Factory, clerk: Staff
) -> None:
    codes = enrolled(clerk)
    make.set_clock(clock.now() + timedelta(seconds=90))
    db.session.execute(update(SignIn).values(proven_at=clock.now() - timedelta(hours=1)))
    make.commit()

    asked = desk.post(f"{PAGE}/drop", headers=JSON)
    assert (asked.status_code, asked.get_json()["way"]) == (401, "code")
    assert desk.post(f"{PAGE}/drop", data={"proof": PASSWORD}).status_code == 401
    dropped = desk.post(f"{PAGE}/drop", data={"proof": shown_code(clerk)})

    assert dropped.headers["Location"] == PAGE
    assert desk.get(PAGE, headers=JSON).get_json() == {
        "set": False,
        "needed": False,
        "secret": None,
    }
    assert not try_second(clerk, codes[0])
    assert db.session.scalars(select(RecoveryCode)).first() is None
    act = select(AuditLine.act).where(AuditLine.act == "second_factor_dropped")
    assert db.session.scalars(act).all() == ["second_factor_dropped"]


def test_who_must_have_codes_keeps_them(desk: FlaskClient, make: Factory, clerk: Staff) -> None:
    enrolled(clerk)
    make.rules().second_factor_roles = ["counter"]
    make.commit()

    assert "不能取消" in desk.get(PAGE).text
    kept = desk.post(f"{PAGE}/drop", headers=JSON)

    assert (kept.status_code, kept.get_json()["code"]) == (409, "second_needed")
    assert db.session.get(SecondFactor, clerk.id) is not None


def test_only_the_browser_that_began_ends_it(
    desk: FlaskClient, make: Factory, clerk: Staff
) -> None:
    other = desk.application.test_client()
    make.sign_in(other, clerk)
    make.commit()
    first, second = begun(desk), begun(desk)

    assert first != second
    foreign = other.post(PAGE, data={"code": code_now(second)}, headers=JSON)
    assert (foreign.status_code, foreign.get_json()["code"]) == (422, "enrolment_gone")
    assert desk.post(PAGE, data={"code": code_now(first)}).status_code == 422
    assert desk.post(PAGE, data={"code": code_now(second)}).status_code == 200


def test_an_unattended_desk_begins_nothing(desk: FlaskClient, make: Factory) -> None:
    db.session.execute(update(SignIn).values(proven_at=clock.now() - timedelta(hours=1)))
    make.commit()

    asked = desk.post(f"{PAGE}/begin", headers=JSON)
    assert (asked.status_code, asked.get_json()["way"]) == (401, "password")
    begins = desk.post(f"{PAGE}/begin", data={"proof": PASSWORD}, headers=JSON)
    assert begins.status_code == 200
    assert begins.get_json()["secret"] == desk.get(PAGE, headers=JSON).get_json()["secret"]


def test_who_takes_long_to_set_the_phone_up_proves_again_and_goes_on(
    desk: FlaskClient, make: Factory
) -> None:
    secret = begun(desk)
    db.session.execute(update(SignIn).values(proven_at=clock.now() - timedelta(hours=1)))
    make.commit()

    asked = desk.post(PAGE, data={"code": code_now(secret)})
    done = desk.post(PAGE, data={"code": code_now(secret), "proof": PASSWORD})

    assert (asked.status_code, done.status_code) == (401, 200)
    assert len(re.findall(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", done.text)) == 10


def test_who_signs_in_anew_begins_anew(desk: FlaskClient, make: Factory, clerk: Staff) -> None:
    secret = begun(desk)
    make.sign_in(desk, clerk)
    make.commit()
    refused = desk.post(PAGE, data={"code": code_now(secret)}, headers=JSON)
    assert refused.get_json()["code"] == "enrolment_gone"


def test_teachers_who_are_members_have_no_such_page(make: Factory, client: FlaskClient) -> None:
    make.site()
    member = make.member()
    make.post(member, Role.TEACHER)
    make.sign_in(client, member)
    make.commit()
    assert client.get(PAGE).headers["Location"] == "/staff"
    assert client.post(f"{PAGE}/begin").status_code == 404
