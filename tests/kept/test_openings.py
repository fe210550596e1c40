"""The page of openings: who books before the public, set by one programme manager and seen by the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.members.units import UnitKind
from palace.programme.models import Opening, Performance
from palace.tickets.terms import terms_of
from tests.factory import Factory

PUBLIC = datetime(2027, 3, 3, 2, 0, tzinfo=UTC)
JSON = {"Accept": "application/json"}


@pytest.fixture
def show(make: Factory) -> Performance:
    """Return a show that opens on 3 March at ten."""
    return make.performance(opens_at=PUBLIC, starts_at=PUBLIC + timedelta(days=9))


@pytest.fixture
def desk(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of a programme manager."""
    make.sign_in(client, make.staff(Role.PROGRAMME))
    return client


def path(show: Performance) -> str:
    """Return the address of a show's openings."""
    return f"/staff/programme/performances/{show.id}/openings"


def seen(desk: FlaskClient, show: Performance) -> str:
    """Return the openings as the page carries them along."""
    told: str = desk.get(path(show), headers=JSON).get_json()["seen"]
    return told


def save(desk: FlaskClient, show: Performance, **fields: Any) -> Any:
    """Save openings as a browser does; the public one stays unless it is said."""
    sent = {"public": "2027-03-03T10:00", "members": "", "seen": seen(desk, show)}
    return desk.post(path(show), data=sent | fields)


def stages(show: Performance) -> dict[str, datetime]:
    """Return the openings there are."""
    db.session.expire_all()
    found = db.session.scalars(select(Opening).where(Opening.performance_id == show.id))
    return {str(one.unit_id or "members"): one.opens_at for one in found}


def test_members_and_unions_are_let_in_before_the_public(
    make: Factory, desk: FlaskClient, show: Performance
) -> None:
    district = make.unit("万柏林区总工会", UnitKind.DISTRICT)
    taxi = make.unit("第一出租公司工会", parent=district)
    assert save(desk, show, members="2027-03-02T10:00").status_code == 303
    assert (
        save(
            desk, show, members="2027-03-02T10:00", add="wanbolin", add_at="2027-03-01T10:00"
        ).status_code
        == 303
    )

    assert stages(show) == {
        "members": PUBLIC - timedelta(days=1),
        str(district.id): PUBLIC - timedelta(days=2),
    }
    member = make.member()
    member.roster_entry.unit_id = taxi.id  # type: ignore[union-attr]  # they are on a roster
    assert terms_of(member, show.id).opens_at == PUBLIC - timedelta(days=2)
    page = desk.get(path(show)).text
    assert "万柏林区总工会" in page
    assert 'value="2027-03-01T10:00"' in page
    lines = db.session.scalars(select(AuditLine).where(AuditLine.act == "openings_set")).all()
    assert [line.subject for line in lines] == [f"performance:{show.id}"] * 2


def test_an_emptied_time_takes_an_opening_away(
    make: Factory, desk: FlaskClient, show: Performance
) -> None:
    unit = make.unit("环卫工会")
    make.opening(show, PUBLIC - timedelta(days=2), unit)
    make.opening(show, PUBLIC - timedelta(days=1))
    assert save(desk, show, unit=str(unit.id), unit_at="").status_code == 303
    assert stages(show) == {}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"public": "gestern"}, "请填写日期和时间。"),
        ({"public": ""}, "请填写日期和时间。"),
        ({"members": "2027-03-03T10:01"}, "不能晚于公众的时间。"),
        ({"members": "0027-03-03T10:01"}, "请填写日期和时间。"),
        ({"public": "2027-03-12T10:00"}, "要早于停止订票的时间。"),
        ({"add": "没有这个单位", "add_at": "2027-03-01T10:00"}, "没有找到这个单位"),
        ({"add": "工会"}, "请填写日期和时间。"),
        ({"add": "工会", "add_at": "2027-03-01T10:00"}, "请写全称"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(
    make: Factory, desk: FlaskClient, show: Performance, fields: dict[str, str], sentence: str
) -> None:
    make.unit("甲工会"), make.unit("乙工会")
    answer = save(desk, show, **({"members": "2027-03-02T09:30"} | fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert all(value in answer.text for value in fields.values())
    assert stages(show) == {}
    assert show.sale_opens_at == PUBLIC


def test_as_late_as_the_public_is_not_too_late(desk: FlaskClient, show: Performance) -> None:
    assert save(desk, show, members="2027-03-03T10:00").status_code == 303


def test_who_saves_second_is_told_and_changes_nothing(
    make: Factory, desk: FlaskClient, show: Performance
) -> None:
    before = seen(desk, show)
    assert save(desk, show, members="2027-03-02T10:00").status_code == 303
    second = save(desk, show, members="2027-03-01T10:00", seen=before)
    assert second.status_code == 409
    assert "刚被别人改过" in second.text
    assert 'value="2027-03-01T10:00"' in second.text
    assert stages(show) == {"members": PUBLIC - timedelta(days=1)}
    assert save(desk, show, members="2027-03-01T10:00").status_code == 303


def test_a_union_that_has_no_opening_is_not_given_one_by_its_number(
    make: Factory, desk: FlaskClient, show: Performance
) -> None:
    for unit in (make.unit().id, 999_999_999):
        answer = save(desk, show, unit=[str(unit)], unit_at=["2027-03-01T10:00"])
        assert (answer.status_code, stages(show)) == (409, {})


def test_the_same_again_is_harmless(desk: FlaskClient, show: Performance) -> None:
    for _ in range(2):
        assert save(desk, show, members="2027-03-02T10:00").status_code == 303
    acts = db.session.scalars(select(AuditLine).where(AuditLine.act == "openings_set")).all()
    assert len(acts) == 1


def test_another_house_s_show_is_unknown(
    make: Factory, client: FlaskClient, show: Performance
) -> None:
    make.sign_in(client, make.staff(Role.PROGRAMME, site=make.branch()))
    assert client.get(path(show)).status_code == 404
    assert client.post(path(show), data={"public": "2027-03-03T10:00"}).status_code == 404


def test_the_show_s_page_says_who_books_from_when(
    make: Factory, client: FlaskClient, show: Performance
) -> None:
    make.opening(show, PUBLIC - timedelta(days=1))
    make.opening(show, PUBLIC - timedelta(days=2), make.unit("环卫工会"))
    page = client.get(f"/performances/{show.id}").text
    assert "环卫工会" in page
    assert "登录后看您从什么时候起可以订。" in page
    member = make.member()
    make.sign_in(client, member)
    page = client.get(f"/performances/{show.id}").text
    assert "您是工会会员，2027年3月2日 周二 10:00 起可以订。" in page
    assert "分批开票，公众2027年3月3日 周三 10:00 起" in page
    told = client.get(f"/performances/{show.id}", headers=JSON).get_json()
    assert told["opens_at"] == "2027-03-02T10:00:00+08:00"
    assert [one["audience"] for one in told["openings"]] == ["unit", "members"]
