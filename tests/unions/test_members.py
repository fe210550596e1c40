"""A unit's own roster: searched, sorted, taken out so often a day, and every time noted."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.members.models import AuditLine, Member, Unit
from palace.members.rules import Role
from palace.members.units import RosterStatus, UnitKind
from palace.reports.models import Export
from palace.unions.queries import MEMBERS
from tests.factory import Factory

JSON = {"Accept": "application/json"}


def names(client: FlaskClient, unit: Unit, query: str = "") -> list[str]:
    """Return the names a search of a unit's roster finds, in order."""
    told = client.get(f"/unit/{unit.id}/members?{query}", headers=JSON)
    assert told.status_code == 200
    return [row["name"] for row in told.get_json()["rows"]]


def noted(act: str) -> list[AuditLine]:
    """Return what the audit says of an act."""
    return list(db.session.scalars(select(AuditLine).where(AuditLine.act == act)))


def test_a_row_says_everything_but_the_phone(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    entry = make.listed(unit, "赵小六", phone="13912349876", valid_until=date(2027, 1, 31))
    [row] = client.get(f"/unit/{unit.id}/members", headers=JSON).get_json()["rows"]
    assert row == {
        "name": "赵小六",
        "card": entry.card_number,
        "phone": "139****9876",
        "status": "active",
        "valid_until": "2027-01-31",
        "left_on": None,
        "joined": False,
        "unit": unit.name_zh,
    }
    page = client.get(f"/unit/{unit.id}/members").get_data(as_text=True)
    assert "赵小六" in page
    assert "13912349876" not in page


def test_it_is_searched_by_name_status_day_and_whether_they_joined(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    make.listed(unit, "李一", valid_until=date(2027, 1, 31))
    make.listed(unit, "王二", status=RosterStatus.LEFT, left_on=date(2026, 11, 1))
    joined = make.member("周三")
    assert joined.roster_entry is not None
    joined.roster_entry.unit_id = unit.id
    db.session.flush()
    assert names(client, unit, "name=王") == ["王二"]
    assert names(client, unit, "status=left") == ["王二"]
    assert names(client, unit, "valid_until_to=2027-12-31") == ["李一"]
    assert names(client, unit, "joined=1") == ["周三"]
    assert set(names(client, unit, "joined=0")) == {"李一", "王二"}
    page = client.get(f"/unit/{unit.id}/members?joined=1").get_data(as_text=True)
    assert "登录过：是" in page
    assert names(client, unit, "sort=valid_until")[0] == "李一"
    assert client.get(f"/unit/{unit.id}/members?valid_until_to=x").status_code == 422


def test_pages_follow_each_other_with_and_without_a_day(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    for number in range(MEMBERS.size + 3):
        make.listed(unit, "李一", valid_until=date(2027, 1, 31) if number % 2 else None)
    for sort in ("name", "-name", "valid_until", "-valid_until"):
        path = f"/unit/{unit.id}/members?sort={sort}"
        first = client.get(path, headers=JSON).get_json()
        second = client.get(f"{path}&after={first['after']}", headers=JSON).get_json()
        cards = [row["card"] for page in (first, second) for row in page["rows"]]
        assert len(cards) == len(set(cards)) == MEMBERS.size + 3


def test_another_unit_s_roster_is_not_found_on_the_page_or_as_a_file(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    other = make.unit()
    make.listed(other, "孙八")
    for number in (other.id, 10**17):
        address = f"/unit/{number}/members"
        assert client.get(address).status_code == 404
        assert client.get(f"{address}?format=csv").status_code == 404
        assert client.post("/staff/exports", data={"address": address}).status_code == 404
    assert client.post("/staff/exports", data={"address": "/staff/audit"}).status_code == 403
    assert db.session.scalars(select(Export)).all() == []
    assert "孙八" not in names(client, unit)


def test_units_below_are_the_unit_s_own(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    unit.kind = UnitKind.TRADE
    make.listed(make.unit("城北车队工会", parent=unit), "周九")
    assert names(client, unit) == ["周九"]
    assert names(client, unit, "unit=城南") == []


def test_a_csv_is_noted_with_its_count_before_the_first_row_leaves(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    for name in ("李一", "李二", "王三"):
        make.listed(unit, name, phone="13912349876")
    sent = client.get(f"/unit/{unit.id}/members?format=csv&name=李", buffered=False)
    [begun] = noted("list_export_begun")
    assert begun.actor == f"member:{organiser.id}"
    assert begun.subject == "list:unions.members"
    told = {"format": "csv", "rows": 2, "filters": {"name": "…"}, "unit_id": unit.id}
    assert begun.after == told
    rows = list(csv.reader(io.StringIO(sent.get_data().decode("utf-8-sig"))))
    sent.close()
    assert [row[0] for row in rows] == ["姓名", "李一", "李二"]
    assert {row[2] for row in rows[1:]} == {"139****9876"}
    [ended] = noted("list_exported")
    assert ended.after == told


def test_a_stream_that_nobody_reads_to_its_end_has_left_its_line(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    make.listed(unit, "李一")
    sent = client.get(f"/unit/{unit.id}/members?format=csv", buffered=False)
    assert [line.after["rows"] for line in noted("list_export_begun") if line.after] == [1]
    assert noted("list_exported") == []
    sent.close()


def test_a_unit_s_roster_leaves_only_so_often_a_day_whoever_asks(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    make.rules().unit_exports_per_day = 1
    second, below = make.member("吴十"), make.unit(parent=None)
    make.post(second, Role.UNIT, unit=unit)
    make.post(second, Role.UNIT, unit=below)
    db.session.flush()
    address = f"/unit/{unit.id}/members"
    assert client.get(f"{address}?format=csv").status_code == 200
    make.sign_in(client, second)
    refused = client.get(f"{address}?format=csv")
    assert refused.status_code == 429
    assert "今天已经导出了 1 次" in refused.get_data(as_text=True)
    assert client.post("/staff/exports", data={"address": address}).status_code == 429
    assert client.get(f"/unit/{below.id}/members?format=csv").status_code == 200


@pytest.fixture
def asked(make: Factory, client: FlaskClient, unit: Unit, organiser: Member) -> Export:
    """Return the workbook the organiser asked for."""
    make.listed(unit, "李一")
    answered = client.post("/staff/exports", data={"address": f"/unit/{unit.id}/members"})
    assert answered.status_code == 303
    return db.session.scalars(select(Export)).one()


def test_an_organiser_sees_the_files_they_asked_for(client: FlaskClient, asked: Export) -> None:
    page = client.get("/staff/exports").get_data(as_text=True)
    assert "单位名册" in page
    assert 'href="/unit"' in page
    assert client.get(f"/staff/exports/{asked.code}.xlsx").status_code == 409
    assert [line.after["rows"] for line in noted("list_export_begun") if line.after] == [1]


def test_nobody_else_fetches_it(make: Factory, client: FlaskClient, asked: Export) -> None:
    other = make.member("吴十")
    make.post(other, Role.UNIT, unit=make.unit())
    make.sign_in(client, other)
    assert client.get(f"/staff/exports/{asked.code}.xlsx").status_code == 404
    make.sign_in(client, make.staff())
    assert client.get(f"/staff/exports/{asked.code}.xlsx").status_code == 404
