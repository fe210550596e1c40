"""Whom a clerk finds by what: card, own code, document, number, name and unit; and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from palace import clock
from palace.companions import services as companions
from palace.companions.rules import Relation
from palace.companions.services import Introduced
from palace.db import db, side_engine
from palace.identities.rules import Declared, Document
from palace.members.models import Member, Staff
from palace.members.rules import Role
from palace.members.units import RosterStatus
from palace.security import rotate_keys
from palace.throttle import Throttle
from palace.tickets.tokens import member_token
from tests.acting.desk import find, only, people
from tests.factory import Factory


@pytest.fixture(autouse=True)
def clerk(make: Factory, client: FlaskClient) -> Staff:
    """Return a clerk who is signed in."""
    make.site()
    staff = make.staff(Role.COUNTER)
    make.sign_in(client, staff)
    return staff


@pytest.fixture
def keys_file(app: Flask) -> Iterator[Path]:
    """Give the keys file, and put it back as it was."""
    path: Path = app.extensions["palace"].keys_file
    before = path.read_bytes()
    yield path
    path.write_bytes(before)
    app.extensions.pop("palace_keys", None)


def keep_own(member: Member, number: str, document: Document = Document.ID_CARD) -> None:
    """Let a member keep their own document."""
    person = Declared(name=member.name, document=document, number=number)
    own = Introduced(name=member.name, relation=Relation.SELF, born_on=None, declared=person)
    companions.keep(member, own, clock.now())


def test_the_member_s_own_code_finds_them_while_it_is_fresh(
    make: Factory, client: FlaskClient
) -> None:
    member, now = make.member(), clock.now()
    code = member_token(member.id, now)
    assert only(find(client, who=code.lower())).startswith(f"m{member.id}.code.")
    make.set_clock(now.replace(year=now.year + 1))
    assert people(find(client, who=code)) == []


def test_a_document_finds_who_keeps_it_also_after_the_keys_were_rotated(
    make: Factory, client: FlaskClient, keys_file: Path, number: str
) -> None:
    member = make.member()
    keep_own(member, number)
    make.member("别人")
    for _ in range(2):
        found = find(client, who=f" {number[:6]} {number[6:]} ")
        assert only(found).startswith(f"m{member.id}.document.")
        assert number not in found.text
        rotate_keys(keys_file, ["identity"], clock.now())


def test_a_companion_s_document_finds_nobody(
    make: Factory, client: FlaskClient, number: str
) -> None:
    member = make.member()
    mother = Declared(name="李桂兰", document=Document.ID_CARD, number=number)
    kept = Introduced(name="李桂兰", relation=Relation.PARENT, born_on=None, declared=mother)
    companions.keep(member, kept, clock.now())
    assert people(find(client, who=number)) == []


def test_a_passport_finds_who_keeps_it(make: Factory, client: FlaskClient) -> None:
    member = make.member()
    keep_own(member, "E12345678", Document.PASSPORT)
    assert only(find(client, who="e1234 5678")).startswith(f"m{member.id}.document.")


def test_a_residence_card_of_eighteen_digits_finds_who_keeps_it(
    make: Factory, client: FlaskClient
) -> None:
    """Since 2023 its number passes the same check digit as an identity card's."""
    member, number = make.member(), "911240198001150013"
    keep_own(member, number, Document.RESIDENCE)
    assert only(find(client, who=number)).startswith(f"m{member.id}.document.")


@pytest.mark.parametrize("field", ["who", "name", "unit"])
@pytest.mark.parametrize(
    "typed",
    ["110105194912310029", "11010519491231002X", "911240198001150013", "E12345678", "EA1234567"],
)
def test_what_looks_like_a_document_is_not_shown_again_where_a_reader_put_it(
    make: Factory, client: FlaskClient, field: str, typed: str
) -> None:
    keep_own(make.member(), "E12345678", Document.PASSPORT)
    assert typed not in find(client, **{field: typed}).text


def test_what_finds_nobody_and_is_no_document_can_be_corrected(client: FlaskClient) -> None:
    assert 'value="TY00000O12"' in find(client, who="TY00000O12").text


