"""Slips of classes on a sheet and a roll: what they say, and where their QR leads."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from palace.courses.queries.facts import sessions_of
from palace.courses.states import SessionState
from palace.db import db
from palace.members.rules import Role
from tests.factory import Factory
from tests.teaching import Teaching
from tests.usage.test_paper import read

pytestmark = [pytest.mark.paper, pytest.mark.usefixtures("printer")]


@pytest.mark.parametrize("paper", ["a4", "roll"])
def test_an_enrolment_slip_tells_every_session_and_what_to_bring(
    make: Factory, client: FlaskClient, teaching: Teaching, paper: str
) -> None:
    make.site()
    of = teaching.offering(sessions=8, name_zh="周三晚班")
    place = teaching.enrolment(of, make.member("张建华"))
    cancelled = sessions_of(of.id)[2]
    cancelled.state = SessionState.CANCELLED
    teaching.session(of, teaching.day(100), instead_of=cancelled.id)
    db.session.flush()
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=place.member)

    answer = client.get(f"/enrolments/{place.code}/slip.pdf?paper={paper}")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text, codes, sizes = read(answer.data)
    assert codes[0].endswith(f"/enrolments/{place.code}")
    assert len(sizes) == 1
    for words in ("报名单", "书法基础周三晚班", "张建华", "报上了", "停课", "补课", "毛笔"):
        assert words in text
    assert text.count("19:00–20:30") == 9
    width, height = sizes[0]
    assert (width, height) == (210, 297) if paper == "a4" else (width == 80 and 150 < height < 400)


@pytest.mark.parametrize("paper", ["a4", "roll"])
def test_a_waiting_slip_of_a_child_tells_the_place_and_the_rule(
    make: Factory, client: FlaskClient, teaching: Teaching, paper: str
) -> None:
    make.site()
    of = teaching.offering(places=1)
    teaching.enrolment(of)
    parent = make.member("李卫东")
    teaching.wait(of)
    child = teaching.child(parent)
    wait = teaching.wait(of, parent, companion_id=child.id)
    make.sign_in(client, parent)

    answer = client.get(f"/class-waits/{wait.code}/slip.pdf?paper={paper}")

    text, codes, sizes = read(answer.data)
    assert codes[0].endswith(f"/class-waits/{wait.code}")
    assert len(sizes) == 1
    for words in ("排队单", "小宝", "李卫东", "您是第2位", "24小时"):
        assert words in text


def test_the_office_of_a_house_prints_the_slips_of_its_classes_only(
    make: Factory, client: FlaskClient, teaching: Teaching
) -> None:
    make.site()
    place = teaching.enrolment(teaching.offering())
    make.sign_in(client, make.staff(Role.PROGRAMME))
    assert client.get(f"/staff/enrolments/{place.code}/slip.pdf").status_code == 200
    assert client.get("/staff/enrolments/ABCDEFGHJK/slip.pdf").status_code == 404
