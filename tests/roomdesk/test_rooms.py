"""What is written of rooms, what stands in them, which hear each other, and dates out of hours."""

from __future__ import annotations

import html
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.members.models import AuditLine
from palace.roomdesk.queries.rooms import stands_in
from palace.rooms.models import Equipment, NoisePair, Room
from palace.venues.models import Site
from tests.factory import Factory
from tests.hours.conftest import hours
from tests.lending import Lending
from tests.members.browser import JSON
from tests.roomdesk.conftest import DESK

THINGS = f"{DESK}/equipment"


def typed(browser: FlaskClient, space_id: int, **changed: Any) -> dict[str, Any]:
    """Return the form of a room as its page has it."""
    body = browser.get(f"{DESK}/{space_id}", headers=JSON).get_json()
    names = ("floor", "area_m2", "capacity", "min_people", "setup_minutes", "teardown_minutes")
    sent = {name: str(body[name] if body[name] is not None else "") for name in names}
    ticked = {name: "1" for name in ("approval", "bookable") if body[name]}
    return {
        **sent,
        **ticked,
        "policy": str(body["policy"] or ""),
        "purposes": body["purposes"],
        "seen": body["seen"],
    } | changed


def thing(make: Factory, stock: int = 0, site: Site | None = None) -> Equipment:
    """Return a thing of a house."""
    row = Equipment(
        site_id=(site or make.site()).id, code="piano", name_zh="钢琴", name_en="Piano", stock=stock
    )
    make.add(row)
    return row


def test_a_room_is_written_down_with_what_stands_in_it(
    head: FlaskClient, make: Factory, lending: Lending
) -> None:
    room, piano = lending.room(), thing(make)
    form = typed(
        head,
        room.space_id,
        floor="3",
        area_m2="120",
        setup_minutes="15",
        capacity="60",
        min_people="10",
        approval="1",
        purposes=["dance", "choir"],
        things=[str(piano.id)],
        counts=["2"],
    )
    assert head.post(f"{DESK}/{room.space_id}", data=form).status_code == 303

    db.session.refresh(room)
    assert (room.floor, room.area_m2, room.setup_minutes, room.min_people) == (3, 120, 15, 10)
    assert (room.approval, room.bookable, room.purposes) == (True, True, ["choir", "dance"])
    assert (room.space.capacity, stands_in(room.space_id)) == (60, {piano.id: 2})
    (line,) = db.session.scalars(select(AuditLine).where(AuditLine.act == "room_set"))
    assert line.after
    assert line.after["equipment"] == f"{piano.id}×2"
    assert line.after["purposes"] == "合唱、舞蹈"
    again = head.post(
        f"{DESK}/{room.space_id}",
        data=typed(head, room.space_id, things=[str(piano.id)], counts=["2"]),
    )
    assert again.status_code == 303
    assert len(db.session.scalars(select(AuditLine).where(AuditLine.act == "room_set")).all()) == 1


def test_a_space_becomes_a_room(head: FlaskClient, make: Factory, lending: Lending) -> None:
    policy, space = lending.policy(), make.space()
    assert "现在不外借" in head.get(f"{DESK}/{space.id}").text
    form = typed(head, space.id, policy=str(policy.id), purposes=["meeting"])

    assert head.post(f"{DESK}/{space.id}", data=form).status_code == 303
    room = db.session.get(Room, space.id)
    assert room
    assert (room.policy_id, room.floor, room.bookable) == (policy.id, 1, True)
    assert lending.reservation is not None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"floor": "三"}, "层数请填"),
        ({"floor": ""}, "层数请填"),
        ({"area_m2": "0"}, "面积请填整数"),
        ({"capacity": "0"}, "请填1到100000的整数"),
        ({"min_people": "101", "capacity": "100"}, "不能比“最多几人”还多"),
        ({"setup_minutes": "241"}, "请填0到240的整数"),
        ({"teardown_minutes": "-1"}, "请填0到240的整数"),
        ({"policy": ""}, "没有这一种"),
        ({"policy": "999999"}, "请选本馆的一种办法"),
        ({"things": ["1"], "counts": ["x"]}, "设备的数量请填0到999的整数"),
        ({"things": ["1"], "counts": []}, "设备的数量请填0到999的整数"),
        ({"things": ["999999"], "counts": ["1"]}, "设备的数量请填0到999的整数"),
        ({"seen": ""}, "请刷新这一页再改"),
    ],
)
def test_what_a_room_cannot_be_is_told_and_kept(
    head: FlaskClient, lending: Lending, changed: dict[str, Any], sentence: str
) -> None:
    room = lending.room()
    form = typed(head, room.space_id, teardown_minutes="17") | changed
    done = head.post(f"{DESK}/{room.space_id}", data=form)

    assert done.status_code == 422
    assert sentence in html.unescape(done.text)
    if "teardown_minutes" not in changed:
        assert 'value="17"' in done.text


