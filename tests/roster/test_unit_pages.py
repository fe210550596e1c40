"""An organiser brings their unit's own roster in: its people and those below, and never a word of others."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from palace.db import db
from palace.members.models import AuditLine, Member, RosterEntry, Unit
from palace.members.rules import Role
from palace.roster.models import RosterImport
from palace.roster.rules import ImportState
from palace.upkeep import read_roster
from tests.conftest import Browser
from tests.factory import Factory
from tests.roster.conftest import applied, listed, now, people, unit_id, upload

JSON = {"Accept": "application/json"}
OWN = "姓名,手机号,会员卡号"


def organiser(house: Factory, code: str) -> tuple[FlaskClient, str]:
    """Return the browser of a unit's organiser, and the address of their rosters."""
    client, member = Browser(house.app), house.member("钱七", valid=False)
    unit = db.session.query(Unit).filter_by(code=code).one()
    house.post(member, Role.UNIT, unit=unit)
    house.sign_in(client, member)
    address = f"/unit/{unit.id}/roster"
    house.commit()
    return client, address


def sent(client: FlaskClient, address: str, content: bytes, **more: Any) -> TestResponse:
    """Upload a file as the page does."""
    boundary, body = encode_multipart(more | {"file": FileStorage(io.BytesIO(content), "名册.csv")})
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(address, data=body, content_type=kind)


def number_of(answered: TestResponse) -> int:
    """Return the import an upload led to."""
    assert answered.status_code == 303, answered.get_data(as_text=True)
    return int(answered.headers["Location"].rpartition("/")[2])


def brought(client: FlaskClient, address: str, content: bytes, **more: Any) -> RosterImport:
    """Upload a roster, look at what it would do, and have it done."""
    number = number_of(sent(client, address, content, **more))
    read_roster(number)
    client.get(f"{address}/{number}")
    client.post(f"{address}/{number}/apply", data={"confirmed": "1"})
    read_roster(number)
    return now(number)


def test_a_unit_s_own_list_goes_its_way(house: Factory) -> None:
    client, address = organiser(house, "first")
    assert "第一出租汽车公司工会" in client.get(address).get_data(as_text=True)
    number = number_of(sent(client, address, listed("李一,,TY1", "王3,,TY2", header=OWN)))
    read_roster(number)
    page = client.get(f"{address}/{number}").get_data(as_text=True)
    assert f'action="{address}/{number}/apply"' in page
    assert people("first") == []
    assert "第3行" in page
    errors = client.get(f"{address}/{number}/errors.csv").get_data(as_text=True)
    assert errors.splitlines()[1].startswith("3,")
    assert client.post(f"{address}/{number}/apply").status_code == 303
    read_roster(number)
    assert people("first") == [("TY1", "李一", "active")]
    assert f"{address}/{number}" in client.get(address).get_data(as_text=True)
    actors = db.session.query(AuditLine.actor).filter(AuditLine.act == "roster_applied")
    assert {actor.partition(":")[0] for (actor,) in actors} == {"member"}


