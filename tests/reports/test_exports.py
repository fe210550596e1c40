"""Lists leave the house: as CSV while they are read, as workbooks by the worker; counted and noted."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from palace import clock, upkeep, worker
from palace.db import db, transaction
from palace.lists.rules import as_text
from palace.members.models import AuditLine, Post, Staff
from palace.members.queries import posts_of
from palace.members.rules import Role
from palace.reports import services
from palace.reports.models import Export
from palace.reports.rules import ExportState
from tests.factory import Factory

JSON = {"Accept": "application/json"}
ODD = [
    "=1+1",
    "＝cmd|x",
    "+86",
    "-3",
    "@a",
    "\tx",
    "\rx",
    "普通，带逗号",
    '"引号"',
    "两\n行",
    "𠮷野家",
    "0012",
]


class House:
    """A house whose administrator is signed in, with an audit of odd reasons."""

    def __init__(self, make: Factory) -> None:
        self.make, self.flask = make, make.app
        make.site()
        self.admin = make.staff(Role.ADMIN)
        self.browser = self.signed_in(self.admin)
        for why in ODD:
            make.add(AuditLine(actor="system", act="task_died", subject="task:1", why=why))
        make.commit()

    def signed_in(self, staff: Staff) -> FlaskClient:
        """Return somebody's browser."""
        browser = self.flask.test_client()
        self.make.sign_in(browser, staff)
        self.make.commit()
        return browser

    def work(self) -> None:
        """Let the worker do what is due, in a thread of its own."""
        queue = worker.connect(self.flask.extensions["palace"])
        queue.periodic_registry.periodic_tasks.clear()
        with ThreadPoolExecutor(1) as thread:
            thread.submit(worker.work, queue, self.flask, wait=False).result()
        db.session.rollback()

    def asked(self, query: str = "sort=at&act=task_died") -> dict[str, str]:
        """Ask for a workbook of the audit."""
        answered = self.browser.post(
            "/staff/exports", data={"address": f"/staff/audit?{query}"}, headers=JSON
        )
        assert answered.status_code == 200, answered.get_data(as_text=True)
        told: dict[str, str] = answered.get_json()
        return told

    def noted(self) -> list[AuditLine]:
        """Return what the audit says of exports."""
        db.session.rollback()
        wanted = db.session.query(AuditLine).filter(AuditLine.act == "list_exported")
        return wanted.order_by(AuditLine.id).all()


@pytest.fixture
def house(live: Factory) -> Iterator[House]:
    """Return the house over committed tables and an empty queue."""
    with transaction():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
    yield House(live)
    with transaction():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))


def test_a_csv_opens_in_a_spreadsheet_and_computes_nothing(house: House) -> None:
    answered = house.browser.get("/staff/audit?format=csv&sort=at&act=task_died")
    raw = answered.get_data()
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))

    assert raw.startswith(b"\xef\xbb\xbf")
    assert answered.mimetype == "text/csv"
    assert "attachment; filename=audit.lines-" in answered.headers["Content-Disposition"]
    assert rows[0] == ["时间", "谁", "做了什么", "对象", "改动", "原因", "请求编号"]
    assert [row[5] for row in rows[1:]] == [as_text(why) for why in ODD]
    assert {row[2] for row in rows[1:]} == {"后台任务失败"}


