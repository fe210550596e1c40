"""Messages, the chat group's picture, recordings, a troupe of the roster: who may, who is told, who sees."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock, retention
from palace.classes import queries, services
from palace.classes.errors import NobodyThere
from palace.classes.rules import SESSIONS_ACROSS, across
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.errors import NotFound
from palace.members.models import Member, Staff
from palace.members.rules import Role
from palace.pictures.models import Picture
from palace.troupes import queries as troupes
from palace.troupes.errors import TroupeNamed
from palace.troupes.rules import TroupeKind
from palace.venues.queries import house_rules
from tests.classes.conftest import Class
from tests.factory import Factory
from tests.pictures.test_pictures import sent
from tests.teaching import Teaching
from tests.troupes.conftest import told

ASK = {"Accept": "application/json"}
ADDRESS = "https://video.example/lesson-1"


def browser_of(app: Flask, make: Factory, who: Member | Staff) -> FlaskClient:
    """Return a browser on which somebody is signed in."""
    browser = app.test_client()
    make.sign_in(browser, who)
    return browser


def upload(browser: FlaskClient, room: Class, content: bytes) -> int:
    """Send a picture of the chat group; return the answer's status."""
    fields = {"picture": (io.BytesIO(content), "群.png")}
    address = f"/classes/{room.offering.id}/picture"
    return browser.post(address, data=fields, content_type="multipart/form-data").status_code


def test_everybody_in_the_class_gets_a_message_once(
    app: Flask, make: Factory, room: Class, teaching: Teaching
) -> None:
    parent = room.people[0].member
    teaching.enrolment(room.offering, parent, companion_id=teaching.child(parent).id, guardian=True)
    browser = browser_of(app, make, room.teacher)
    address = f"/classes/{room.offering.id}"
    answer = browser.post(f"{address}/messages", data={"words": " "})
    assert (answer.status_code, "请写要说的话" in answer.text) == (422, True)
    assert browser.post(f"{address}/messages", data={"words": "周六带毛毡"}).status_code == 303
    assert told("class_message") == [f"member:{one.member_id}" for one in room.people]
    inbox = browser_of(app, make, parent).get("/mine/notices", headers=ASK).get_json()
    assert "周六带毛毡" in str(inbox)
    assert "李老师" in browser.get(address).text


def test_a_class_of_nobody_is_not_written_to(make: Factory, teaching: Teaching) -> None:
    with pytest.raises(NobodyThere):
        services.send(teaching.offering(), "有人吗", by="staff:1")


def test_who_neither_teaches_nor_looks_after_a_class_finds_nothing(
    app: Flask, make: Factory, room: Class, teaching: Teaching
) -> None:
    stranger = make.member("王老师")
    teaching.teacher(stranger)
    for who in (stranger, make.staff(Role.PROGRAMME, site=make.branch())):
        browser = browser_of(app, make, who)
        for path in ("", "/picture.jpg", "/roster.pdf", "/attendance.pdf"):
            assert browser.get(f"/classes/{room.offering.id}{path}").status_code == 404
        for path in ("/messages", "/picture", "/picture/remove", "/recordings"):
            assert browser.post(f"/classes/{room.offering.id}{path}").status_code == 404


def test_a_substitute_finds_the_class(
    app: Flask, make: Factory, room: Class, teaching: Teaching
) -> None:
    member = make.member("代老师")
    substitute = teaching.teacher(member)
    address = f"/classes/{room.offering.id}"
    assert browser_of(app, make, member).get(address).status_code == 404
    queries.sessions(room.offering.id)[1].teacher_id = substitute.id
    db.session.flush()
    assert browser_of(app, make, member).get(address).status_code == 200


def test_the_picture_is_seen_by_who_is_in_the_class_alone(
    app: Flask, make: Factory, room: Class
) -> None:
    teacher = browser_of(app, make, room.teacher)
    assert upload(teacher, room, sent()) == 303
    one = room.people[0]
    own = f"/enrolments/{one.code}/picture.jpg"
    mine = browser_of(app, make, one.member)
    answer = mine.get(own)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert own in mine.get(f"/enrolments/{one.code}/class").text
    code = room.offering.chat_picture
    assert app.test_client().get(f"/pictures/{code}.jpg").status_code == 404
    assert browser_of(app, make, make.member()).get(own).status_code == 404
    one.state, one.ended_at = EnrolmentState.WITHDRAWN, one.enrolled_at
    db.session.flush()
    assert mine.get(own).status_code == 404
    assert mine.get(f"/enrolments/{one.code}/class").status_code == 404


