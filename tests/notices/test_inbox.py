"""The inbox: newest first, in the reader's language, old → new; and how a member wants to be told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.config import Settings
from palace.db import db
from palace.members.models import Member
from palace.notices import queries, senders, services
from palace.notices.models import Contact
from palace.notices.rules import EMAIL_TRIES, changed
from tests.factory import Factory
from tests.members.browser import JSON
from tests.notices.conftest import ISSUED

INBOX = "/mine/notices"


@pytest.fixture
def member(make: Factory, client: FlaskClient) -> Member:
    """Return a member whose browser is signed in."""
    make.site()
    found = make.member()
    make.sign_in(client, found)
    return found


def tell(member: Member, count: int = 1, kind: str = "tickets_issued", **values: object) -> None:
    """Owe a member so many notices."""
    now = clock.now()
    for number in range(count):
        at = now + timedelta(seconds=number)
        services.owe(kind, f"order:{number}", f"member:{member.id}", ISSUED | values, at)


def test_it_is_newest_first_in_the_readers_language(client: FlaskClient, member: Member) -> None:
    tell(member)
    tell(member, kind="ticket_returned")

    chinese, english = (
        client.get(INBOX, headers=JSON | {"Accept-Language": language}).get_json()["notices"]
        for language in ("zh", "en")
    )

    assert [one["kind"] for one in chinese] == ["ticket_returned", "tickets_issued"]
    assert chinese[0]["text"] == "晋剧《打金枝》，11月28日 周六 19:30，您的一张票已退。"
    assert english[0]["text"] == (
        "The Golden Branch, Sat 28 Nov 19:30: one of your tickets was returned."
    )


def test_a_long_title_is_whole_here(client: FlaskClient, member: Member) -> None:
    tell(member, title={"zh": "长" * 30, "en": ""})

    assert "长" * 30 in client.get(INBOX).text


def test_what_changed_says_old_and_new(client: FlaskClient, member: Member) -> None:
    tell(member, starts_at=changed(ISSUED["starts_at"], "2026-11-29T06:00:00+00:00"))

    (one,) = client.get(INBOX, headers=JSON).get_json()["notices"]

    assert one["changes"] == [
        {"name": "时间", "old": "11月28日 周六 19:30", "new": "11月29日 周日 14:00"}
    ]
    page = client.get(INBOX).text
    assert "<del>11月28日 周六 19:30</del>" in page
    assert "<ins>11月29日 周日 14:00</ins>" in page


def test_what_is_new_is_counted_until_it_is_marked(client: FlaskClient, member: Member) -> None:
    tell(member, 3)
    assert "通知：3条新的" in client.get("/mine").text
    seen = client.get(INBOX, headers=JSON).get_json()["notices"][1]["notice"]

    told = client.post(f"{INBOX}/read", json={"up_to": seen}, headers=JSON).get_json()

    assert [one["is_new"] for one in told["notices"]] == [True, False, False]
    assert client.get("/mine", headers=JSON).get_json()["unread"] == 1
    assert client.post(f"{INBOX}/read", data={"up_to": seen}).status_code == 303


def test_nobody_reads_or_marks_what_others_were_told(
    client: FlaskClient, member: Member, make: Factory
) -> None:
    other = make.member()
    tell(other)
    services.owe("tickets_issued", "order:9", "staff", ISSUED, clock.now())

    told = client.post(f"{INBOX}/read", json={"up_to": 2**62}, headers=JSON).get_json()

    assert told["notices"] == []
    assert queries.unread_count(other.id, senders.KINDS) == 1


def test_older_ones_are_a_page_further(client: FlaskClient, member: Member) -> None:
    tell(member, queries.INBOX_PAGE + 1)

    page = client.get(INBOX).text
    assert page.count('<li id="n') == queries.INBOX_PAGE
    further = re.search(r'href="(/mine/notices\?before=\d+)"', page)
    assert further
    assert client.get(further[1]).text.count('<li id="n') == 1


def test_one_that_cannot_be_said_hides_no_other(client: FlaskClient, member: Member) -> None:
    tell(member)
    services.owe("tickets_issued", "order:bad", f"member:{member.id}", {}, clock.now())

    assert len(client.get(INBOX, headers=JSON).get_json()["notices"]) == 1


def test_ways_are_kept(client: FlaskClient, member: Member) -> None:
    wanted = ["tickets_issued", "no_such_kind", "sign_in_code"]

    sent = {"language": "en", "wanted": wanted}
    told = client.post(f"{INBOX}/ways", json=sent, headers=JSON).get_json()

    assert told["language"] == "en"
    assert "missed" in told["muted"]
    assert {"tickets_issued", "sign_in_code", "no_such_kind"}.isdisjoint(told["muted"])
    page = client.get(INBOX).text
    assert re.search(r'value="tickets_issued" checked', page)
    assert not re.search(r'value="missed" checked', page)


def test_a_language_nobody_speaks_is_refused(client: FlaskClient, member: Member) -> None:
    answer = client.post(f"{INBOX}/ways", json={"language": "xx"}, headers=JSON)

    assert answer.status_code == 422


def asked_at(member: Member) -> str:
    """Return the code that was sent to the wanted address."""
    row = db.session.get_one(Contact, member.id)
    assert row.asked_at
    return senders.email_code(f"email:{member.id}:{int(row.asked_at.timestamp())}")


def test_an_address_is_proven_by_its_code(
    client: FlaskClient, member: Member, make: Factory
) -> None:
    make.set_clock(clock.now())
    client.post(f"{INBOX}/email", data={"email": " one@example.org "})
    assert queries.contact_of(member.id).email is None
    assert "one@example.org" in client.get(INBOX).text
    (code,) = client.get("/demo/messages", headers=JSON).get_json()["messages"]
    assert (code["phone"], asked_at(member) in code["text"]) == ("one@example.org", True)

    wrong = client.post(f"{INBOX}/email/code", data={"code": "000000"})
    assert (wrong.status_code, "验证码不对，还可以试4次" in wrong.text) == (422, True)
    right = client.post(f"{INBOX}/email/code", data={"code": asked_at(member)})

    assert right.status_code == 303
    assert client.get(INBOX, headers=JSON).get_json()["email"] == "one@example.org"
    client.post(f"{INBOX}/email/drop")
    assert client.get(INBOX, headers=JSON).get_json()["email"] is None


def test_a_code_is_tried_five_times_and_lives_half_an_hour(
    client: FlaskClient, member: Member, make: Factory
) -> None:
    now = clock.now()
    make.set_clock(now)
    client.post(f"{INBOX}/email", data={"email": "one@example.org"})
    code = asked_at(member)
    for _ in range(EMAIL_TRIES):
        client.post(f"{INBOX}/email/code", data={"code": "000000"})
    gone = client.post(f"{INBOX}/email/code", json={"code": code}, headers=JSON)
    assert (gone.status_code, gone.get_json()["code"]) == (422, "email_code_gone")

    make.set_clock(now + timedelta(minutes=1))
    client.post(f"{INBOX}/email", data={"email": "one@example.org"})
    make.set_clock(now + timedelta(minutes=31))
    late = client.post(f"{INBOX}/email/code", json={"code": asked_at(member)}, headers=JSON)
    assert late.get_json()["code"] == "email_code_gone"


def test_codes_to_an_address_are_few(client: FlaskClient, member: Member, make: Factory) -> None:
    now = clock.now()
    make.set_clock(now)
    statuses = []
    for minute in range(11):
        make.set_clock(now + timedelta(minutes=minute))
        sent = client.post(f"{INBOX}/email", json={"email": "one@example.org"}, headers=JSON)
        statuses.append(sent.status_code)
    assert statuses == [200] * 10 + [429]
    again = client.post(f"{INBOX}/email", json={"email": "one@example.org"}, headers=JSON)
    assert again.status_code == 429


@pytest.mark.parametrize("typed", ["", "one", "one@", "@example.org", "a@b", "a b@example.org"])
def test_what_is_no_address_is_told_and_kept(
    client: FlaskClient, member: Member, typed: str
) -> None:
    answer = client.post(f"{INBOX}/email", data={"email": typed})

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text


def test_without_a_mail_server_no_address_is_asked_for(
    app: Flask, client: FlaskClient, member: Member, real_house: Settings
) -> None:
    object.__setattr__(real_house, "smtp_url", "")

    assert 'id="email"' not in client.get(INBOX).text
    answer = client.post(f"{INBOX}/email", json={"email": "one@example.org"}, headers=JSON)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "mail_away")


@pytest.mark.parametrize("before", ["9" * 30, "-1", "9" * 5000, "x"])
def test_a_page_nobody_could_be_on_is_no_error(app: Flask, make: Factory, before: str) -> None:
    browser = app.test_client()
    make.sign_in(browser, make.member())

    assert browser.get(f"/mine/notices?before={before}").status_code == 200
