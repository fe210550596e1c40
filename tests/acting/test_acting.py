"""Staff act for a member: found first, everything in the audit, nothing that is the person's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from palace import clock
from palace.companions.models import Companion
from palace.db import db
from palace.members.models import AuditLine, Member, Post, SignIn, Staff
from palace.members.rules import Role
from palace.tickets.models import Ticket
from tests.acting.desk import begin, card_of, find, introduce, lines, only, people
from tests.factory import Factory
from tests.security.test_headers import token


@pytest.fixture
def clerk(make: Factory, client: FlaskClient) -> Staff:
    """Return a clerk who is signed in."""
    make.site()
    staff = make.staff(Role.COUNTER)
    make.sign_in(client, staff)
    return staff


def book(client: FlaskClient, performance_id: int) -> TestResponse:
    """Take a seat of a performance and settle it."""
    data = {"count": "1", "confirm": "1", "key": f"desk-booking-{performance_id}"}
    return client.post(f"/performances/{performance_id}/hold", data=data)


def test_a_ticket_is_the_member_s_and_the_audit_says_who_did_it_for_whom(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    member, show = make.member(), make.performance(seats=4)
    begin(client, only(find(client, who=card_of(member))))
    assert book(client, show.id).status_code == 303
    [ticket] = make.tickets(show)
    assert (ticket.member_id, ticket.order.unit_id) == (member.id, member.unit_id)
    [line] = lines("tickets_issued")
    assert line.actor == f"staff:{clerk.id}"
    assert line.after
    assert line.after["acted_for"] == f"member:{member.id}"
    assert client.get(f"/tickets/{ticket.code}").status_code == 200
    [begun] = lines("acting_begun")
    assert (begun.subject, begun.after) == (f"member:{member.id}", {"found_by": "card"})


def test_ending_closes_the_member_s_pages_and_a_second_end_says_nothing(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    member = make.member()
    begin(client, only(find(client, who=card_of(member))))
    assert client.get("/mine").status_code == 200
    for _ in range(2):
        assert client.post("/staff/acting/end").headers["Location"].endswith("/staff/acting")
    refused = client.get("/mine")
    assert (refused.status_code, "先找到要替谁办理" in refused.text) == (403, True)
    assert "先找到要替谁办理" not in client.get("/mine/data").text
    assert len(lines("acting_ended")) == 1


@pytest.mark.parametrize(("after", "status"), [(19, 200), (20, 403)])
def test_acting_ends_by_itself_after_the_house_s_minutes(
    make: Factory, client: FlaskClient, clerk: Staff, after: int, status: int
) -> None:
    now = clock.now()
    make.set_clock(now)
    begin(client, only(find(client, who=card_of(make.member()))))
    make.set_clock(now + timedelta(minutes=after))
    assert client.get("/mine").status_code == status
    assert client.get("/staff/acting").status_code == 200


def test_the_next_member_takes_the_place_of_the_last(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    first, second = make.member("张建华"), make.member("李桂兰")
    for member in (first, second):
        begin(client, only(find(client, who=card_of(member))))
    page = client.get("/mine").text
    assert "李*兰" in page
    assert "张*" not in page
    assert [line.subject for line in lines("acting_ended")] == [f"member:{first.id}"]


def test_a_page_that_lay_open_for_the_last_member_is_refused(
    app: Flask, make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    first, second, show = make.member("张建华"), make.member("李桂兰"), make.performance(seats=4)
    app.config["WTF_CSRF_ENABLED"] = True
    try:

        def act_for(member: Member) -> str:
            told = {"csrf_token": token(client.get("/staff/acting"))}
            person = only(find(client, who=card_of(member), **told))
            begin(client, person, **told)
            return token(client.get(f"/performances/{show.id}"))

        old, new = act_for(first), act_for(second)
        data = {"count": "1", "confirm": "1", "key": "left-open"}
        address = f"/performances/{show.id}/hold"
        assert client.post(address, data=data | {"csrf_token": old}).status_code == 400
        assert make.tickets(show) == []
        assert client.post(address, data=data | {"csrf_token": new}).status_code == 303
        assert [ticket.member_id for ticket in make.tickets(show)] == [second.id]
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_nobody_acts_for_who_was_not_found_here_and_just_now(
    app: Flask, make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    member, other = make.member(), app.test_client()
    make.sign_in(other, make.staff(Role.COUNTER))
    now = clock.now()
    make.set_clock(now)
    found = only(find(client, who=card_of(member)))
    forged = found.replace(f"m{member.id}.", f"m{member.id + 1}.")
    for ticket in (forged, f"m{member.id}", "", "m1.card.9.x", "é"):
        assert begin(client, ticket).status_code == 422
    assert begin(other, found).status_code == 422
    make.set_clock(now + timedelta(hours=1, seconds=1))
    refused = begin(client, found)
    assert (refused.status_code, "请先找到这位会员" in refused.text) == (422, True)
    assert lines("acting_begun") == []


@pytest.mark.parametrize("role", [Role.DOOR, Role.PROGRAMME, Role.FINANCE])
def test_other_staff_do_not_act(make: Factory, client: FlaskClient, role: Role) -> None:
    make.site()
    make.sign_in(client, make.staff(role))
    assert client.get("/staff/acting").status_code == 403
    assert find(client, who="TY1").status_code == 403


def test_who_loses_the_post_acts_no_more(make: Factory, client: FlaskClient, clerk: Staff) -> None:
    member = make.member()
    make.post(clerk, Role.DOOR)
    begin(client, only(find(client, who=card_of(member))))
    db.session.execute(update(Post).where(Post.role == Role.COUNTER).values(ended_at=clock.now()))
    assert client.get("/mine").status_code == 403
    assert "正在替" not in client.get("/door").text


def test_who_is_erased_meanwhile_leaves_the_clerk_signed_in(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    member = make.member()
    begin(client, only(find(client, who=card_of(member))))
    gone = {"erased_at": clock.now(), "phone": None, "name": "", "roster_entry_id": None}
    db.session.execute(update(Member).where(Member.id == member.id).values(gone))
    assert client.get("/mine").status_code == 403
    assert client.get("/staff").status_code == 200


OWN = ["/mine/qr.svg", "/mine/data", "/mine/phone", "/mine/erase"]


def test_what_is_a_person_s_own_stays_closed(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    member = make.member()
    begin(client, only(find(client, who=card_of(member))))
    assert [client.get(path).status_code for path in OWN] == [403] * len(OWN)
    page = client.get("/mine")
    assert "/calendars/" not in page.text
    told = client.get("/mine", headers={"Accept": "application/json"}).get_json()
    assert told["feed"] is None
    assert page.headers["Palace-Acting"] == "1"
    assert client.post("/mine/name", data={"name": "王小明"}).status_code == 403


def test_who_has_no_account_gets_one_from_the_roster_once(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    entry = make.roster_entry("李桂兰")
    found = find(client, who=entry.card_number)
    assert "还没有账号" in found.text
    refused = begin(client, only(found), consent="")
    assert (refused.status_code, "先把《个人信息说明》念给本人听" in refused.text) == (422, True)
    assert db.session.scalars(select(Member)).all() == []
    for _ in range(2):
        assert begin(client, only(found)).status_code == 303
    [member] = db.session.scalars(select(Member).where(Member.roster_entry_id == entry.id))
    assert (member.phone, member.phone_proven_at, member.name) == (entry.phone, None, "李桂兰")
    [line] = lines("member_joined")
    assert line.actor == f"staff:{clerk.id}"


def test_a_stranger_gets_an_account_by_a_document_which_finds_them_the_next_time(
    make: Factory, client: FlaskClient, clerk: Staff, number: str
) -> None:
    assert introduce(client, number).status_code == 303
    assert "李桂兰" in client.get("/mine").text
    [own] = db.session.scalars(select(Companion))
    assert own.last_four == number[-4:]
    client.post("/staff/acting/end")
    again = introduce(client, number)
    assert (again.status_code, "已经有账号了" in again.text) == (409, True)
    found = find(client, who=number)
    assert only(found).startswith(f"m{own.member_id}.document.")
    assert number not in found.text + again.text
    ours = db.session.scalars(select(AuditLine)).all()
    assert all(number not in f"{one.before}{one.after}{one.why}" for one in ours)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"full_name": "x1"}, "请填写真实姓名"),
        ({"number": "110105194912310021"}, "身份证号码不对"),
        ({"number": ""}, "请填写证件号码"),
        ({"consent": ""}, "先念给本人听"),
        ({"document": "letter"}, "请选择证件"),
    ],
)
def test_a_new_account_wants_name_document_and_word(
    client: FlaskClient, clerk: Staff, number: str, wrong: dict[str, str], said: str
) -> None:
    refused = introduce(client, **({"number": number} | wrong))
    assert (refused.status_code, said in refused.text) == (422, True)
    assert number not in refused.text
    assert db.session.scalars(select(Member)).all() == []


def test_two_seats_at_the_desk_count_for_the_member_not_for_the_clerk(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    make.rules().free_per_month = 1
    shows = [make.performance(seats=4) for _ in range(2)]
    people = [make.member("张建华"), make.member("李桂兰")]
    for member in people:
        begin(client, only(find(client, who=card_of(member))))
        assert [book(client, show.id).status_code for show in shows] == [303, 409]
    owners = db.session.scalars(select(Ticket.member_id)).all()
    assert sorted(owners) == sorted(one.id for one in people)


def test_the_clerk_s_own_sign_in_ends_acting_with_it(
    make: Factory, client: FlaskClient, clerk: Staff
) -> None:
    begin(client, only(find(client, who=card_of(make.member()))))
    client.post("/staff/sign-out")
    assert client.get("/mine").status_code == 303
    ended = db.session.scalars(select(SignIn.ended_at)).all()
    assert None not in ended


@pytest.mark.parametrize("which", [0, 1])
def test_who_joined_before_the_roster_named_them_has_one_account(
    make: Factory, client: FlaskClient, clerk: Staff, which: int
) -> None:
    """Found by the number they share: the account that waits, and the entry that is theirs."""
    waiting = make.member("李桂兰", phone="13800138000", valid=False)
    entry = make.roster_entry("李桂兰", "13800138000")
    begin(client, people(find(client, who="13800138000"))[which])
    everybody = db.session.scalars(select(Member).execution_options(populate_existing=True)).all()
    assert [(one.id, one.roster_entry_id) for one in everybody] == [(waiting.id, entry.id)]
    assert "工会会员" in client.get("/mine").text


def test_an_administrator_erases_who_has_no_phone_from_the_page_of_acting(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    member = make.member()
    make.sign_in(client, make.staff(Role.ADMIN))
    begin(client, only(find(client, who=card_of(member))))
    address = f"/staff/people/member/{member.id}/erase"
    assert f'href="{address}"' in client.get("/mine").text
    assert client.get(address).status_code == 200
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=member)
    assert address not in client.get("/mine").text
