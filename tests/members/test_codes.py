"""One-time codes: who gets one, how often, how long it is good, and where it is never found."""

from __future__ import annotations

import logging
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from palace import clock
from palace.db import db
from palace.errors import TooManyTries
from palace.members.errors import CodesAway, CodesSpent
from palace.members.models import Challenge
from palace.members.services import ask_code, code_of, is_scarce
from palace.notices.models import Notice
from palace.security import digest
from tests.factory import Factory
from tests.members.browser import (
    PHONE,
    ask,
    challenges,
    enter,
    newest_code,
    page_of,
    pass_code,
    signed_in,
    wrong_code,
)

NOON = time(12)


@pytest.fixture(autouse=True)
def house(make: Factory) -> None:
    make.site()


def ask_at(
    make: Factory, seconds: float, phone: str = PHONE, address: str = "1.2.3.4"
) -> Challenge:
    """Ask for a code so many seconds after a fixed noon in Shanghai."""
    make.set_clock(clock.at(clock.palace_day(clock.now()), NOON) + timedelta(seconds=seconds))
    return ask_code(phone, browser="b", address=address)


def test_a_code_has_six_digits_and_differs_from_challenge_to_challenge(make: Factory) -> None:
    codes = [code_of(f"challenge:{ask_at(make, 60 * n, f'1380013{n:04d}').id}") for n in range(30)]

    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(set(codes)) > 25


def test_asking_owes_the_number_one_notice_without_the_code(make: Factory) -> None:
    challenge = ask_at(make, 0)

    notice = db.session.scalars(select(Notice)).one()
    assert (notice.kind, notice.subject, notice.receiver, notice.values) == (
        "sign_in_code",
        f"challenge:{challenge.id}",
        f"phone:{PHONE}",
        {},
    )


def test_the_code_is_in_no_table_and_no_log_line(
    make: Factory, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(client)
    code = newest_code()
    enter(client, wrong_code())
    assert enter(client, code).status_code == 303

    for table in db.metadata.sorted_tables:
        for row in db.session.execute(text(f'SELECT t::text FROM "{table.name}" t')).scalars():  # noqa: S608 - our own names
            assert code not in row.replace(".", " ")
    assert code not in caplog.text
    assert PHONE not in caplog.text


def test_the_address_and_browser_stand_in_the_table_as_keyed_hashes(make: Factory) -> None:
    challenge = ask_at(make, 0)

    assert challenge.address_hash == digest("address:1.2.3.4")
    assert challenge.browser_hash == digest("browser:b")


@pytest.mark.parametrize(
    ("before", "refused_at", "allowed_at", "minutes"),
    [
        ([0], 59, 60, 1),
        ([0, 60, 120, 180, 240], 3599, 3600, 1),
        ([0, 60, 120, 180, 240], 300, 3600, 55),
        ([*range(0, 300, 60), *range(3600, 3900, 60)], 7300, 86400, 1319),
    ],
)
def test_a_number_gets_one_code_a_minute_five_an_hour_ten_a_day(
    make: Factory, before: list[int], refused_at: int, allowed_at: int, minutes: int
) -> None:
    for seconds in before:
        ask_at(make, seconds)

    with pytest.raises(TooManyTries) as refusal:
        ask_at(make, refused_at)
    assert refusal.value.values == {"minutes": minutes}
    assert ask_at(make, allowed_at).id


def test_an_address_gets_sixty_codes_an_hour_for_all_its_phones(make: Factory) -> None:
    for number in range(60):
        ask_at(make, number, f"1380013{number:04d}")

    with pytest.raises(TooManyTries):
        ask_at(make, 3599, "13900139000")
    assert ask_at(make, 3599, "13900139000", address="5.6.7.8").id
    assert ask_at(make, 3600, "13900139001").id


def test_unknown_numbers_are_told_nothing_when_only_the_known_still_get_codes(
    make: Factory, client: FlaskClient
) -> None:
    rules = make.rules()
    rules.code_per_day, rules.code_per_day_for_known = 3, 1
    make.roster_entry(phone="13700137000")
    for number in range(2):
        ask_at(make, number, f"1380013{number:04d}")
    assert is_scarce(clock.now())

    unknown, known = ask(client, "13800138099"), ask(client, "13700137000")

    assert unknown.status_code == known.status_code == 303
    assert "只发给登记过的手机号" in client.get("/sign-in/code").get_data(as_text=True)
    receivers = set(db.session.scalars(select(Notice.receiver)))
    assert "phone:13700137000" in receivers
    assert "phone:13800138099" not in receivers


def test_the_day_has_a_last_code_for_everybody(make: Factory) -> None:
    rules = make.rules()
    rules.code_per_day, rules.code_per_day_for_known = 2, 2
    make.roster_entry(phone="13700137000")
    make.roster_entry(phone="13700137001")
    make.roster_entry(phone="13700137002")
    ask_at(make, 0, "13700137000")
    ask_at(make, 1, "13700137001")

    for phone in ("13700137002", "13800138000"):
        with pytest.raises(CodesSpent):
            ask_at(make, 2, phone)
    assert ask_at(make, 12 * 3600, "13700137002").id  # a new palace day


def test_figures_of_the_house_decide(make: Factory) -> None:
    make.rules().code_per_phone_minute = 2
    ask_at(make, 0)

    assert ask_at(make, 1).id
    with pytest.raises(TooManyTries):
        ask_at(make, 2)


def test_where_nothing_can_send_a_code_nobody_is_asked_for_a_number(
    make: Factory, app: Flask, client: FlaskClient
) -> None:
    demo = app.extensions["palace"]
    app.extensions["palace"] = type(demo)(
        **(vars(demo) | {"demo": False, "public_url": "https://a.example"})
    )
    try:
        page = client.get("/sign-in", headers={"Accept": "application/json"})
        with pytest.raises(CodesAway):
            ask_at(make, 0)
    finally:
        app.extensions["palace"] = demo

    assert (page.status_code, page.json["code"]) == (503, "codes_away")  # type: ignore[index]  # it has a body
    assert challenges() == []


def test_five_wrong_tries_end_a_code(client: FlaskClient) -> None:
    ask(client)
    wrong, good = wrong_code(), newest_code()

    sentences = [enter(client, wrong).get_data(as_text=True) for _ in range(5)]

    assert "4次" in sentences[0]
    assert "1次" in sentences[3]
    assert "失效" in sentences[4]
    assert enter(client, good).status_code == 422
    assert challenges()[0].tries == 5
    assert signed_in(client) is None


def test_the_fifth_try_may_still_be_right(client: FlaskClient) -> None:
    ask(client)
    for _ in range(4):
        enter(client, wrong_code())

    assert enter(client, newest_code()).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(9.99, 303), (10, 422)])