def test_joiners_come_and_leavers_go_with_a_complete_list(house: Factory) -> None:
    client, address = organiser(house, "first")
    brought(client, address, listed("李一,,TY1", "王二,,TY2", header=OWN))
    done = brought(client, address, listed("李一,,TY1", "周三,,TY3", header=OWN), complete="1")
    assert (done.counts["new"], done.counts["leaving"]) == (1, 1)
    assert people("first") == [
        ("TY1", "李一", "active"),
        ("TY2", "王二", "left"),
        ("TY3", "周三", "active"),
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_unit_s_desk_is_not_found(house: Factory, method: str) -> None:
    client, _ = organiser(house, "first")
    for code in ("second", "taxi", "city"):
        path = f"/unit/{unit_id(code)}/roster"
        assert client.open(path, method=method).status_code == 404
    assert client.open(f"/unit/{10**17}/roster", method=method).status_code == 404
    assert client.open("/staff/roster", method=method).status_code == 403


def test_another_unit_s_import_is_not_found_under_any_address(house: Factory) -> None:
    client, address = organiser(house, "first")
    others = [upload(listed("李一,,TY1,first,,,"), unit) for unit in ("second", "taxi", None)]
    for other in others:
        read_roster(other)
        for path in (f"{address}/{other}", f"{address}/{other}/errors.csv"):
            assert client.get(path).status_code == 404
        assert client.post(f"{address}/{other}/apply").status_code == 404
        assert now(other).state is not ImportState.APPLYING
    assert client.get(address, headers=JSON).get_json() == {"imports": []}


def test_units_below_may_be_chosen_and_no_others(house: Factory) -> None:
    client, address = organiser(house, "taxi")
    page = client.get(address).get_data(as_text=True)
    assert 'value="first"' in page
    assert 'value="steel"' not in page
    content = listed("李一,,TY1", header=OWN)
    brought(client, address, content, unit="second")
    assert people("second") == [("TY1", "李一", "active")]
    told = [
        sent(client, address, content, unit=code).get_data(as_text=True).count("没有这个单位")
        for code in ("steel", "city", "nowhere")
    ]
    assert told == [1, 1, 1]
    assert people("steel") == []


def test_a_line_that_names_another_unit_is_left_out_as_one_that_names_none(house: Factory) -> None:
    client, address = organiser(house, "taxi")
    lines = ("李一,,TY1,first,,,", "王二,,TY2,steel,,,", "周三,,TY3,nowhere,,,")
    number = number_of(sent(client, address, listed(*lines)))
    read_roster(number)
    errors = client.get(f"{address}/{number}/errors.csv").get_data(as_text=True).splitlines()[1:]
    assert [line.partition(",")[2] for line in errors] == [errors[0].partition(",")[2]] * 2


def learned(client: FlaskClient, address: str, content: bytes, *, complete: str) -> list[object]:
    """Return all that an organiser is told on the way of a list, numbers of imports aside."""
    answered = sent(client, address, content, complete=complete)
    number = number_of(answered)
    told: list[object] = [answered.status_code]
    for _ in range(2):
        read_roster(number)
        body = client.get(f"{address}/{number}", headers=JSON).get_json()
        told.append({name: value for name, value in body.items() if name != "import"})
        told.append(client.get(f"{address}/{number}/errors.csv").get_data(as_text=True))
        told.append(client.post(f"{address}/{number}/apply", data={"confirmed": "1"}).status_code)
    members = client.get(address.replace("roster", "members"), headers=JSON).get_json()
    told.append([{**row, "unit": ""} for row in members["rows"]])
    desk = client.get(address.replace("/roster", ""), headers=JSON).get_json()
    told.append({**desk, "unit": ""})
    return told


@pytest.mark.parametrize("complete", ["", "1"])
def test_cards_and_phones_of_another_unit_change_neither_answer_nor_figure(
    house: Factory, complete: str
) -> None:
    theirs = (
        "孙八,13800000001,TY1,steel,,,",
        "李一,13800000002,TY2,steel,,,",
        "周三,13800000003,TY9,steel,,,",
    )
    applied(listed(*theirs), None)
    with_account = Member(name="李一", phone="13800000002", roster_entry=entry_of("steel", "TY2"))
    house.add(with_account)
    house.commit()
    ours = ("李一,{0}1,{1}1", "李一,{0}2,{1}2", "周三,{0}3,{1}3", "坏7,,{1}4")
    met = listed(*(line.format("1380000000", "TY") for line in ours), header=OWN)
    fresh = listed(*(line.format("1370000000", "ZZ") for line in ours), header=OWN)
    first = learned(*organiser(house, "first"), met, complete=complete)
    second = learned(*organiser(house, "second"), fresh, complete=complete)

    assert "'new': 3" in plain(first)
    assert plain(first) == plain(second)
    db.session.expire_all()
    assert db.session.get_one(Member, with_account.id).unit_id == unit_id("steel")
    assert people("steel") == [
        ("TY1", "孙八", "active"),
        ("TY2", "李一", "active"),
        ("TY9", "周三", "active"),
    ]


def entry_of(code: str, card: str) -> RosterEntry:
    """Return the roster entry of a card on a unit's roster."""
    wanted = db.session.query(RosterEntry).filter_by(unit_id=unit_id(code), card_number=card)
    return wanted.one()


def plain(told: list[object]) -> str:
    """Return what was told, with the typed cards and phones of either list written alike."""
    return repr(told).replace("ZZ", "TY").replace("137****", "138****")


def test_what_waits_of_the_same_file_for_another_unit_is_not_told(house: Factory) -> None:
    content = listed("李一,,TY1", header=OWN)
    upload(content, "second")
    client, address = organiser(house, "first")
    assert sent(client, address, content).status_code == 303
    again = sent(client, address, content)
    assert again.status_code == 409


def test_a_unit_brings_only_so_many_rosters_a_day(house: Factory) -> None:
    house.rules().unit_uploads_per_day = 1
    client, address = organiser(house, "taxi")
    upload(listed("孙八,,TY0", header=OWN), "first")
    for unit in ("first", "second"):
        assert sent(client, address, listed("李一,,TY1", header=OWN), unit=unit).status_code == 303
    more = listed("王二,,TY2", header=OWN)
    refused = sent(client, address, more, unit="first", complete="1")
    assert refused.status_code == 429
    page = refused.get_data(as_text=True)
    assert "今天已经上传了 1 次" in page
    assert 'value="first" selected' in page
    assert db.session.query(RosterImport).count() == 3


def test_a_large_file_is_let_in_and_no_larger_than_the_house_rules_say(house: Factory) -> None:
    house.rules().roster_file_mb = 1
    client, address = organiser(house, "first")
    header = listed("李一,,TY1", header=OWN)
    assert sent(client, address, header + b"\n" * (900 << 10)).status_code == 303
    assert sent(client, address, header + b"\n" * (2 << 20)).status_code == 413
