"""Messages to a class: so many a palace day, the same one once, none of a stranger's counted."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.classes import services
from palace.classes.errors import MessagesFull
from palace.classes.models import ClassMessage
from palace.db import db
from palace.notices.models import Notice
from tests.classes.conftest import Class
from tests.classes.test_beside import browser_of
from tests.factory import Factory
from tests.teaching import Teaching

INSTANT = timedelta(milliseconds=1)


def test_a_class_is_written_so_many_messages_on_a_palace_day(
    make: Factory, room: Class, teaching: Teaching
) -> None:
    teaching.rules(daily_messages=2)
    midnight = clock.at(clock.palace_day(clock.now()) + timedelta(days=1), time())
    make.set_clock(midnight - INSTANT)
    services.send(room.offering, "一", by="staff:1")
    services.send(room.offering, "二", by="staff:1")
    with pytest.raises(MessagesFull) as refused:
        services.send(room.offering, "三", by="staff:2")
    assert refused.value.values == {"most": 2}
    make.set_clock(midnight)
    services.send(room.offering, "三", by="staff:2")


def test_a_message_that_is_sent_twice_is_told_once(room: Class) -> None:
    one = services.send(room.offering, "周六带毛毡", by="staff:1")
    again = services.send(room.offering, "周六带毛毡", by="staff:1")
    assert again.id == one.id
    owed = select(func.count()).where(Notice.kind == "class_message")
    assert db.session.scalar(owed) == len(room.people)
    assert services.send(room.offering, "周六带毛毡", by="staff:2").id != one.id


def test_who_does_not_teach_a_class_uses_up_none_of_its_messages(
    app: Flask, make: Factory, room: Class, teaching: Teaching
) -> None:
    stranger = make.member("王老师")
    teaching.teacher(stranger)
    address = f"/classes/{room.offering.id}/messages"
    browser = browser_of(app, make, stranger)
    for _ in range(11):
        assert browser.post(address, data={"words": "占满"}).status_code == 404
    teacher = browser_of(app, make, room.teacher)
    for _ in range(11):
        assert teacher.post(address, data={"words": ""}).status_code == 422
    assert teacher.post(address, data={"words": "明天见"}).status_code == 303
    assert db.session.scalars(select(ClassMessage.words)).all() == ["明天见"]


def test_a_substitute_finds_the_class_until_their_day_is_over(
    app: Flask, make: Factory, room: Class, teaching: Teaching
) -> None:
    member = make.member("代老师")
    substitute = teaching.teacher(member)
    address = f"/classes/{room.offering.id}"
    second = teaching.session(room.offering, teaching.day(7), teacher_id=substitute.id)
    for day, status in ((second.day, 200), (second.day + timedelta(days=1), 404)):
        make.set_clock(clock.at(day, time(23, 59)) if status == 200 else clock.at(day, time()))
        browser = browser_of(app, make, member)
        for path in ("", "/certificates"):
            assert browser.get(f"{address}{path}").status_code == status
