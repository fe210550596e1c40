"""The second factor of staff: set up once, each code good once, a lost phone and a lost key."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members.models import AuditLine, RecoveryCode, SecondFactor, Staff
from palace.members.posts import plain_code, steps_around
from palace.members.rules import Role
from palace.members.services import (
    begin,
    begun_secret,
    check_password,
    code_now,
    confirm,
    forget_second,
    hash_password,
    leave,
    new_secret,
    renew_password,
    reseal,
    shown_code,
    try_second,
)
from palace.members.services import staff as staff_service
from palace.members.services.posts import grant_post
from palace.security import (
    LATER,
    PURPOSES,
    BadKeys,
    complete_keys,
    keys,
    load_keys,
    make_keys,
    rotate_keys,
)
from tests.factory import Factory
from tests.members.browser import JSON, enrolled, signed_in
from tests.races.together import together

PASSWORD = "南宫-1958"  # noqa: S105 - a test's


@pytest.fixture
def admin(make: Factory) -> Staff:
    """Return an administrator with a password and no codes yet."""
    make.site()
    staff = make.staff(Role.ADMIN)
    staff.password_hash = hash_password(PASSWORD)
    make.add(staff)
    return staff


def later(make: Factory, seconds: int = 90) -> None:
    """Set the database's clock ahead, past the codes of now."""
    make.set_clock(clock.now() + timedelta(seconds=seconds))


def password(client: FlaskClient, staff: Staff) -> str:
    """Type login and password; return where the browser is sent."""
    typed = {"login": staff.login, "password": PASSWORD}
    return client.post("/staff/sign-in", data=typed).headers["Location"]


def acts() -> list[str]:
    """Return what was done, in order."""
    return list(db.session.scalars(select(AuditLine.act).order_by(AuditLine.id)))


