"""The page of the audit: who may see it, how it is found, what it says in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine, text, true

from palace import clock
from palace.audit.queries import LINES
from palace.audit.rules import changes
from palace.db import db
from palace.lists.queries import MOST_COUNTED, PAGE_SIZE
from palace.members.models import AuditLine, Staff
from palace.members.rules import Role
from tests.factory import Factory
from tests.lists.plans import touched

JSON = {"Accept": "application/json"}
LARGE = (
    "INSERT INTO audit_lines (at, actor, act, subject) SELECT timestamptz '2026-01-01 00:00+08'"
    " + number * interval '1 minute', CASE WHEN number % 20000 = 0 THEN 'member:7' ELSE 'system' END,"
    " CASE WHEN number % 20000 = 1 THEN 'restored' ELSE 'admitted' END, 'ticket:' || number"
    " FROM generate_series(1, 200000) AS number"
)
NINE = int(datetime(2026, 12, 1, 1, tzinfo=UTC).timestamp())


@pytest.fixture
def admin(make: Factory, client: FlaskClient) -> Staff:
    """Return an administrator who is signed in, in a house with a few lines."""
    make.site()
    staff = make.staff(Role.ADMIN)
    make.sign_in(client, staff)
    member = make.member("欧阳建华")
    make.add(
        AuditLine(actor=f"staff:{staff.id}", act="staff_signed_in", subject=f"staff:{staff.id}"),
        AuditLine(actor=f"member:{member.id}", act="member_joined", subject=f"member:{member.id}"),
        AuditLine(
            actor="system",
            act="ticket_returned",
            subject="ticket:77",
            before={"state": "valid"},
            after={"state": "returned"},
            why="演员生病",
            request_id="r-1",
        ),
        AuditLine(actor="system", act="task_died", subject="task:5", why="OSError"),
    )
    return staff


def rows(client: FlaskClient, query: str) -> list[dict[str, str]]:
    """Return what the list answers to a program."""
    answered = client.get(f"/staff/audit?{query}", headers=JSON)
    assert answered.status_code == 200
    found: list[dict[str, str]] = answered.get_json()["rows"]
    return found


def test_the_page_says_who_did_what_to_whom(client: FlaskClient, admin: Staff) -> None:
    page = client.get("/staff/audit").get_data(as_text=True)

    for words in (
        "登录工作台",
        "王丽",
        "新会员",
        "欧**华",
        "退票",
        "票 77",
        "状态: 有效 → 已退",
    ):
        assert words in page
    assert "欧阳建华" not in page
    assert 'href="/staff/health"' in page


def test_a_roster_and_what_becomes_of_a_show_are_said_in_words(
    client: FlaskClient, admin: Staff, make: Factory
) -> None:
    make.add(
        AuditLine(actor="staff:1", act="looked_up", subject="roster", after={"people": 0}),
        AuditLine(
            actor="staff:1",
            act="move_proposed",
            subject="performance:5",
            after={"move_kind": "cancel"},
        ),
    )
    page = client.get("/staff/audit").get_data(as_text=True)
    assert "名册" in page
    assert "怎么办: 取消" in page
    assert "roster" not in re.sub(r"<[^>]+>", "", page)


@pytest.mark.parametrize(
    ("query", "acts"),
    [
        ("act=ticket_returned", ["ticket_returned"]),
        ("actor=王", ["staff_signed_in"]),
        ("actor=系统", ["task_died", "ticket_returned"]),
        ("subject=ticket:77", ["ticket_returned"]),
        ("subject=票 77", ["ticket_returned"]),
        ("subject=票", []),
        ("subject=欧阳建华", ["member_joined"]),
        ("subject=欧阳", []),
        ("subject=王", ["staff_signed_in"]),
        ("actor=欧阳建华", ["member_joined"]),
        ("why=演员", ["ticket_returned"]),
        ("at_from=2999-01-01", []),
    ],
)
def test_lines_are_found(client: FlaskClient, admin: Staff, query: str, acts: list[str]) -> None:
    assert [row["act"] for row in rows(client, query)] == acts


def test_a_member_is_found_by_number_and_as_the_page_says_it(
    client: FlaskClient, admin: Staff, make: Factory
) -> None:
    member = make.member("赵铁柱", phone="13800001234")
    line = AuditLine(
        actor=f"staff:{admin.id}",
        act="ticket_issued",
        subject="order:9",
        after={"acted_for": f"member:{member.id}", "role": "site_admin"},
    )
    make.add(line)
    db.session.flush()

    for typed in ("138 0000 1234", "赵铁柱", f"会员 {member.id}", f"member:{member.id}"):
        (row,) = rows(client, f"subject={typed}")
        assert row["subject"] == "订单 9"
        assert "岗位: 场馆管理员" in row["change"]


def test_a_day_is_the_palace_s(client: FlaskClient, admin: Staff, make: Factory) -> None:
    day = clock.palace_day(clock.now())
    make.add(
        AuditLine(
            actor="system",
            act="restored",
            subject="backup:x",
            at=clock.day_span(day)[0] - timedelta(seconds=1),
        )
    )
    before = (day - timedelta(days=1)).isoformat()
    assert [row["act"] for row in rows(client, f"at_to={before}")] == ["restored"]


def test_lines_stand_by_day_and_a_day_is_counted_beyond_the_page(
    client: FlaskClient, admin: Staff, make: Factory
) -> None:
    today = clock.day_span(clock.palace_day(clock.now()))[0]
    for number in range(PAGE_SIZE + 2):
        at = today - timedelta(days=1, seconds=-number)
        make.add(AuditLine(actor="system", act="restored", subject=f"backup:{number}", at=at))
    page = client.get("/staff/audit").get_data(as_text=True)
    found = client.get("/staff/audit?act=restored&sort=at").get_data(as_text=True)

    assert re.findall(r'id="day-([\d-]+)".*?共 (\d+) 条', page) == [
        (clock.palace_day(today).isoformat(), "4"),
        ((clock.palace_day(today) - timedelta(days=1)).isoformat(), f"{PAGE_SIZE + 2}"),
    ]
    assert found.count("<section") == 1
    assert "改为最新的在前" in found


def test_what_is_typed_wrongly_is_told_and_kept(client: FlaskClient, admin: Staff) -> None:
    answered = client.get("/staff/audit?at_from=tomorrow&why=x")
    page = answered.get_data(as_text=True)

    assert answered.status_code == 422
    assert "请填日期" in page
    assert 'value="tomorrow"' in page
    assert 'value="x"' in page


@pytest.mark.parametrize("role", [Role.COUNTER, Role.DOOR])
def test_others_see_nothing_of_it(app: Flask, make: Factory, role: Role) -> None:
    make.site()
    browser = app.test_client()
    make.sign_in(browser, make.staff(role))
    assert browser.get("/staff/audit").status_code == 403


def test_codes_and_instants_are_said_in_words(
    client: FlaskClient, admin: Staff, make: Factory
) -> None:
    at = "2026-12-01T11:30:00.5+00:00"
    make.add(
        AuditLine(
            actor="system",
            act="block_changed",
            subject="block:1",
            before={
                "way": "link",
                "releases_at": at,
                "fund": "",
                "openings": f"public={NINE} 7={NINE}",
            },
            after={
                "way": "of_old",
                "releases_at": None,
                "fund": "工会经费",
                "openings": "",
                "member": [245, 244],
            },
        )
    )
    (row,) = rows(client, "subject=block:1")
    told = row["change"].split("\n")
    assert "怎么发: 只用群里的链接 → of_old" in told
    assert "收回时间: 12月1日 周二 19:30 → –" in told
    assert "差价由谁出: – → 工会经费" in told
    assert "会员编号: 245, 244" in told
    assert "开票时间: 公众 12月1日 周二 09:00, 单位编号 7 12月1日 周二 09:00 → –" in told


def test_only_what_changed_is_told() -> None:
    assert changes({"a": 1, "b": 2}, {"b": 2, "c": 3}) == [("a", 1, None), ("c", None, 3)]
    assert changes(None, None) == []


def test_a_line_of_something_gone_is_shown_as_it_was_written(
    client: FlaskClient, admin: Staff, make: Factory
) -> None:
    make.add(AuditLine(actor="staff:x", act="unheard_of", subject="staff:99999999999999999999"))
    db.session.flush()
    (row,) = rows(client, "subject=staff:99999999999999999999")
    assert (row["act"], row["actor"]) == ("unheard_of", "工作人员 x")


def test_who_asks_for_pages_of_others_is_noted_once_an_hour(app: Flask, make: Factory) -> None:
    make.site()
    clerk = make.staff(Role.COUNTER)
    browser = app.test_client()
    make.sign_in(browser, clerk)
    for path in ("/staff/audit", "/staff/audit", "/staff/health"):
        assert browser.get(path).status_code == 403

    noted = db.session.query(AuditLine).filter(AuditLine.act == "access_refused")
    assert [(line.actor, line.subject) for line in noted.order_by(AuditLine.id)] == [
        (f"staff:{clerk.id}", "page:audit.lines"),
        (f"staff:{clerk.id}", "page:care.health"),
    ]


def test_a_page_of_a_large_audit_reads_little_of_it(live: Factory) -> None:
    owner = live.app.extensions["palace"].database_owner_url
    with create_engine(owner, poolclass=NullPool).begin() as connection:
        connection.execute(text(LARGE))
        connection.execute(text("ANALYZE audit_lines"))
    for query in (
        {},
        {"sort": "at"},
        {"act": "restored"},
        {"act": "admitted"},
        {"actor": "member:7"},
        {"actor": "系统"},
        {"subject": "ticket:77"},
        {"at_to": "2026-01-02"},
    ):
        asked = LINES.asked(query)
        assert touched(LINES.page_rows(asked, true())) <= 60, query
        assert touched(LINES.counted(asked, true())) <= MOST_COUNTED * 1.1, query
