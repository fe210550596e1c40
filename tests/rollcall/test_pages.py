"""The teacher's pages: their day, a roll by hand and by a phone's queue, the code, and nobody else's."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.courses.states import SessionState
from palace.db import db
from palace.members.rules import Role
from palace.rollcall import tokens
from palace.rollcall.rules import Mark
from palace.rollcall.views.scanning import BROWSER
from tests.rollcall.conftest import INSTANT, JSON, Class, read, said

PRESENT, LATE, ABSENT = Mark.PRESENT, Mark.LATE, Mark.ABSENT


def sent(page: str, **more: object) -> dict[str, Any]:
    """Return what the form of a roll's page sends as it stands."""
    fields: dict[str, Any] = {"shown": re.findall(r'name="shown" value="([^"]+)"', page)}
    for name in ("device", "sequence", "opened"):
        fields[name] = re.search(rf'name="{name}" value="([^"]+)"', page)[1]  # type: ignore[index]  # it is there
    for name in ("absent", "late"):
        fields[name] = re.findall(rf'name="{name}" value="(\d+)" checked', page)
    return fields | more


def test_a_teacher_begins_with_todays_class(group: Class, phone: FlaskClient) -> None:
    page = phone.get("/teaching").text
    assert "今天" in page
    assert f"/teaching/sessions/{group.sessions[0].id}" in page
    assert "3人" in page
    body = read(phone, "/teaching")
    assert [one["called"] for one in body["today"]] == [False]
    assert len(body["coming"]) == 3


def test_a_session_nobody_called_stays_on_the_page_until_it_is(
    group: Class, phone: FlaskClient
) -> None:
    group.at(1, 0)
    group.make.sign_in(phone, group.account)
    body = read(phone, "/teaching")
    assert [one["session"] for one in body["uncalled"]] == [group.sessions[0].id]
    group.call(0)
    assert read(phone, "/teaching")["uncalled"] == []


def test_a_roll_is_called_with_scripts_off(group: Class, phone: FlaskClient) -> None:
    address = f"/teaching/sessions/{group.sessions[0].id}"
    fields = sent(phone.get(address).text, absent=[group.people[0].id], late=[group.people[1].id])
    answer = phone.post(address, data=fields, follow_redirects=True)
    assert "点好名了：到2人，其中迟到1人；缺课1人，请假0人。" in answer.text
    assert group.marks() == [ABSENT, LATE, PRESENT]
    again = sent(phone.get(address).text)
    assert again["absent"] == [str(group.people[0].id)]


def test_a_roll_saved_twice_is_one(group: Class, phone: FlaskClient) -> None:
    address = f"/teaching/sessions/{group.sessions[0].id}"
    fields = sent(phone.get(address).text, absent=[group.people[0].id])
    assert phone.post(address, data=fields).status_code == 303
    assert phone.post(address, data=fields).status_code == 303
    assert group.marks() == [ABSENT, PRESENT, PRESENT]


def test_a_phone_says_hours_later_what_it_saved(group: Class, phone: FlaskClient) -> None:
    address = f"/teaching/sessions/{group.sessions[0].id}"
    fields = sent(phone.get(address).text, absent=[group.people[0].id], ago=7200)
    group.at(0, 180)
    body = said(phone.post(address, data=fields, headers=JSON))
    assert body["tally"] == {"present": 2, "late": 0, "excused": 0, "absent": 1}
    assert body["told"] == ["点好名了：到2人，其中迟到0人；缺课1人，请假0人。"]


def test_too_early_is_said_and_the_taps_stay(group: Class, phone: FlaskClient) -> None:
    address = f"/teaching/sessions/{group.sessions[1].id}"
    fields = sent(phone.get(address).text, absent=[group.people[2].id])
    answer = phone.post(address, data=fields)
    assert answer.status_code == 409
    assert "还没到点名的时候" in answer.text
    assert sent(answer.text)["absent"] == [str(group.people[2].id)]


def test_who_did_not_scan_is_away_when_the_roll_is_opened_so(
    group: Class, phone: FlaskClient
) -> None:
    address = f"/teaching/sessions/{group.sessions[0].id}"
    group.at(0, 1)
    scanned(group, phone)
    page = phone.get(f"{address}?rest=absent").text
    assert sent(page)["absent"] == [str(one.id) for one in group.people[1:]]
    phone.post(address, data=sent(page))
    assert group.marks() == [PRESENT, ABSENT, ABSENT]


def scanned(group: Class, phone: FlaskClient) -> None:
    """Have the first of the class scan the code on the teacher's phone."""
    session = group.sessions[0]
    group.make.sign_in(phone, group.people[0].member)
    code = tokens.live_code(session, clock.now())
    here = f"/class-sessions/{session.id}/here"
    page = phone.get(f"{here}?code={code}")
    kept = re.search(r'name="code" value="([^"]+)"', page.text)
    assert kept
    assert phone.post(here, data={"code": kept[1]}).status_code == 303
    group.make.sign_in(phone, group.account)


