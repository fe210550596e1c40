"""Leave: asked for and taken back until so long before, once, and seen by the teacher."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from palace.courses.services.ending import end
from palace.courses.states import EnrolmentState
from palace.db import db
from palace.rollcall import services
from palace.rollcall.errors import LeaveTooLate, PlaceEnded
from palace.rollcall.models import Leave
from palace.rollcall.queries import roll
from tests.rollcall.conftest import INSTANT, Class, read


def asked() -> int:
    return db.session.scalar(select(func.count(Leave.id))) or 0


def test_leave_is_asked_for_until_an_hour_before(group: Class) -> None:
    one, session = group.people[0], group.sessions[0]
    group.at(0, -60)
    with pytest.raises(LeaveTooLate):
        services.ask_leave(one, session, "", by="member:1")
    group.at(0, -60, earlier=INSTANT)
    services.ask_leave(one, session, "出差", by="member:1")
    services.ask_leave(one, session, "出差", by="member:1")
    assert asked() == 1
    assert [line.excused for line in roll.roll_of(session)] == [True, False, False]


def test_leave_is_taken_back_until_an_hour_before_and_asked_for_again(group: Class) -> None:
    one, session = group.people[0], group.sessions[0]
    group.at(0, -90)
    services.ask_leave(one, session, "", by="member:1")
    services.withdraw_leave(one, session, by="member:1")
    services.withdraw_leave(one, session, by="member:1")
    assert [line.excused for line in roll.roll_of(session)] == [False, False, False]
    services.ask_leave(one, session, "", by="member:1")
    group.at(0, -60)
    with pytest.raises(LeaveTooLate):
        services.withdraw_leave(one, session, by="member:1")
    assert asked() == 2


def test_the_house_says_how_long_before(group: Class) -> None:
    group.teaching.rules(leave_minutes=5)
    group.at(0, -6)
    services.ask_leave(group.people[0], group.sessions[0], "", by="member:1")
    assert asked() == 1


def test_whose_place_ended_asks_for_no_leave(group: Class) -> None:
    now = group.at(0, -90)
    end(group.people[0], EnrolmentState.WITHDRAWN, by="member:1", now=now)
    with pytest.raises(PlaceEnded):
        services.ask_leave(group.people[0], group.sessions[0], "", by="member:1")


def test_a_member_asks_on_their_own_page_and_takes_it_back(
    group: Class, client: FlaskClient
) -> None:
    one = group.people[0]
    group.at(0, -90)
    group.make.sign_in(client, one.member)
    page, sent = f"/enrolments/{one.code}/leave", {"class_session": group.sessions[0].id}
    assert "这次请假" in client.get(page).text
    assert client.post(page, data=sent | {"words": "出差"}).status_code == 303
    assert "已请假" in client.get(page).text
    assert client.post(f"{page}/withdraw", data=sent).status_code == 303
    assert "销假" in client.get(page).text
    assert [one["leave"] for one in read(client, page)["sessions"]] == [False] * 4


def test_too_late_is_said_and_what_was_typed_stays(group: Class, client: FlaskClient) -> None:
    one = group.people[0]
    group.at(0, -61)
    group.make.sign_in(client, one.member)
    group.at(0, -60)
    sent = {"class_session": group.sessions[0].id, "words": "出差"}
    answer = client.post(f"/enrolments/{one.code}/leave", data=sent)
    assert answer.status_code == 409
    assert "请直接告诉老师" in answer.text
    sent = {"class_session": group.sessions[1].id, "words": "很长" * 200}
    answer = client.post(f"/enrolments/{one.code}/leave", data=sent)
    assert answer.status_code == 422
    assert "很长很长" in answer.text


def test_nobody_asks_for_somebody_else_nor_from_another_class(
    group: Class, client: FlaskClient
) -> None:
    one, other = group.people[0], group.teaching.offering(first=group.sessions[0].day)
    group.at(0, -90)
    group.make.sign_in(client, group.people[1].member)
    page = f"/enrolments/{one.code}/leave"
    assert client.get(page).status_code == 404
    assert client.post(page, data={"class_session": group.sessions[0].id}).status_code == 404
    own = f"/enrolments/{group.people[1].code}/leave"
    foreign = group.teaching.session(other, group.sessions[0].day, "09:00")
    assert client.post(own, data={"class_session": foreign.id}).status_code == 404
