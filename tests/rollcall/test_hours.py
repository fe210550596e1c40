"""Hours sheets: what was really taught, signed once, checked by another, printed."""

from __future__ import annotations

from datetime import date, time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from palace import clock, printing
from palace.courses.states import SessionState
from palace.db import db
from palace.members.rules import Role
from palace.rollcall import services
from palace.rollcall.errors import MonthChanged, MonthEmpty, OwnSheet
from palace.rollcall.queries import hours
from palace.teachers.models import HoursSheet
from tests.rollcall.conftest import INSTANT, Class, read

DECEMBER = date(2026, 12, 1)


def month(group: Class) -> hours.Month:
    return hours.month_of(group.teacher, DECEMBER, clock.now())


def sign(group: Class) -> HoursSheet:
    now = month(group)
    return services.sign(
        group.teacher, DECEMBER, sessions=now.sessions, minutes=now.minutes, by=group.actor
    )


def sheets() -> int:
    return db.session.scalar(select(func.count(HoursSheet.id))) or 0


def test_a_session_counts_from_its_end(group: Class) -> None:
    group.at(0, 90, earlier=INSTANT)
    assert month(group).sessions == 0
    group.at(0, 90)
    assert (month(group).sessions, month(group).minutes) == (1, 90)
    assert month(group).lessons(month(group).minutes) == "2"


def test_a_substitute_has_the_session_they_taught_and_nobody_one_that_was_off(
    group: Class,
) -> None:
    other = group.teaching.teacher()
    group.sessions[1].teacher_id = other.id
    group.sessions[2].state = SessionState.CANCELLED
    db.session.flush()
    group.at(3, 90)
    assert month(group).sessions == 2
    [theirs] = hours.month_of(other, DECEMBER, clock.now()).classes
    assert (len(theirs.sessions), theirs.substituted) == (1, 1)
    assert [one.substituted for one in month(group).classes] == [0]


def test_a_month_is_that_of_the_palaces_days(group: Class) -> None:
    group.teaching.session(group.offering, date(2026, 12, 31), "22:30")
    group.teaching.session(group.offering, date(2027, 1, 1), "00:00")
    group.make.set_clock(clock.at(date(2027, 2, 1), time.min))
    assert month(group).sessions == 5
    assert hours.month_of(group.teacher, date(2027, 1, 1), clock.now()).sessions == 1


def test_a_month_is_signed_once_and_anew_when_it_changed(group: Class) -> None:
    group.at(0, 90)
    assert sign(group).id == sign(group).id
    assert month(group).is_signed
    group.at(1, 90)
    assert not month(group).is_signed
    sign(group)
    assert sheets() == 2


def test_nobody_signs_what_they_did_not_see_nor_an_empty_month(group: Class) -> None:
    with pytest.raises(MonthEmpty):
        sign(group)
    group.at(0, 90)
    with pytest.raises(MonthChanged):
        services.sign(group.teacher, DECEMBER, sessions=2, minutes=180, by=group.actor)


def test_the_office_checks_what_still_stands_and_nobody_their_own(group: Class) -> None:
    group.at(0, 90)
    first = sign(group)
    with pytest.raises(OwnSheet):
        services.check(first, group.teacher, by=group.actor)
    group.at(1, 90)
    with pytest.raises(MonthChanged):
        services.check(first, group.teacher, by="staff:1")
    second = sign(group)
    with pytest.raises(MonthChanged):
        services.check(first, group.teacher, by="staff:1")
    services.check(second, group.teacher, by="staff:1")
    services.check(second, group.teacher, by="staff:2")
    assert second.checked_by == "staff:1"


def test_a_teacher_signs_in_one_tap_and_the_office_checks(
    group: Class, client: FlaskClient
) -> None:
    group.at(1, 91)
    group.make.sign_in(client, group.account)
    assert "没有错，签字" in client.get("/teaching/hours").text
    body = read(client, "/teaching/hours")
    assert (body["sessions"], body["minutes"], body["lessons"]) == (2, 180, "4")
    sent = {"month": "2026-12", "sessions": 2, "minutes": 180}
    assert client.post("/teaching/hours", data=sent).status_code == 303
    assert "等馆里核对" in client.get("/teaching/hours").text

    group.make.sign_in(client, group.make.staff(Role.PROGRAMME))
    assert "周明" in client.get("/staff/hours-sheets?checked=0").text
    sheet = db.session.scalars(select(HoursSheet)).one()
    assert client.post(f"/staff/hours-sheets/{sheet.id}/check").status_code == 303
    assert "核对过" in client.get(f"/staff/hours-sheets/{sheet.id}").text


def test_what_changed_meanwhile_is_shown_anew(group: Class, client: FlaskClient) -> None:
    group.at(1, 91)
    group.make.sign_in(client, group.account)
    sent = {"month": "2026-12", "sessions": 1, "minutes": 90}
    answer = client.post("/teaching/hours", data=sent)
    assert answer.status_code == 409
    assert "有了变化" in answer.text


@pytest.mark.parametrize("typed", ["", "2026-13", "1999-12", "November"])
def test_another_month_than_one_is_this_one(group: Class, client: FlaskClient, typed: str) -> None:
    group.at(0, 91)
    group.make.sign_in(client, group.account)
    body = read(client, f"/teaching/hours?month={typed}")
    assert body["month"] == "2026-12"


def test_another_houses_sheet_is_not_found(group: Class, client: FlaskClient) -> None:
    group.at(0, 90)
    sheet = sign(group)
    staff = group.make.staff(Role.PROGRAMME, site=group.make.branch())
    group.make.sign_in(client, staff)
    assert client.get(f"/staff/hours-sheets/{sheet.id}").status_code == 404
    assert client.post(f"/staff/hours-sheets/{sheet.id}/check").status_code == 404


def test_a_sheet_is_printed_with_who_signed(
    group: Class, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    group.at(0, 90)
    sign(group)
    pages: list[str] = []

    def print_it(html: str, **_: str) -> bytes:
        pages.append(html)
        return b"%PDF"

    monkeypatch.setattr(printing, "to_pdf", print_it)
    monkeypatch.setattr(printing, "covered", lambda text: text)
    group.make.sign_in(client, group.account)
    answer = client.get("/teaching/hours.pdf?month=2026-12")
    assert answer.mimetype == "application/pdf"
    assert "一共1次课，90分钟，2课时" in pages[0]
    assert "周明" in pages[0]