def test_an_administrator_sets_codes_up_before_anything_else(
    admin: Staff, client: FlaskClient
) -> None:
    assert password(client, admin) == "/staff/sign-in/enrol"
    assert client.get("/staff").headers["Location"].startswith("/staff/sign-in")
    page = client.get("/staff/sign-in/enrol").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert secret
    assert "<svg" in page

    code = pyotp.TOTP(secret[1].replace(" ", "")).at(clock.now())
    done = client.post("/staff/sign-in/enrol", data={"code": code})

    assert len(re.findall(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", done.text)) == 10
    row = signed_in(client)
    assert row is not None
    assert row.staff_id == admin.id
    assert acts()[-2:] == ["second_factor_set", "staff_signed_in"]


def test_a_wrong_first_code_sets_nothing_up(admin: Staff, client: FlaskClient) -> None:
    password(client, admin)
    client.get("/staff/sign-in/enrol")

    refused = client.post("/staff/sign-in/enrol", data={"code": "12345"})

    assert refused.status_code == 422
    assert "动态验证码不对" in refused.text
    assert db.session.get(SecondFactor, admin.id) is None
    assert acts()[-1] == "staff_code_refused"


def test_the_code_follows_the_password_and_is_good_once(
    admin: Staff, make: Factory, client: FlaskClient
) -> None:
    enrolled(admin)
    later(make)
    code = shown_code(admin)

    assert password(client, admin) == "/staff/sign-in/code"
    assert client.post("/staff/sign-in/code", data={"code": code}).headers["Location"] == "/staff"
    assert signed_in(client)

    other = client.application.test_client()
    password(other, admin)
    again = other.post("/staff/sign-in/code", data={"code": code}, headers=JSON)
    assert (again.status_code, again.get_json()["code"]) == (422, "wrong_second_code")
    assert signed_in(other) is None


def test_without_the_password_no_code_is_asked(admin: Staff, client: FlaskClient) -> None:
    enrolled(admin)

    assert client.get("/staff/sign-in/code").headers["Location"] == "/staff/sign-in"
    told = client.post("/staff/sign-in/code", data={"code": "123456"}, headers=JSON)
    assert (told.status_code, told.get_json()["code"]) == (422, "password_gone")


@pytest.mark.parametrize("what", ["ten minutes pass", "a new password", "they leave"])
def test_a_password_that_was_typed_does_not_hold_for_ever(
    admin: Staff, make: Factory, client: FlaskClient, what: str
) -> None:
    enrolled(admin)
    password(client, admin)
    if what == "a new password":
        renew_password(admin.login, clock.now())
    elif what == "they leave":
        admin.left_at = clock.now()
        make.add(admin)
    else:
        later(make, 600)

    answered = client.post("/staff/sign-in/code", data={"code": shown_code(admin)})

    assert answered.status_code == 422
    assert "请重新登录" in answered.text
    assert signed_in(client) is None


def test_a_recovery_code_is_good_once_however_it_is_typed(
    admin: Staff, make: Factory, client: FlaskClient
) -> None:
    codes = enrolled(admin)
    later(make)
    password(client, admin)

    client.post("/staff/sign-in/code", data={"code": codes[3].lower().replace("-", " ")})

    assert signed_in(client)
    assert not try_second(admin, codes[3])
    assert try_second(admin, codes[4])
    assert "recovery_code_used" in acts()


def test_who_need_no_code_are_not_asked_and_the_house_says_who(
    admin: Staff, make: Factory, client: FlaskClient
) -> None:
    make.rules().second_factor_roles = ["counter"]
    db.session.flush()
    assert password(client, admin) == "/staff"
    grant_post(admin, Role.COUNTER)
    assert signed_in(client) is None
    assert password(client, admin) == "/staff/sign-in/enrol"


def test_a_lost_phone_is_forgotten_and_set_up_anew(admin: Staff, client: FlaskClient) -> None:
    codes = enrolled(admin)
    forget_second(admin, clock.now())

    assert not try_second(admin, codes[0])
    assert db.session.scalar(select(func.count(RecoveryCode.id))) == 0
    assert password(client, admin) == "/staff/sign-in/enrol"


def test_the_eleventh_code_of_somebody_waits(admin: Staff, client: FlaskClient) -> None:
    enrolled(admin)
    password(client, admin)
    statuses = [
        client.post("/staff/sign-in/code", data={"code": "1"}).status_code for _ in range(11)
    ]
    assert statuses == [422] * 10 + [429]


def test_secrets_are_sealed_and_outlive_a_rotation(admin: Staff, make: Factory, app: Flask) -> None:
    secret = new_secret()
    assert confirm(admin, secret, code_now(secret))
    factor = db.session.get_one(SecondFactor, admin.id)
    begun, before = begin(admin, "browser"), factor.key_id
    assert secret not in factor.sealed

    rotate_keys(app.extensions["palace"].keys_file, ["totp"], clock.now())
    make.set_clock(clock.now() + timedelta(seconds=90))
    assert try_second(admin, code_now(secret))
    assert begun_secret(begun, admin, "browser")
    assert reseal() == 1
    assert factor.key_id == keys().active("totp").id != before
    make.set_clock(clock.now() + timedelta(seconds=90))
    assert try_second(admin, code_now(secret))


def test_a_secret_whose_key_is_lost_fits_nothing(admin: Staff) -> None:
    enrolled(admin)
    db.session.get_one(SecondFactor, admin.id).key_id = "gone"
    db.session.flush()

    assert shown_code(admin) == ""
    assert not try_second(admin, "123456")


def test_an_older_keys_file_is_completed_with_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    make_keys(path)
    whole = json.loads(path.read_text())["keys"]
    older = [key for key in whole if key["purpose"] not in LATER]
    path.write_text(json.dumps({"keys": older}))
    with pytest.raises(BadKeys, match="totp"):
        load_keys(path)

    complete_keys(path)
    complete_keys(path)

    assert [load_keys(path).active(purpose).id for purpose in PURPOSES if purpose not in LATER] == [
        key["id"] for key in older
    ]
    assert len(load_keys(path).all("totp")) == 1


def test_a_file_that_lost_another_key_is_not_mended(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    make_keys(path)
    kept = [key for key in json.loads(path.read_text())["keys"] if key["purpose"] != "ticket"]
    path.write_text(json.dumps({"keys": kept}))

    with pytest.raises(BadKeys, match="ticket"):
        complete_keys(path)


def test_the_same_code_at_once_lets_one_in(live: Factory, live_app: Flask) -> None:
    live.site()
    staff = live.staff(Role.ADMIN)
    enrolled(staff)
    codes = list(steps_around(clock.now()))
    db.session.get_one(SecondFactor, staff.id).last_step = codes[0]
    db.session.flush()
    code, staff_id = shown_code(staff), staff.id
    live.commit()

    tried = together(
        live_app, [lambda: try_second(db.session.get_one(Staff, staff_id), code)] * 8, at_once=4
    )

    assert tried.count(True) == 1


def test_codes_are_read_as_people_write_them() -> None:
    assert plain_code(" 123 456") == "123456"
    assert plain_code("abcd-efgh") == "ABCDEFGH"


def secret_on(page: str) -> str:
    """Return the secret a page of enrolment shows."""
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert shown
    return shown[1].replace(" ", "")


def test_a_secret_somebody_else_saw_before_fits_nothing(admin: Staff, client: FlaskClient) -> None:
    """Who knows the password looks at a secret first; the person sets up another, in their browser."""
    thief, enrol = client.application.test_client(), "/staff/sign-in/enrol"
    password(thief, admin)
    seen = secret_on(thief.get(enrol).text)
    password(client, admin)
    own = secret_on(client.get(enrol).text)

    foreign = client.post(enrol, data={"code": code_now(seen)})
    again = secret_on(foreign.text)
    done = client.post(enrol, data={"code": code_now(own)})
    late = thief.post(enrol, data={"code": code_now(seen)})

    assert (foreign.status_code, again, done.status_code) == (422, own, 200)
    assert "请重新登录" in late.text
    assert signed_in(thief) is None
    assert not try_second(admin, code_now(seen))


def test_a_password_typed_anew_begins_with_another_secret(
    admin: Staff, make: Factory, client: FlaskClient
) -> None:
    password(client, admin)
    first = secret_on(client.get("/staff/sign-in/enrol").text)
    assert secret_on(client.get("/staff/sign-in/enrol").text) == first
    later(make, 60)
    password(client, admin)

    straight = client.post("/staff/sign-in/enrol", data={"code": code_now(first)}, headers=JSON)
    second = secret_on(client.get("/staff/sign-in/enrol").text)

    assert (straight.status_code, straight.get_json()["code"]) == (422, "password_gone")
    assert second != first


def test_what_a_browser_began_opens_nowhere_else(admin: Staff, make: Factory) -> None:
    begun, other = begin(admin, "browser"), make.staff(Role.ADMIN)
    assert begun_secret(begun, admin, "browser")
    assert begun_secret(begun, admin, "another") is None
    assert begun_secret(begun, other, "browser") is None
    assert begun_secret(None, admin, "browser") is None
    assert begun_secret("planted", admin, "browser") is None


def test_two_codes_that_fit_at_once_set_up_one_factor(live: Factory, live_app: Flask) -> None:
    live.site()
    staff = live.staff(Role.ADMIN)
    secret, now = new_secret(), clock.now()
    live.commit()
    staff_id = staff.id

    def confirmed(step: int) -> object:
        code = pyotp.TOTP(secret).generate_otp(step)
        return confirm(db.session.get_one(Staff, staff_id), secret, code)

    together(live_app, [functools.partial(confirmed, step) for step in steps_around(now)])
    assert db.session.scalar(select(func.count(RecoveryCode.id))) == 10


@pytest.mark.parametrize("end", [renew_password, leave])
def test_a_password_that_ends_while_it_is_checked_lets_nobody_in(
    live: Factory, live_app: Flask, monkeypatch: pytest.MonkeyPatch, end: Callable[..., object]
) -> None:
    live.site()
    live.staff(Role.ADMIN)
    staff = live.staff(Role.COUNTER)
    login, staff.password_hash = staff.login, hash_password(PASSWORD)
    live.commit()

    def fits(*_: str) -> bool:
        together(live_app, [lambda: end(login, clock.now())])
        return True

    monkeypatch.setattr(staff_service, "_fits", fits)
    assert check_password(login, PASSWORD) is None


def test_a_code_after_a_password_that_was_renewed_lets_nobody_in(
    live: Factory, live_app: Flask
) -> None:
    live.site()
    staff = live.staff(Role.ADMIN)
    enrolled(staff)
    live.commit()
    code, login = shown_code(staff), staff.login
    together(live_app, [lambda: renew_password(login, clock.now())])
    assert not try_second(staff, code)