def test_a_workbook_holds_what_the_list_holds(house: House) -> None:
    code = house.asked()["export"]
    assert house.browser.get(f"/staff/exports/{code}.xlsx").status_code == 409
    house.work()

    answered = house.browser.get(f"/staff/exports/{code}.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answered.get_data())).worksheets[0]
    answered.close()
    cells = list(sheet.iter_rows(min_row=2))
    assert sheet.title == "操作记录"
    assert [str(row[5].value).replace("_x000D_", "\r") for row in cells] == ODD
    assert {row[5].data_type for row in cells} == {"s"}
    lines = db.session.query(AuditLine).filter(AuditLine.act == "task_died").order_by(AuditLine.id)
    here = [line.at.astimezone(clock.SHANGHAI).replace(tzinfo=None) for line in lines]
    told = [row[0].value for row in cells]
    assert all(
        abs((one - other).total_seconds()) < 1 for one, other in zip(told, here, strict=True)
    )


def test_the_audit_says_who_exported_what_but_not_what_was_typed(house: House) -> None:
    house.browser.get("/staff/audit?format=csv&act=task_died&why=普通")
    house.asked("why=普通")
    house.work()

    first, second = house.noted()
    assert first.actor == second.actor == f"staff:{house.admin.id}"
    assert first.subject == "list:audit.lines"
    assert first.after == {
        "format": "csv",
        "rows": 1,
        "filters": {"act": "task_died", "why": "…"},
    }
    assert second.after == {"format": "xlsx", "rows": 1, "filters": {"why": "…"}}
    assert "列表 “操作记录”" in house.browser.get("/staff/audit").get_data(as_text=True)


def test_who_has_had_the_files_of_a_day_gets_no_more(house: House) -> None:
    house.make.rules().exports_per_day = 2
    house.make.commit()
    house.asked()
    assert house.browser.get("/staff/audit?format=csv").status_code == 200
    refused = house.browser.get("/staff/audit?format=csv")
    assert refused.status_code == 429
    assert "今天已经导出了 2 次" in refused.get_data(as_text=True)
    assert house.browser.post("/staff/exports", data={"address": "/staff/audit"}).status_code == 429
    assert "exports" in str(house.browser.get("/staff/exports", headers=JSON).get_json())


def test_nobody_else_fetches_it_and_nobody_asks_for_what_they_may_not_see(house: House) -> None:
    code = house.asked()["export"]
    house.work()
    other = house.signed_in(house.make.staff(Role.ADMIN))
    door = house.signed_in(house.make.staff(Role.DOOR))

    assert other.get(f"/staff/exports/{code}.xlsx").status_code == 404
    assert door.post("/staff/exports", data={"address": "/staff/audit"}).status_code == 403
    for address in ("/staff/nothing", "//evil.example/staff/audit", "/", "x"):
        assert house.browser.post("/staff/exports", data={"address": address}).status_code == 404
    assert (
        house.browser.post("/staff/exports", data={"address": "/staff/audit?at_from=x"}).status_code
        == 422
    )


def test_who_lost_the_post_since_cannot_fetch_it_any_more(house: House) -> None:
    code = house.asked()["export"]
    house.work()
    house.make.post(house.admin, Role.COUNTER)
    for post in posts_of(house.admin):
        post.ended_at = clock.now() if post.role is Role.ADMIN else None
    house.make.commit()
    assert house.browser.get("/staff/exports").status_code == 200
    assert house.browser.get(f"/staff/exports/{code}.xlsx").status_code == 403


def test_who_left_before_it_was_written_gets_none(house: House) -> None:
    house.asked()
    house.make.add(house.make.staff(Role.ADMIN))
    db.session.get_one(Staff, house.admin.id).left_at = clock.now()
    house.make.commit()
    house.work()

    assert [one.state for one in db.session.query(Export)] == [ExportState.REFUSED]
    assert house.noted() == []


@pytest.mark.parametrize("ended", [False, True])
def test_an_organiser_s_workbook_is_written_only_while_the_unit_is_theirs(
    house: House, ended: bool
) -> None:
    make = house.make
    unit, organiser = make.unit(), make.member()
    post = make.post(organiser, Role.UNIT, unit=unit)
    make.post(organiser, Role.UNIT, unit=make.unit())
    make.listed(unit, "李一", phone="13912349876")
    make.listed(make.unit(), "孙八")
    make.commit()
    house.browser = house.flask.test_client()
    make.sign_in(house.browser, organiser)
    make.commit()
    asked = {"address": f"/unit/{unit.id}/members"}
    code = house.browser.post("/staff/exports", data=asked, headers=JSON).get_json()["export"]
    if ended:
        db.session.get_one(Post, post.id).ended_at = clock.now()
        make.commit()
    house.work()

    answered = house.browser.get(f"/staff/exports/{code}.xlsx")
    assert answered.status_code == (409 if ended else 200)
    assert [line.actor for line in house.noted()] == [f"member:{organiser.id}"] * (not ended)
    if not ended:
        sheet = openpyxl.load_workbook(io.BytesIO(answered.get_data())).worksheets[0]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        assert [(row[0], row[2]) for row in rows] == [("李一", "139****9876")]
    answered.close()


def test_files_are_deleted_after_their_days(house: House) -> None:
    house.asked()
    house.work()
    [export] = db.session.query(Export)
    path = services.file_of(export)
    assert path.stat().st_mode & 0o077 == 0
    db.session.execute(text("UPDATE exports SET asked_at = now() - interval '8 days'"))
    house.make.commit()
    age(path)

    gone = upkeep.tidy_once()

    assert (gone["exports"], gone["files"]) == (1, 1)
    assert not path.exists()
    page = house.browser.get("/staff/exports").get_data(as_text=True)
    assert "还没有导出过" in page


def age(path: Path) -> None:
    """Make a file two hours old."""
    past = path.stat().st_mtime - 7200
    os.utime(path, (past, past))


def test_the_page_says_how_far_it_is_and_comes_back(house: House) -> None:
    house.asked()
    waiting = house.browser.get("/staff/exports")
    house.work()
    ready = house.browser.get("/staff/exports")

    assert "排队中" in waiting.get_data(as_text=True)
    assert waiting.headers["Refresh"] == "5"
    assert f"{len(ODD)} 行" in ready.get_data(as_text=True)
    assert "Refresh" not in ready.headers
