"""Invitations: asked, answered once, taken back; whoever says yes has it at once."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.courses.errors import SessionOver
from palace.courses.states import SessionState
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.notices.models import Notice
from palace.rollcall import services
from palace.rollcall.errors import InvitationClosed, InvitedBefore
from palace.rollcall.rules import Answer
from palace.teachers.errors import TeacherBusy
from palace.teachers.models import Teacher, TeacherSkill
from tests.rollcall.conftest import Class, read


@pytest.fixture
def account(group: Class) -> Member:
    return group.make.member("吴老师")


@pytest.fixture
def other(group: Class, account: Member) -> Teacher:
    teacher = group.teaching.teacher(account, name_zh="吴琳")
    group.make.add(TeacherSkill(teacher_id=teacher.id, subject="calligraphy"))
    return teacher


def entries(member: Member) -> list[tuple[str, EntryStatus]]:
    wanted = select(AgendaEntry).where(AgendaEntry.member_id == member.id)
    found = db.session.scalars(wanted.order_by(AgendaEntry.subject))
    return [(one.subject, one.status) for one in found]


def test_who_accepts_a_class_has_all_of_it_that_is_to_come(
    group: Class, other: Teacher, account: Member
) -> None:
    group.at(0, 1)
    made = services.invite(group.offering, other, by="staff:1")
    told = db.session.scalars(select(Notice).where(Notice.kind == "teaching_invited")).one()
    assert told.receiver == f"member:{account.id}"
    services.accept(made, by=f"member:{account.id}")
    services.accept(made, by=f"member:{account.id}")
    assert group.offering.teacher_id == other.id
    taught = [one.teacher_id == other.id for one in group.sessions]
    assert taught == [False, True, True, True]
    assert [subject for subject, _ in entries(account)] == [
        f"teaching:{one.id}" for one in group.sessions[1:]
    ]


def test_a_substitute_has_the_one_session(group: Class, other: Teacher, account: Member) -> None:
    made = services.invite(group.offering, other, group.sessions[1], by="staff:1")
    services.accept(made, by=f"member:{account.id}")
    assert [one.teacher_id == other.id for one in group.sessions] == [False, True, False, False]
    assert group.offering.teacher_id == group.teacher.id


def test_who_teaches_then_already_is_refused_and_nothing_is_theirs(
    group: Class, other: Teacher, account: Member
) -> None:
    group.teaching.offering(sessions=1, teacher=other, first=group.sessions[2].day)
    made = services.invite(group.offering, other, by="staff:1")
    with pytest.raises(TeacherBusy):
        services.accept(made, by=f"member:{account.id}")
    assert group.offering.teacher_id == group.teacher.id


def test_the_same_is_asked_once_until_it_is_answered(group: Class, other: Teacher) -> None:
    made = services.invite(group.offering, other, by="staff:1")
    with pytest.raises(InvitedBefore):
        services.invite(group.offering, other, by="staff:1")
    services.invite(group.offering, other, group.sessions[0], by="staff:1")
    services.decline(made, "那几天出差", by="member:1")
    services.invite(group.offering, other, by="staff:1")


def test_what_was_answered_or_taken_back_is_closed(group: Class, other: Teacher) -> None:
    made = services.invite(group.offering, other, by="staff:1")
    services.withdraw(made, by="staff:1")
    for act in (services.accept, services.withdraw):
        with pytest.raises(InvitationClosed):
            act(made, by="member:1")
    declined = services.invite(group.offering, other, by="staff:1")
    services.decline(declined, "不行", by="member:1")
    with pytest.raises(InvitationClosed):
        services.accept(declined, by="member:1")
    assert declined.answer is Answer.DECLINED


def test_nobody_is_asked_for_what_is_over_or_off(group: Class, other: Teacher) -> None:
    group.sessions[0].state = SessionState.CANCELLED
    db.session.flush()
    with pytest.raises(SessionOver):
        services.invite(group.offering, other, group.sessions[0], by="staff:1")
    group.at(3, 0)
    with pytest.raises(SessionOver):
        services.invite(group.offering, other, by="staff:1")


def test_a_link_and_a_tap(
    group: Class, other: Teacher, account: Member, client: FlaskClient
) -> None:
    group.make.sign_in(client, group.make.staff(Role.PROGRAMME))
    page = f"/staff/offerings/{group.offering.id}/invitations"
    assert "吴琳" in client.get(page).text
    assert client.post(page, data={"teacher": other.id}).status_code == 303
    assert client.post(page, data={"teacher": other.id}).status_code == 409
    assert client.post(page, data={"teacher": "x"}).status_code == 422
    [made] = read(client, page)["invitations"]

    group.make.sign_in(client, account)
    one = f"/teaching/invitations/{made['invitation']}"
    assert one in client.get("/teaching").text
    assert "好的，我来教" in client.get(one).text
    assert client.post(f"{one}/decline", data={"why": ""}).status_code == 422
    assert client.post(f"{one}/accept").status_code == 303
    assert "您答应了" in client.get(one).text


def test_another_teachers_invitation_is_not_found(
    group: Class, other: Teacher, client: FlaskClient
) -> None:
    made = services.invite(group.offering, other, by="staff:1")
    group.make.sign_in(client, group.account)
    one = f"/teaching/invitations/{made.id}"
    assert client.get(one).status_code == 404
    assert client.post(f"{one}/accept").status_code == 404
    assert client.post(f"{one}/decline", data={"why": "不"}).status_code == 404


def test_another_houses_office_finds_neither_class_nor_invitation(
    group: Class, other: Teacher, client: FlaskClient
) -> None:
    made = services.invite(group.offering, other, by="staff:1")
    staff = group.make.staff(Role.PROGRAMME, site=group.make.branch())
    group.make.sign_in(client, staff)
    assert client.get(f"/staff/offerings/{group.offering.id}/invitations").status_code == 404
    assert client.post(f"/staff/invitations/{made.id}/withdraw").status_code == 404


def test_of_two_who_were_asked_the_first_to_say_yes_has_the_class(
    group: Class, other: Teacher
) -> None:
    group.at(0, 1)
    third = group.teaching.teacher()
    made = [services.invite(group.offering, one, by="staff:1") for one in (other, third)]
    single = services.invite(group.offering, third, group.sessions[2], by="staff:1")
    services.accept(made[0], by="member:1")
    with pytest.raises(InvitationClosed):
        services.accept(made[1], by="member:2")
    assert group.offering.teacher_id == other.id
    assert single.is_open


def test_nobody_takes_on_a_class_that_has_no_session_to_come(group: Class, other: Teacher) -> None:
    group.at(0, 1)
    made = services.invite(group.offering, other, by="staff:1")
    group.at(3, 1)
    with pytest.raises(SessionOver):
        services.accept(made, by="member:1")
    assert group.offering.teacher_id == group.teacher.id
