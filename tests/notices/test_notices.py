"""Notices: owed once, worded when read, handed over once however many hands there are."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.config import Settings
from palace.db import db, transaction
from palace.members.services import ask_code, code_of
from palace.notices import senders, services
from palace.notices.models import Notice
from tests.factory import Factory

ISSUED = {
    "title": {"zh": "晋剧《打金枝》", "en": "The Golden Branch"},
    "starts_at": "2026-11-28T11:30:00+00:00",
    "count": 2,
}


@pytest.fixture
def real_house(app: Flask) -> Iterator[None]:
    """Let the application be no demonstration for a while."""
    demo: Settings = app.extensions["palace"]
    app.extensions["palace"] = Settings(public_url="https://palace.example", state=demo.state)
    yield
    app.extensions["palace"] = demo


def unsent() -> list[Notice]:
    """Return what still waits."""
    return list(
        db.session.scalars(select(Notice).where(Notice.sent_at.is_(None)).order_by(Notice.id))
    )


def test_a_receiver_is_owed_a_notice_about_a_subject_once(make: Factory) -> None:
    now = clock.now()

    first = services.owe("tickets_issued", "order:1", "member:1", ISSUED, now)
    again = services.owe("tickets_issued", "order:1", "member:1", {"title": "x"}, now)
    other = services.owe("tickets_issued", "order:1", "member:2", ISSUED, now)

    assert [first, again, other] == [True, False, True]
    assert [notice.values for notice in unsent()] == [ISSUED, ISSUED]


def test_on_the_screen_what_is_owed_is_sent_oldest_first_up_to_a_limit(make: Factory) -> None:
    now = clock.now()
    for number in (2, 0, 1):
        services.owe(
            "tickets_issued", f"order:{number}", "member:1", ISSUED, now + timedelta(seconds=number)
        )

    assert services.send_due(2) == 2
    assert [notice.subject for notice in unsent()] == ["order:2"]
    assert services.send_due() == 1
    assert services.send_due() == 0
    assert set(db.session.scalars(select(Notice.gateway))) == {"screen"}


def test_without_a_gateway_everything_stays_owed(make: Factory, real_house: None) -> None:
    services.owe("tickets_issued", "order:1", "member:1", ISSUED, clock.now())

    assert not senders.may_send()
    assert services.send_due() == 0
    assert len(unsent()) == 1


def test_lists_for_staff_are_never_sent(make: Factory) -> None:
    services.owe(
        "unprintable_name", "ticket:1", "staff", {"ticket": "t", "pinyin": "Zhang"}, clock.now()
    )

    assert services.send_due() == 0


@pytest.mark.parametrize(("kind", "age"), [("sign_in_code", 10), ("tickets_issued", 2 * 24 * 60)])
def test_what_has_outlived_its_kind_is_not_sent(make: Factory, kind: str, age: int) -> None:
    now = clock.now()
    make.set_clock(now)
    services.owe(kind, "challenge:1", "member:1", ISSUED, now - timedelta(minutes=age))
    assert services.send_due() == 0

    services.owe(kind, "challenge:2", "member:1", ISSUED, now - timedelta(minutes=age, seconds=-1))
    assert services.send_due() == 1


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
    assert code_of(f"challenge:{challenge.id}") in shown[0]["text"]
    assert client.get("/demo/messages").status_code == 200


def test_outside_a_demonstration_the_messages_page_does_not_exist(
    client: FlaskClient, real_house: None
) -> None:
    assert client.get("/demo/messages", headers={"Accept": "application/json"}).status_code == 404


def test_many_hands_send_each_notice_once(live: Factory, live_app: Flask) -> None:
    with transaction():
        for number in range(60):
            services.owe("tickets_issued", f"order:{number}", "member:1", ISSUED, clock.now())

    def drain(_: int) -> int:
        sent = 0
        with live_app.app_context():
            for _round in range(6):
                with transaction():
                    sent += services.send_due(5)
        return sent

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(drain, range(4))) == 60
    assert unsent() == []
