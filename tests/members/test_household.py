"""Several people on one number: each says who they are after the code, and has an account of their own."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.members import queries
from palace.members.models import Member
from palace.members.rules import Standing
from palace.members.units import RosterStatus
from tests.factory import Factory
from tests.members.browser import JSON, PHONE, ask, enter, newest_code, pass_code, signed_in

CHOOSE = "/sign-in/choose"


@pytest.fixture(autouse=True)
def house(make: Factory) -> None:
    make.site()


def test_three_of_a_household_share_a_number_and_choose(make: Factory, client: FlaskClient) -> None:
    father = make.member("张建国", phone=PHONE)
    make.member("张丽", valid=False, phone=PHONE)
    son = make.roster_entry("欧阳小明", PHONE)

    assert pass_code(client).headers["Location"] == CHOOSE
    page = client.get(CHOOSE).get_data(as_text=True)
    assert all(words in page for words in ("张*国", "张*", "欧**明", "第一出租汽车公司工会"))
    assert not [name for name in ("张建国", "张丽", "欧阳小明") if name in page]
    assert signed_in(client) is None

    client.post(CHOOSE, data={"person": f"r{son.id}"})
    row = signed_in(client)
    assert row is not None
    assert row.member is not None
    assert (row.member.name, row.member.roster_entry_id) == ("欧阳小明", son.id)
    assert row.member_id != father.id


def test_somebody_new_may_join_a_household(make: Factory, client: FlaskClient) -> None:
    make.member("张建国", phone=PHONE)
    make.member("张丽", phone=PHONE)
    pass_code(client)

    client.post(CHOOSE, data={"person": "", "name": "奶奶"})

    assert db.session.scalar(select(func.count()).select_from(Member)) == 3


@pytest.mark.parametrize("on_roster", [True, False], ids=["roster", "member"])
def test_the_second_person_of_a_number_asks_to_choose_and_joins(
    make: Factory, client: FlaskClient, on_roster: bool
) -> None:
    wife = make.roster_entry("王秀英", PHONE).name if on_roster else make.member(phone=PHONE).name
    ask(client)

    assert enter(client, newest_code(), choose="1").headers["Location"] == CHOOSE
    assert signed_in(client) is None
    assert "都不是，我是新来的" in client.get(CHOOSE).get_data(as_text=True)
    client.post(CHOOSE, data={"person": "new", "name": "刘志强"})

    row = signed_in(client)
    assert row is not None
    assert row.member is not None
    assert (row.member.name, row.member.phone) == ("刘志强", PHONE)
    assert row.member.name != wife
    assert row.member.standing(clock.palace_day(clock.now())) == Standing.PENDING


def test_who_finds_somebody_else_signed_in_is_asked_who_they_are(
    make: Factory, client: FlaskClient
) -> None:
    wife = make.member("王秀英", phone=PHONE)
    make.sign_in(client, wife)
    link = "/sign-in?choose=1&amp;next=/mine"
    assert link in client.get("/mine").get_data(as_text=True)
    other = link.replace("&amp;", "&")

    assert client.get(other).status_code == 200
    asked = client.post(other, data={"phone": PHONE}).headers["Location"]
    assert 'name="choose" value="1" checked' in client.get(asked).get_data(as_text=True)
    assert enter(client, newest_code(), choose="1").headers["Location"] == CHOOSE
    assert "王*英" in client.get(CHOOSE).get_data(as_text=True)
    joined = client.post(CHOOSE, data={"person": "new", "name": "刘志强"})

    assert joined.headers["Location"] == "/mine"
    assert "王秀英" not in client.get("/mine").get_data(as_text=True)


def test_the_box_is_empty_for_who_came_the_usual_way(client: FlaskClient) -> None:
    asked = ask(client).headers["Location"]

    assert 'name="choose" value="1">' in client.get(asked).get_data(as_text=True)


def test_who_asks_to_choose_is_recognised_all_the_same(make: Factory, client: FlaskClient) -> None:
    early = make.member("李雷", valid=False, phone=PHONE)
    make.roster_entry("李雷", PHONE)
    ask(client)
    enter(client, newest_code(), choose="1")

    [person] = client.get(CHOOSE, headers=JSON).get_json()["people"]
    assert person["id"] == f"m{early.id}"
    assert "第一出租汽车公司工会" in person["words"]


def test_nobody_is_chosen_who_is_not_on_the_number(make: Factory, client: FlaskClient) -> None:
    make.member("张建国", phone=PHONE)
    make.member("张丽", phone=PHONE)
    other, entry = make.member("王强"), make.roster_entry("赵六")
    pass_code(client)

    for person in (f"m{other.id}", f"r{entry.id}", "m999999999999999999", "r0"):
        assert client.post(CHOOSE, data={"person": person}).status_code == 404
    assert signed_in(client) is None


def test_the_unit_a_member_left_is_nobody_else(make: Factory, client: FlaskClient) -> None:
    moved = make.member("李雷", phone=PHONE)
    before = make.roster_entry("李雷", PHONE, status=RosterStatus.LEFT)
    waiting = make.member("韩梅", valid=False, phone=PHONE)
    left = make.roster_entry("韩梅", PHONE, status=RosterStatus.LEFT)
    other = make.roster_entry("王强", PHONE, status=RosterStatus.LEFT)
    pass_code(client)

    people = client.get(CHOOSE, headers=JSON).get_json()["people"]
    assert [one["id"] for one in people] == [f"m{moved.id}", f"m{waiting.id}", f"r{other.id}"]
    assert waiting.roster_entry_id is None  # who left may say another unit
    for entry in (before, left):
        assert client.post(CHOOSE, data={"person": f"r{entry.id}"}).status_code == 404


def test_an_entry_that_an_import_gives_away_meanwhile_signs_nobody_in_as_its_member(
    make: Factory, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.member("张丽", phone=PHONE)
    entry = make.roster_entry("王强", PHONE)
    pass_code(client)
    seen = [queries.Person(f"r{entry.id}", entry.name, entry.unit)]
    make.member("王强", valid=False).roster_entry = entry  # by an import, with another number
    db.session.flush()
    monkeypatch.setattr(queries, "people_on", lambda _phone: seen)

    assert client.post(CHOOSE, data={"person": f"r{entry.id}"}).status_code == 404
    assert signed_in(client) is None