def test_the_names_of_who_scanned_stand_on_the_teachers_page(
    group: Class, phone: FlaskClient
) -> None:
    group.at(0, 1)
    scanned(group, phone)
    body = read(phone, f"/teaching/sessions/{group.sessions[0].id}/code")
    assert body["came"] == ["李想"]
    assert body["missing"] == ["王芳", "陈晨"]


def test_a_stranger_who_scans_signs_in_first_and_comes_back(
    group: Class, client: FlaskClient
) -> None:
    group.at(0, 1)
    session = group.sessions[0]
    code = tokens.live_code(session, clock.now())
    answer = client.get(f"/class-sessions/{session.id}/here?code={code}")
    assert answer.status_code == 303
    assert "class-sessions" in answer.location


def test_an_address_that_was_scanned_and_handed_on_proves_nothing(
    group: Class, app: Flask, client: FlaskClient
) -> None:
    group.at(0, 1)
    session, here = group.sessions[0], f"/class-sessions/{group.sessions[0].id}/here"
    answer = client.get(f"{here}?code={tokens.live_code(session, clock.now())}")
    [back] = parse_qs(urlsplit(answer.location).query)["next"]
    code = back.partition("code=")[2]
    at_home = app.test_client()
    group.make.sign_in(at_home, group.people[0].member)
    assert at_home.get(back).status_code == 409
    assert at_home.post(here, data={"code": code}).status_code == 409
    assert group.marks() == [None, None, None]
    group.make.sign_in(client, group.people[1].member)
    assert client.get(back).status_code == 200
    assert client.post(here, data={"code": code}).status_code == 303
    assert group.marks() == [None, PRESENT, None]


@pytest.mark.parametrize("minutes", [1, 12])
def test_a_code_is_worth_nothing_when_it_is_old(
    group: Class, client: FlaskClient, minutes: int
) -> None:
    session = group.sessions[0]
    now = group.at(0, 0)
    group.make.sign_in(client, group.people[0].member)
    client.set_cookie(BROWSER, "a-browser")
    live, scanned = tokens.live_code(session, now), tokens.scanned_code(session, "a-browser", now)
    code = live if minutes == 1 else scanned
    group.at(0, minutes)
    answer = client.post(f"/class-sessions/{session.id}/here", data={"code": code})
    assert answer.status_code == 409
    assert group.marks() == [None, None, None]


def test_a_code_opens_no_other_session(group: Class, client: FlaskClient) -> None:
    now = group.at(0, 0)
    group.make.sign_in(client, group.people[0].member)
    code = tokens.live_code(group.sessions[1], now)
    answer = client.post(f"/class-sessions/{group.sessions[0].id}/here", data={"code": code})
    assert answer.status_code == 409


def test_no_code_before_its_time_nor_after(group: Class, phone: FlaskClient) -> None:
    address = f"/teaching/sessions/{group.sessions[0].id}/code"
    for minutes, shown in ((-21, False), (-20, True), (90, False)):
        group.at(0, minutes)
        assert bool(read(phone, address)["here"]) is shown
    group.at(0, 90, earlier=INSTANT)
    assert read(phone, address)["here"]


def test_another_teachers_class_is_not_found(group: Class, client: FlaskClient) -> None:
    other = group.make.member("另一位")
    group.teaching.teacher(other)
    group.at(0, 0)
    group.make.sign_in(client, other)
    address = f"/teaching/sessions/{group.sessions[0].id}"
    assert client.get(address).status_code == 404
    assert client.get(f"{address}/code").status_code == 404
    assert client.post(address, data={}).status_code == 404


def test_a_substitute_calls_the_roll_of_what_they_took_over_alone(
    group: Class, client: FlaskClient
) -> None:
    other = group.make.member("代课的")
    group.sessions[0].teacher_id = group.teaching.teacher(other).id
    db.session.flush()
    group.at(0, 0)
    group.make.sign_in(client, other)
    assert client.get(f"/teaching/sessions/{group.sessions[0].id}").status_code == 200
    assert client.get(f"/teaching/sessions/{group.sessions[1].id}").status_code == 404
    assert "代课" in client.get("/teaching").text


def test_a_session_that_is_off_has_no_roll_on_the_start_page(
    group: Class, phone: FlaskClient
) -> None:
    group.sessions[0].state = SessionState.CANCELLED
    db.session.flush()
    page = phone.get("/teaching").text
    assert "停课" in page
    assert f"/teaching/sessions/{group.sessions[0].id}" not in page


def test_who_has_the_post_and_stands_in_no_list_is_told(group: Class, client: FlaskClient) -> None:
    nobody = group.make.member("新老师")
    group.make.post(nobody, Role.TEACHER)
    group.make.sign_in(client, nobody)
    answer = client.get("/teaching")
    assert answer.status_code == 404
    assert "还没有登记为本馆教师" in answer.text


def test_a_timetable_has_everything_that_is_to_come(group: Class, phone: FlaskClient) -> None:
    assert len(read(phone, "/teaching/timetable")["sessions"]) == 4
    assert "第4次" in phone.get("/teaching/timetable").text
