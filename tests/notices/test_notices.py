"""Notices: owed once, worded when read, handed over once however many hands there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock, sending
from palace.config import Settings
from palace.db import db
from palace.members.services import ask_code, code_of
from palace.notices import senders, services
from palace.notices.kind import Kind
from palace.notices.models import Contact, Notice
from palace.notices.rules import MANNERS, State, changed, manner_of
from tests.factory import Factory
from tests.notices.conftest import ISSUED, NOON, only


def unsent() -> list[Notice]:
    """Return what still waits."""
    return list(
        db.session.scalars(select(Notice).where(Notice.state == State.OWED).order_by(Notice.id))
    )


def test_a_receiver_is_owed_a_notice_about_a_subject_once(make: Factory) -> None:
    now = clock.now()

    first = services.owe("tickets_issued", "order:1", "member:1", ISSUED, now)
    again = services.owe("tickets_issued", "order:1", "member:1", {"title": "x"}, now)
    other = services.owe("tickets_issued", "order:1", "member:2", ISSUED, now)

    assert [first, again, other] == [True, False, True]
    assert [notice.values for notice in unsent()] == [ISSUED, ISSUED]


def test_on_the_screen_what_is_owed_is_sent_oldest_first_up_to_a_limit(make: Factory) -> None:
    make.site()
    now = clock.at(clock.palace_day(clock.now()), NOON)
    for number in (2, 0, 1):
        at = now + timedelta(seconds=number)
        services.owe("tickets_issued", f"order:{number}", "member:1", ISSUED, at)
    make.set_clock(now + timedelta(minutes=1))

    taken = services.take(2)

    assert [notice.subject for notice in unsent()] == ["order:2"]
    assert len(taken.tries["screen"]) == 2
    assert sending.drain()["sent"] == 1
    assert sending.drain()["sent"] == 0


def test_without_a_gateway_everything_stays_owed(make: Factory, real_house: Settings) -> None:
    make.site()
    make.app.extensions["palace"] = replace(real_house, sms_gateway="", smtp_url="", mail_from="")
    services.owe("tickets_issued", "order:1", "member:1", ISSUED, clock.now())

    assert not senders.may_send()
    assert sending.drain()["sent"] == 0
    assert len(unsent()) == 1


def test_lists_for_staff_are_never_sent(make: Factory) -> None:
    make.site()
    values = {"ticket": "t", "pinyin": "Zhang"}
    services.owe("unprintable_name", "ticket:1", "staff", values, clock.now())

    assert sending.drain()["sent"] == 0


@pytest.mark.parametrize(("kind", "age"), [("sign_in_code", 10), ("tickets_issued", 2 * 24 * 60)])
def test_what_has_outlived_its_kind_is_dropped_and_said_so(
    make: Factory, kind: str, age: int
) -> None:
    make.site()
    now = clock.at(clock.palace_day(clock.now()), NOON)
    make.set_clock(now)
    values = {} if kind == "sign_in_code" else ISSUED
    services.owe(kind, "challenge:1", "member:1", values, now - timedelta(minutes=age))
    assert sending.drain()["sent"] == 0
    assert only().state is State.DROPPED
    assert only().error == "too_old"

    services.owe(kind, "challenge:2", "member:1", values, now - timedelta(minutes=age, seconds=-1))
    assert sending.drain()["sent"] == 1


@pytest.mark.parametrize("missing", ISSUED)
def test_words_without_all_their_values_are_no_words(app: Flask, missing: str) -> None:
    values = {name: value for name, value in ISSUED.items() if name != missing}

    with pytest.raises(KeyError, match=missing):
        senders.text_of("tickets_issued", "order:1", values)


def test_a_variable_is_cut_at_what_gateways_take(app: Flask) -> None:
    text = senders.text_of("ticket_returned", "ticket:1", ISSUED | {"title": {"zh": "长" * 30}})

    assert "长" * 20 in text
    assert "长" * 21 not in text


def test_a_value_can_neither_name_nor_format_anything(app: Flask) -> None:
    title = {"zh": "{count.__class__}"}
    text = senders.text_of("ticket_returned", "ticket:1", ISSUED | {"title": title})

    assert "{count.__class__}" in text


def test_no_template_holds_a_link(app: Flask) -> None:
    texts = [text for kind in senders.KINDS.values() for text in (kind.zh, kind.en)]

    assert not [text for text in texts if "http" in text or "://" in text]


def test_the_messages_page_shows_the_last_hour_newest_first_with_the_code(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    now, member = clock.now(), make.member(phone="13700137000")
    services.owe(
        "ticket_returned",
        "ticket:1",
        f"member:{member.id}",
        ISSUED,
        now - timedelta(hours=1),
    )
    services.owe(
        "tickets_issued", "order:1", f"member:{member.id}", ISSUED, now - timedelta(minutes=59)
    )
    challenge = ask_code("13800138000", browser="b", address="a")

    shown = client.get("/demo/messages", headers={"Accept": "application/json"}).get_json()[
        "messages"
    ]

    assert [message["phone"] for message in shown] == ["13800138000", "13700137000"]
    assert "只放在“通知”里" not in client.get("/demo/messages").text
    assert code_of(f"challenge:{challenge.id}") in shown[0]["text"]
    assert client.get("/demo/messages").status_code == 200


def test_the_messages_page_says_where_each_goes_a_letter_or_the_inbox_alone(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    now = clock.now()
    by_mail, phoneless, muted = make.member(), make.member(), make.member()
    phoneless.phone = None
    make.add(Contact(member_id=by_mail.id, email="chen@example.org", muted=[], tries=0))
    make.add(Contact(member_id=muted.id, muted=["tickets_issued"], tries=0))
    for member in (by_mail, phoneless, muted):
        owed = f"order:{member.id}"
        services.owe("tickets_issued", owed, f"member:{member.id}", ISSUED, now)
    shown = client.get("/demo/messages", headers={"Accept": "application/json"}).get_json()

    assert [one["phone"] for one in shown["messages"]] == ["", "", "chen@example.org"]
    assert client.get("/demo/messages").text.count("只放在“通知”里") == 2


def test_outside_a_demonstration_the_messages_page_does_not_exist(
    client: FlaskClient, real_house: None
) -> None:
    assert client.get("/demo/messages", headers={"Accept": "application/json"}).status_code == 404


def test_what_changed_is_said_from_old_to_new(app: Flask) -> None:
    values = ISSUED | {"starts_at": changed(ISSUED["starts_at"], "2026-11-29T06:00:00+00:00")}

    text = senders.text_of("ticket_returned", "ticket:1", values)

    assert "11月28日 周六 19:30 → 11月29日 周日 14:00" in text


def test_each_side_of_a_change_is_a_variable_of_its_own(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = Kind(
        "{title}从{starts_at_old}改到{starts_at_new}。",
        "{title} moved from {starts_at_old} to {starts_at_new}.",
        timedelta(days=2),
    )
    monkeypatch.setitem(senders.KINDS, "performance_moved", moved)
    values = {
        "title": ISSUED["title"],
        "starts_at": changed(ISSUED["starts_at"], "2026-11-29T06:00:00+00:00"),
    }

    told = senders.variables_of("performance_moved", "performance:1", values)

    assert told == (
        ("title", "晋剧《打金枝》"),
        ("starts_at_old", "11月28日 周六 19:30"),
        ("starts_at_new", "11月29日 周日 14:00"),
    )
    assert all(len(said) <= senders.LONGEST_VARIABLE for _, said in told)
    assert senders.as_template("performance_moved", "aliyun", "zh") == (
        "${title}从${starts_at_old}改到${starts_at_new}。"
    )
    assert senders.as_template("performance_moved", "tencent", "en") == (
        "{1} moved from {2} to {3}."
    )


def test_every_kind_has_a_name() -> None:
    assert {kind for kind in senders.KINDS if not manner_of(kind).name} == set()


def test_kinds_and_their_manners_are_the_same() -> None:
    assert set(MANNERS) == set(senders.KINDS)