def test_of_two_who_change_a_room_the_second_is_asked(head: FlaskClient, lending: Lending) -> None:
    room = lending.room()
    first, second = (typed(head, room.space_id, floor=floor) for floor in ("2", "5"))
    assert head.post(f"{DESK}/{room.space_id}", data=first).status_code == 303

    late = head.post(f"{DESK}/{room.space_id}", data=second)
    page = html.unescape(late.text)
    assert late.status_code == 409
    assert "刚有别人改过这个场地" in page
    assert "现在：2层" in page
    assert 'value="5"' in page


def test_rooms_stand_by_floor_with_how_they_are_lent(head: FlaskClient, lending: Lending) -> None:
    lending.room("301", floor=3, approval=True, setup_minutes=15, purposes=["dance"])
    lending.room("201", floor=2, bookable=False)
    page = html.unescape(head.get(DESK).text)

    assert page.index("2层") < page.index("3层")
    assert "前15分钟布置，后0分钟收拾" in page
    assert "要批准" in page
    assert "不外借" in page
    assert "舞蹈" in page


def test_equipment_is_listed_and_its_stock_changed(head: FlaskClient, make: Factory) -> None:
    form = {"site": str(make.site().id), "name_zh": "谱架", "name_en": "Stand", "stock": "20"}
    assert head.post(THINGS, data=form).status_code == 303
    (row,) = db.session.scalars(select(Equipment))
    assert "能搬20个" in head.get(THINGS).text

    assert head.post(f"{THINGS}/{row.id}", data=form | {"stock": "0"}).status_code == 303
    assert "不能搬" in head.get(THINGS).text
    refused = head.post(f"{THINGS}/{row.id}", data=form | {"stock": "1000", "name_en": "Racks"})
    assert refused.status_code == 422
    assert "设备的数量请填0到999的整数" in refused.text
    assert "Racks" in refused.text
    assert head.post(THINGS, data=form | {"name_zh": ""}).status_code == 422
    assert head.post(f"{THINGS}/999999", data=form).status_code == 404


def test_two_rooms_hear_each_other_until_they_do_not(
    head: FlaskClient, make: Factory, lending: Lending
) -> None:
    first, other = lending.room().space_id, lending.room().space_id
    pair = {"first": str(other), "other": str(first)}
    for _twice in range(2):
        assert head.post(f"{DESK}/noise", data=pair).status_code == 303
    assert [(row.space_id, row.other_id) for row in db.session.scalars(select(NoisePair))] == [
        (first, other)
    ]
    told = head.post(f"{DESK}/noise", data={"first": str(first), "other": str(first)}, headers=JSON)
    assert told.get_json()["code"] == "pair_unknown"
    bare = head.post(f"{DESK}/noise", data={"first": str(first), "other": str(make.space().id)})
    assert "两个不同的场地" in head.get(bare.headers["Location"]).text

    for none in ("1e3", "9" * 20):
        assert head.post(f"{DESK}/noise/remove", data=pair | {"first": none}).status_code == 422
    assert head.post(f"{DESK}/noise/remove", data=pair).status_code == 303
    assert not db.session.scalars(select(NoisePair)).all()


def test_what_was_taken_before_the_hours_changed_is_listed_not_cancelled(
    head: FlaskClient, make: Factory, lending: Lending
) -> None:
    room, day = lending.room(), lending.day(5)
    occurrence = lending.occurrence(room, day, "19:00", 120)
    assert "没有。约好的都在开放时间里" in head.get(f"{DESK}/outside").text

    make.add(*hours(room.space, "08:00-20:00"))
    make.commit()
    told = head.get(f"{DESK}/outside", headers=JSON).get_json()["dates"]
    assert [one["occurrence"] for one in told] == [occurrence.id]
    assert "合唱" in html.unescape(head.get(f"{DESK}/outside").text)


def test_a_branch_looks_after_its_own_rooms_only(
    branch: FlaskClient, make: Factory, lending: Lending
) -> None:
    room, piano = lending.room(), thing(make)

    for path in (f"{DESK}/{room.space_id}", f"{THINGS}/{piano.id}"):
        assert branch.post(path, data={}).status_code == 404
    pair = {"first": str(room.space_id), "other": str(room.space_id)}
    assert branch.post(f"{DESK}/noise", data=pair).status_code == 404
    assert branch.get(DESK, headers=JSON).get_json() == {"rooms": []}
    assert branch.get(THINGS, headers=JSON).get_json() == {"equipment": []}
