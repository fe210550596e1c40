"""Sign-ins as rows: they last, they end, and what has ended opens nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock, create_app
from palace.config import Settings
from palace.db import db
from palace.members import queries
from palace.members.models import AuditLine, SignIn
from palace.members.rules import Role
from palace.members.services import open_sign_in, token_hash
from palace.security import make_keys
from tests.asked import asked
from tests.factory import Factory
from tests.members.browser import signed_in

EVERYWHERE = "/sign-out-everywhere"


def test_the_table_knows_the_hash_of_a_token_only(make: Factory) -> None:
    row = open_sign_in(make.member(), clock.now())

    assert len(row.token) == 43
    assert row.token_hash == token_hash(row.token)
    assert queries.find_sign_in(row.token, row.token_hash) is not None
    assert open_sign_in(make.member(), clock.now()).token != row.token


@pytest.mark.parametrize(
    ("person", "life"), [("member", timedelta(days=180)), ("staff", timedelta(hours=12))]
)
def test_a_sign_in_lasts_as_long_as_its_kind_and_not_a_second_longer(
    make: Factory, person: str, life: timedelta
) -> None:
    now = clock.now()
    row = open_sign_in(make.member() if person == "member" else make.staff(), now)

    make.set_clock(now + life - timedelta(seconds=1))
    assert queries.find_sign_in(row.token, row.token_hash) is not None
    make.set_clock(now + life)
    assert queries.find_sign_in(row.token, row.token_hash) is None


def test_a_sign_in_is_found_with_its_person_unit_and_all_in_one_query(
    make: Factory, app: Flask
) -> None:
    row = open_sign_in(make.member(), clock.now())
    db.session.flush()
    db.session.expunge_all()
    with asked() as heard:
        found = queries.find_sign_in(row.token, row.token_hash)

    assert found is not None
    assert found.member is not None
    assert found.member.unit_zh
    assert found.roles == {Role.MEMBER}
    assert len(heard) == 1


def test_signing_out_ends_the_row_and_wipes_what_the_browser_kept(
    app: Flask, make: Factory, client: FlaskClient
) -> None:
    make.sign_in(client, make.member())
    with client.session_transaction() as cookie:
        kept = dict(cookie)

    left = client.post("/sign-out")

    assert (left.status_code, left.headers["Location"]) == (303, "/")
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert signed_in(client) is None
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(kept)
    assert signed_in(thief) is None
    assert thief.post(EVERYWHERE, headers={"Accept": "application/json"}).status_code == 401


def test_signing_out_twice_or_unknown_is_no_error(client: FlaskClient) -> None:
    assert client.post("/sign-out").status_code == 303
    assert client.get("/sign-out").status_code == 405


def test_signing_out_everywhere_ends_every_browser_of_the_member_and_no_other(
    app: Flask, make: Factory, client: FlaskClient
) -> None:
    member, neighbour = make.member(), make.member("王强")
    phone, laptop, other = client, app.test_client(), app.test_client()
    for browser, person in ((phone, member), (laptop, member), (other, neighbour)):
        make.sign_in(browser, person)

    assert phone.post(EVERYWHERE).status_code == 303

    assert [signed_in(browser) is None for browser in (phone, laptop, other)] == [True, True, False]
    line = db.session.scalars(select(AuditLine)).one()
    assert (line.act, line.actor, line.after) == (
        "signed_out_everywhere",
        f"member:{member.id}",
        {"sign_ins": 2},
    )


def test_signing_out_everywhere_is_for_members(make: Factory, client: FlaskClient) -> None:
    assert client.post(EVERYWHERE).status_code == 303
    make.sign_in(client, make.staff())
    assert client.post(EVERYWHERE).status_code == 403


def test_the_database_refuses_a_sign_in_of_nobody_or_two(make: Factory) -> None:
    row = SignIn(token_hash=b"x", expires_at=clock.now())
    db.session.add(row)
    with pytest.raises(Exception, match="one_person"):
        db.session.flush()
    db.session.rollback()


def test_a_forged_or_odd_cookie_is_nobody(app: Flask, client: FlaskClient) -> None:
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "x" * 3000
    assert client.post(EVERYWHERE, headers={"Accept": "application/json"}).status_code == 401
    client.set_cookie("palace", "eyJfdXNlcl9pZCI6IjEifQ.forged.forged")
    assert client.post(EVERYWHERE, headers={"Accept": "application/json"}).status_code == 401


def test_without_the_database_a_signed_in_person_is_told_so(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys.json")
    nowhere = f"postgresql+psycopg://palace_app@/palace?host={tmp_path}"
    app = create_app(
        Settings(
            demo=True,
            state=tmp_path,
            keys_file=tmp_path / "keys.json",
            database_url=nowhere,
            database_owner_url=nowhere,
        )
    )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "a token"

    for answered in (client.get("/"), client.get("/sign-in"), client.get("/staff")):
        assert answered.status_code == 503
        assert "系统正在恢复" in answered.get_data(as_text=True)
        assert answered.headers["Retry-After"]