def test_a_phone_finds_everybody_who_shares_it(make: Factory, client: FlaskClient) -> None:
    shared = "13800138000"
    members = [make.member(phone=shared), make.member("李桂兰", phone=shared, valid=False)]
    entry = make.roster_entry("王小明", shared)
    found = [one.split(".")[0] for one in people(find(client, who="138 0013 8000"))]
    assert found == [*(f"m{one.id}" for one in members), f"r{entry.id}"]


def test_a_card_of_two_units_finds_both_and_who_is_claimed_once(
    make: Factory, client: FlaskClient
) -> None:
    member = make.member()
    assert member.roster_entry
    other = make.listed(make.unit("第二钢厂工会"), "李桂兰")
    other.card_number = member.roster_entry.card_number
    db.session.flush()
    found = [one.split(".")[0] for one in people(find(client, who=other.card_number))]
    assert found == [f"m{member.id}", f"r{other.id}"]


@pytest.mark.parametrize("unit", ["第一出租汽车公司工会", "dyczqc", "出租汽车", "diyichuzu"])
def test_a_whole_name_and_a_unit_as_people_call_it_find_somebody(
    make: Factory, client: FlaskClient, unit: str
) -> None:
    member = make.member("张建华")
    make.listed(make.unit("第二钢厂工会"), "张建华")
    found = find(client, name=" 张建华 ", unit=unit)
    assert only(found).startswith(f"m{member.id}.name.")
    assert "张*华" in found.text
    assert people(find(client, name="张建", unit=unit)) == []


def test_a_card_is_found_however_it_is_typed(make: Factory, client: FlaskClient) -> None:
    entry = make.roster_entry(name="李桂兰")
    entry.card_number = "TY-00012345"
    db.session.flush()
    for typed in ("ty-00012345", "TY-0001 2345", "ＴＹ-00012345"):
        assert only(find(client, who=typed)).startswith(f"r{entry.id}.card.")


def test_who_left_is_found_and_who_was_erased_is_not(make: Factory, client: FlaskClient) -> None:
    left = make.roster_entry("李桂兰", status=RosterStatus.LEFT)
    assert only(find(client, who=left.card_number)).startswith("r")
    gone, now = make.member(phone="13800138009"), clock.now()
    code = member_token(gone.id, now)
    assert only(find(client, who=code)).startswith(f"m{gone.id}.")
    erased = {"erased_at": clock.now(), "phone": None, "name": "", "roster_entry_id": None}
    db.session.execute(update(Member).where(Member.id == gone.id).values(erased))
    assert people(find(client, who=code)) == []
    found = people(find(client, who="13800138009"))
    assert [one[0] for one in found] == ["r"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "请刷卡、扫码"),
        ({"name": "张建华"}, "请填写单位"),
        ({"unit": "出租"}, "请填写姓名全名"),
        ({"who": "x" * 201}, "写得太长了"),
    ],
)
def test_half_a_way_says_what_is_missing_and_keeps_the_rest(
    client: FlaskClient, typed: dict[str, str], said: str
) -> None:
    refused = find(client, **typed)
    assert (refused.status_code, said in refused.text) == (422, True)
    assert all(f'value="{value}"' in refused.text for value in typed.values())


def test_nobody_is_said_to_be_found(client: FlaskClient) -> None:
    assert "没有找到" in find(client, who="TY404").text
    assert "没有找到" in find(client, name="张建华", unit="没有的单位").text


def test_nobody_is_said_to_be_missing_before_somebody_was_looked_for(client: FlaskClient) -> None:
    assert "没有找到" not in client.get("/staff/acting").text
    assert "没有找到" not in client.get("/staff/numbers").text


def test_each_clerk_has_searches_of_their_own(
    app: Flask, make: Factory, client: FlaskClient
) -> None:
    """Ten desks of a house come from one address; one of them on two machines is still one."""
    second, other = make.staff(Role.COUNTER), app.test_client()
    make.sign_in(other, second)
    for browser in (client, other, other):
        find(browser, who="TY404")
    with side_engine().connect() as connection:
        counted = select(Throttle.hits).where(Throttle.key.contains("acting.find"))
        assert sorted(connection.execute(counted).scalars()) == [1, 2]