def test_a_code_lives_ten_minutes(
    make: Factory, client: FlaskClient, minutes: float, status: int
) -> None:
    make.set_clock(clock.now())
    ask(client)
    make.set_clock(clock.now() + timedelta(minutes=minutes))

    assert enter(client, newest_code()).status_code == status


def test_a_code_answers_only_to_the_browser_that_asked(app: Flask, client: FlaskClient) -> None:
    ask(client)
    other = app.test_client()
    ask(other, "13900139000")

    assert enter(other, newest_code(PHONE)).status_code == 422
    assert challenges("13900139000")[0].tries == 1
    assert challenges(PHONE)[0].tries == 0


def test_a_browser_that_asked_for_nothing_is_sent_to_the_phone_number(client: FlaskClient) -> None:
    assert client.get("/sign-in/code").headers["Location"] == "/sign-in"
    assert enter(client, "123456").status_code == 422


def test_a_newer_code_leaves_the_older_one_good(make: Factory, client: FlaskClient) -> None:
    make.set_clock(clock.now())
    ask(client)
    first = newest_code()
    make.set_clock(clock.now() + timedelta(minutes=1))
    ask(client)
    assert newest_code() != first or len(challenges()) == 2

    assert enter(client, first).status_code == 303


def test_a_refused_newer_code_leaves_the_older_one_good(client: FlaskClient) -> None:
    ask(client)
    again = ask(client)
    assert again.status_code == 303

    assert enter(client, newest_code()).status_code == 303


def test_tries_count_against_every_code_of_the_number(make: Factory, client: FlaskClient) -> None:
    make.set_clock(clock.now())
    ask(client)
    make.set_clock(clock.now() + timedelta(minutes=1))
    ask(client)

    for _ in range(5):
        enter(client, wrong_code())
    assert [challenge.tries for challenge in challenges()] == [5, 5]
    assert enter(client, newest_code()).status_code == 422


def test_a_used_code_is_used(app: Flask, make: Factory, client: FlaskClient) -> None:
    make.member(phone=PHONE)
    ask(client)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    code = newest_code()
    assert enter(client, code).status_code == 303

    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(kept)
    assert enter(thief, code).status_code == 422
    assert signed_in(thief) is None


def test_known_and_unknown_numbers_get_the_same_answer(app: Flask, make: Factory) -> None:
    make.member(phone="13700137000")
    make.roster_entry(phone="13700137001")
    answers = []
    for phone in ("13700137000", "13700137001", "13900139000"):
        browser = app.test_client()
        asked = ask(browser, phone)
        page = page_of(browser.get("/sign-in/code"))
        answers.append((asked.status_code, asked.headers["Location"], page.replace(phone[-4:], "")))

    assert answers[0] == answers[1] == answers[2]


def test_a_code_passed_by_nobody_signs_nobody_in(client: FlaskClient) -> None:
    assert pass_code(client).headers["Location"] == "/sign-in/choose"
    assert signed_in(client) is None