def test_what_is_no_picture_is_told_and_the_old_one_stays(
    app: Flask, make: Factory, room: Class
) -> None:
    teacher = browser_of(app, make, room.teacher)
    assert upload(teacher, room, sent()) == 303
    code = room.offering.chat_picture
    assert upload(teacher, room, b"no picture") == 422
    assert teacher.post(f"/classes/{room.offering.id}/picture").status_code == 422
    assert room.offering.chat_picture == code
    assert teacher.post(f"/classes/{room.offering.id}/picture/remove").status_code == 303
    assert room.offering.chat_picture is None


def test_the_picture_of_a_class_is_kept_as_long_as_the_class_shows_it(
    make: Factory, room: Class
) -> None:
    services.put_picture(room.offering, io.BytesIO(sent()))
    code = room.offering.chat_picture
    later = clock.now() + timedelta(days=1000)
    retention.tidy(house_rules(), later)
    assert db.session.scalar(select(Picture.code).where(Picture.code == code)) == code
    services.drop_picture(room.offering)
    retention.tidy(house_rules(), later)
    assert db.session.scalar(select(Picture.code).where(Picture.code == code)) is None


def test_recordings_lead_members_there_and_count_people_and_times(
    app: Flask, make: Factory, room: Class
) -> None:
    teacher = browser_of(app, make, room.teacher)
    address = f"/classes/{room.offering.id}/recordings"
    for wrong in ("http://video.example/1", "javascript:alert(1)", "https://", "https://a b"):
        answer = teacher.post(address, data={"title": "第一课", "address": wrong})
        assert (answer.status_code, "https://" in answer.text) == (422, True)
    assert teacher.post(address, data={"title": "第一课", "address": ADDRESS}).status_code == 303
    (one,) = queries.recordings(room.offering.course_id)
    for enrolment, times in zip(room.people, (2, 1), strict=True):
        member = browser_of(app, make, enrolment.member)
        assert "第一课" in member.get("/recordings").text
        for _ in range(times):
            answer = member.get(f"/recordings/{one.id}")
            assert (answer.status_code, answer.location) == (303, ADDRESS)
    (opened,) = queries.opened(room.offering.course_id)
    assert (opened.people, opened.times) == (2, 3)
    assert teacher.post(f"{address}/{one.id}/withdraw").status_code == 303
    assert member.get(f"/recordings/{one.id}").status_code == 404
    assert "第一课" not in member.get("/recordings").text
    with pytest.raises(NotFound):
        services.withdraw_recording(room.offering, 999_999_999)


def test_a_troupe_is_made_of_everybody_in_one_step(
    app: Flask, make: Factory, room: Class, teaching: Teaching
) -> None:
    parent = room.people[0].member
    teaching.enrolment(room.offering, parent, companion_id=teaching.child(parent).id, guardian=True)
    address = f"/classes/{room.offering.id}/troupe"
    assert browser_of(app, make, room.teacher).post(address).status_code == 403
    office = browser_of(app, make, make.staff(Role.PROGRAMME))
    answer = office.post(address, data={"name": "书法社", "kind": ""})
    assert (answer.status_code, "请选择门类" in answer.text) == (422, True)
    assert "书法社" in answer.text
    answer = office.post(address, data={"name": "书法社", "kind": "choir"})
    assert answer.status_code == 303
    made = troupes.roster(int(answer.location.rpartition("/")[2]))
    assert {(one.name, one.member_id) for one in made} == {
        *((one.member.name, one.member_id) for one in room.people),
        ("小宝", None),
    }
    with pytest.raises(TroupeNamed):
        services.make_troupe(room.offering, "书法社", TroupeKind.CHOIR)


@pytest.mark.parametrize(
    ("count", "sheets"),
    [(0, [0]), (1, [1]), (SESSIONS_ACROSS, [12]), (13, [7, 6]), (36, [12, 12, 12])],
)
def test_sessions_are_spread_over_sheets(count: int, sheets: list[int]) -> None:
    assert [len(one) for one in across(range(count))] == sheets
