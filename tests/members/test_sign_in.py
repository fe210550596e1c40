"""From a proven number to a person: households, rosters, newcomers, planted cookies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from palace import clock
from palace.db import db
from palace.members.models import AuditLine, Challenge, Member, SignIn
from palace.members.rules import Standing
from tests.factory import Factory
from tests.members.browser import (
    JSON,
    PHONE,
    ask,
    challenges,
    enter,
    newest_code,
    pass_code,
    signed_in,
    wrong_code,
)

CHOOSE = "/sign-in/choose"


@pytest.fixture(autouse=True)
def house(make: Factory) -> None:
    make.site()


def count_members() -> int:
    """Return how many members there are."""
    return db.session.scalars(select(func.count()).select_from(Member)).one()


def test_the_one_member_of_a_number_is_signed_in_at_once(
    make: Factory, client: FlaskClient
) -> None:
    member = make.member(phone=PHONE)

    assert pass_code(client).headers["Location"] == "/"
    row = signed_in(client)
    assert row is not None
    assert row.member_id == member.id
    assert row.expires_at - row.created_at == timedelta(days=180)


def test_the_one_person_a_roster_names_becomes_a_valid_member(
    make: Factory, client: FlaskClient
) -> None:
    entry = make.roster_entry("李雷", PHONE)

    pass_code(client)

    row = signed_in(client)
    assert row is not None
    assert row.member is not None
    assert (row.member.name, row.member.phone, row.member.roster_entry_id) == (
        "李雷",
        PHONE,
        entry.id,
    )
    assert row.member.standing(clock.palace_day(clock.now())) == Standing.VALID


def test_a_newcomer_gives_a_name_and_is_pending(client: FlaskClient) -> None:
    assert pass_code(client).headers["Location"] == CHOOSE
    assert client.get(CHOOSE).status_code == 200

    client.post(CHOOSE, data={"name": " 韩梅梅 "})

    row = signed_in(client)
    assert row is not None
    assert row.member is not None
    assert row.member.name == "韩梅梅"
    assert row.member.standing(clock.palace_day(clock.now())) == Standing.PENDING


def test_a_newcomer_is_in_the_audit_without_name_or_phone(client: FlaskClient) -> None:
    pass_code(client)
    client.post(CHOOSE, data={"name": "韩梅梅"})

    line = db.session.scalars(select(AuditLine)).one()
    member = db.session.scalars(select(Member)).one()
    assert (line.act, line.actor, line.subject) == (
        "member_joined",
        f"member:{member.id}",
        f"member:{member.id}",
    )
    assert line.request_id
    assert not {"韩梅梅", PHONE} & {str(value) for value in (line.after or {}).values()}


@pytest.mark.parametrize("name", ["", "梅", "梅2", "😀😀", "欧" * 31, "<script>"])
def test_what_is_no_name_is_asked_for_again(client: FlaskClient, name: str) -> None:
    pass_code(client)

    answered = client.post(CHOOSE, data={"person": "new", "name": name})
    assert answered.status_code == 422
    assert count_members() == 0


def test_a_member_waiting_for_a_roster_is_recognised_when_it_names_them(
    make: Factory, client: FlaskClient
) -> None:
    early = make.member("阿里木·买买提", valid=False, phone=PHONE)
    entry = make.roster_entry("阿里木•买买提", PHONE)

    assert pass_code(client).headers["Location"] == "/"

    row = signed_in(client)
    assert row is not None
    assert row.member_id == early.id
    db.session.refresh(early)
    assert early.roster_entry_id == entry.id
    assert count_members() == 1


def test_of_two_members_of_one_name_only_one_is_the_person_on_the_roster(
    make: Factory, client: FlaskClient
) -> None:
    first = make.member("李雷", valid=False, phone=PHONE)
    make.member("李雷", valid=False, phone=PHONE)
    entry = make.roster_entry("李雷", PHONE)

    pass_code(client)

    named = db.session.scalars(select(Member.id).where(Member.roster_entry_id == entry.id)).all()
    assert named == [first.id]


def test_a_name_alone_does_not_make_anybody_valid(make: Factory, client: FlaskClient) -> None:
    make.roster_entry("李雷", "13900139000")
    pass_code(client)
    client.post(CHOOSE, data={"name": "李雷"})

    row = signed_in(client)
    assert row is not None
    assert row.member is not None
    assert row.member.roster_entry_id is None


def test_a_passed_code_is_good_for_one_sign_in(app: Flask, client: FlaskClient) -> None:
    pass_code(client)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    client.post(CHOOSE, data={"name": "韩梅梅"})

    again = app.test_client()
    with again.session_transaction() as cookie:
        cookie.update(kept)
    assert again.post(CHOOSE, data={"name": "李雷"}).status_code == 422
    assert again.get(CHOOSE).headers["Location"] == "/sign-in"
    assert count_members() == 1


@pytest.mark.parametrize(("minutes", "status"), [(9.9, 200), (10, 303)])
def test_the_choice_waits_ten_minutes(
    make: Factory, client: FlaskClient, minutes: float, status: int
) -> None:
    make.set_clock(clock.now())
    pass_code(client)
    make.set_clock(clock.now() + timedelta(minutes=minutes))

    assert client.get(CHOOSE).status_code == status


def test_a_planted_cookie_chooses_nobody(app: Flask, make: Factory, client: FlaskClient) -> None:
    make.member("张建国", phone=PHONE)
    make.member("张丽", phone=PHONE)
    ask(client)
    with client.session_transaction() as cookie:
        planted = dict(cookie)
    enter(client, newest_code())

    attacker = app.test_client()
    with attacker.session_transaction() as cookie:
        cookie.update(planted)
    assert attacker.get(CHOOSE).headers["Location"] == "/sign-in"


def test_nothing_the_browser_brought_along_survives_the_sign_in(
    make: Factory, client: FlaskClient
) -> None:
    make.member(phone=PHONE)
    with client.session_transaction() as cookie:
        cookie["planted"], cookie["csrf_token"] = "by somebody", "known to somebody"
    ask(client)
    enter(client, newest_code())

    with client.session_transaction() as cookie:
        assert set(cookie) <= {"_user_id", "_fresh", "_id", "_permanent"}
        assert cookie.permanent


def test_signing_in_again_ends_the_sign_in_this_browser_had(
    make: Factory, client: FlaskClient
) -> None:
    first = make.member("李雷", phone=PHONE)
    pass_code(client)
    make.member("王强", phone="13900139000")
    pass_code(client, "13900139000")

    live = db.session.scalars(select(SignIn.member_id).where(SignIn.ended_at.is_(None))).all()
    assert first.id not in live
    assert len(live) == 1


@pytest.mark.parametrize("how", ["signed in", "ended elsewhere", "staff"])
def test_what_the_browser_kept_of_whoever_was_signed_in_goes(
    make: Factory, client: FlaskClient, how: str
) -> None:
    make.sign_in(client, make.staff() if how == "staff" else make.member("李雷"))
    if how == "ended elsewhere":
        db.session.execute(update(SignIn).values(ended_at=clock.now()))
    other = make.member("王强", phone=PHONE)

    entered = pass_code(client)

    assert entered.headers["Clear-Site-Data"] == '"cache", "storage"'
    row = signed_in(client)
    assert row is not None
    assert row.member_id == other.id


def test_the_first_sign_in_of_a_browser_wipes_nothing(make: Factory, client: FlaskClient) -> None:
    make.member(phone=PHONE)

    assert "Clear-Site-Data" not in pass_code(client).headers


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/performances/5?tier=free", "/performances/5?tier=free"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "a" * 600, "/"),
        ("/a\r\nSet-Cookie: b=c", "/"),
    ],
)
def test_people_go_on_to_where_they_wanted_to_be(
    make: Factory, client: FlaskClient, wanted: str, reached: str
) -> None:
    make.member(phone=PHONE)
    client.get("/sign-in", query_string={"next": wanted})

    assert pass_code(client).headers["Location"] == reached


def test_the_way_on_is_kept_through_the_choice(client: FlaskClient) -> None:
    client.get("/sign-in?next=/mine")
    pass_code(client)

    assert client.post(CHOOSE, data={"name": "韩梅梅"}).headers["Location"] == "/mine"


def test_who_is_signed_in_needs_no_sign_in(make: Factory, client: FlaskClient) -> None:
    make.sign_in(client, make.member())

    assert client.get("/sign-in?next=/mine").headers["Location"] == "/mine"


def test_a_program_signs_in_by_json(make: Factory, client: FlaskClient) -> None:
    make.member("张丽", phone=PHONE)
    make.member("张建国", phone=PHONE)

    asked = client.post("/sign-in", json={"phone": 13800138000}, headers=JSON)
    assert asked.get_json() == {"next": "/sign-in/code", "phone_end": "8000"}
    wrong = client.post("/sign-in/code", json={"code": wrong_code()}, headers=JSON)
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "wrong_code")
    assert "4" in wrong.get_json()["title"]
    passed = client.post("/sign-in/code", json={"code": newest_code()}, headers=JSON)
    assert passed.get_json() == {"next": CHOOSE}
    people = client.get(CHOOSE, headers=JSON).get_json()["people"]
    assert [person["words"][0] for person in people] == ["张", "张"]
    entered = client.post(CHOOSE, json={"person": people[0]["id"]}, headers=JSON)
    assert entered.get_json() == {"next": "/"}
    assert signed_in(client) is not None


def test_a_bad_field_is_named_to_a_program(client: FlaskClient) -> None:
    answered = client.post("/sign-in", json={"phone": "123"}, headers=JSON)

    assert answered.status_code == 422
    assert set(answered.get_json()["fields"]) == {"phone"}


def test_what_was_typed_stays_on_the_page(client: FlaskClient) -> None:
    answered = client.post("/sign-in", data={"phone": "0351-4040000"})

    assert answered.status_code == 422
    assert "0351-4040000" in answered.get_data(as_text=True)
    assert challenges() == []


def test_a_form_of_another_site_is_refused_json_or_not(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        page = client.get("/sign-in").get_data(as_text=True)
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        foreign = client.post("/sign-in", data={"phone": PHONE})
        foreign_json = client.post("/sign-in", json={"phone": PHONE}, headers=JSON)
        own = client.post("/sign-in", data={"phone": PHONE, "csrf_token": token})
        own_json = client.post(
            "/sign-in/code", json={"code": wrong_code()}, headers={**JSON, "X-CSRFToken": token}
        )
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    assert (foreign.status_code, foreign_json.status_code) == (400, 400)
    assert foreign_json.get_json()["code"] == "page_stale"
    assert own.status_code == 303
    assert own_json.get_json()["code"] == "wrong_code"


def test_asking_again_within_the_minute_leads_to_the_code_that_was_sent(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    for _ in range(2):
        answer = client.post("/sign-in", data={"phone": "13912345678"})
        assert answer.status_code == 303
        assert "/sign-in/code" in answer.headers["Location"]
    assert "刚才发过了" in client.get(answer.headers["Location"]).text
    assert db.session.scalar(select(func.count(Challenge.id))) == 1


def test_a_code_that_was_guessed_away_is_not_offered_again(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    client.post("/sign-in", data={"phone": "13912345678"})
    db.session.execute(update(Challenge).values(tries=5))
    assert client.post("/sign-in", data={"phone": "13912345678"}).status_code == 429
