"""Finding a room: what is free at a time, a day of all, a week of one, what would be taken."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.dialects.postgresql import Range

from palace.db import db
from palace.rooms.models import Equipment, Occurrence, OccurrenceEquipment, Room, RoomEquipment
from palace.troupes.models import Troupe
from palace.venues.claims import occupy
from palace.venues.models import Occupancy
from palace.venues.rules import Use
from tests.factory import Factory
from tests.lending import Lending, span

ASK = {"Accept": "application/json"}


def free(client: FlaskClient, lending: Lending, **query: object) -> dict[str, Any]:
    """Ask what is free in three days at seven for two hours."""
    asked = {"day": lending.day().isoformat(), "time": "19:00", "minutes": 120} | query
    return dict(told(client, "/spaces/free", **asked))


def told(client: FlaskClient, path: str, **query: object) -> Any:
    """Ask for an address as a program."""
    return client.get(path, query_string=query, headers=ASK).json


def names(found: list[dict[str, Any]]) -> list[int]:
    """Return which rooms were told."""
    return [one["space"] for one in found]


def stand(lending: Lending, room: Room, code: str, *, stock: int = 0) -> Equipment:
    """Put a thing into a room for good; the house has some more to be carried."""
    thing = Equipment(
        site_id=lending.make.site().id, code=code, name_zh=code, name_en=code, stock=stock
    )
    lending.make.add(thing)
    lending.make.add(RoomEquipment(space_id=room.space_id, equipment_id=thing.id, count=1))
    return thing


def test_free_rooms_come_first_the_smallest_that_fits(
    lending: Lending, client: FlaskClient
) -> None:
    large, small, taken = lending.room(capacity=80), lending.room(capacity=30), lending.room()
    lending.reservation(taken, begins="20:00")
    found = free(client, lending)
    assert names(found["free"]) == [small.space_id, large.space_id]
    assert found["others"] == [{"space": taken.space_id, "stands": "taken"}]
    assert found["instead"] == []
    assert found["starts_at"].endswith("T19:00:00+08:00")


def test_it_is_found_by_size_floor_purpose_and_equipment(
    lending: Lending, client: FlaskClient
) -> None:
    first = lending.room(capacity=80, floor=3, purposes=["dance"])
    second = lending.room(capacity=30, floor=2, purposes=["choir"])
    stand(lending, first, "mirror")
    assert names(free(client, lending, people=31)["free"]) == [first.space_id]
    assert names(free(client, lending, floor=2)["free"]) == [second.space_id]
    assert names(free(client, lending, purpose="dance")["free"]) == [first.space_id]
    assert names(free(client, lending, equipment="mirror")["free"]) == [first.space_id]
    nothing = free(client, lending, purpose="dance", floor=2)
    assert (nothing["free"], nothing["others"]) == ([], [])


def test_stock_that_is_away_at_that_time_is_not_offered(
    lending: Lending, client: FlaskClient
) -> None:
    room, other = lending.room(), lending.room()
    thing = Equipment(
        site_id=lending.make.site().id, code="stand", name_zh="谱架", name_en="Stand", stock=2
    )
    lending.make.add(thing)
    date = lending.occurrence(room)
    lending.make.add(OccurrenceEquipment(occurrence_id=date.id, equipment_id=thing.id, count=2))
    assert free(client, lending)["stock"] == {"stand": 0}
    assert names(free(client, lending, equipment="stand")["free"]) == []
    earlier = free(client, lending, equipment="stand", time="16:00")
    assert other.space_id in names(earlier["free"])


def test_where_nothing_is_free_there_are_three_ways_out(
    lending: Lending, client: FlaskClient
) -> None:
    room, other = lending.room(capacity=40), lending.room(capacity=60, purposes=["dance"])
    lending.reservation(room, begins="20:30", minutes=60)
    found = free(client, lending, purpose="choir", people=25)
    kinds = {one["kind"]: one for one in found["instead"]}
    assert kinds["room"]["space"] == other.space_id
    assert kinds["time"]["starts_at"][11:16] == "18:30"
    assert kinds["shorter"]["ends_at"][11:16] == "20:30"
    page = client.get(
        "/spaces/free",
        query_string={"day": lending.day(), "time": "19:00", "purpose": "choir", "people": 25},
    ).text
    assert "还可以这样" in page
    assert f"/spaces/{room.space_id}/wait?starts={lending.day()}T19:00&amp;minutes=120" in page


def test_the_wanted_room_that_is_taken_is_said_with_its_ways_out(
    lending: Lending, client: FlaskClient
) -> None:
    room, other = lending.room(), lending.room()
    lending.reservation(room)
    found = free(client, lending, space=room.space_id)
    assert names(found["free"]) == [other.space_id]
    assert {one["kind"] for one in found["instead"]} == {"room", "time"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"day": "gestern"}, "请填日期"),
        ({"day": "2026-02-30"}, "请填日期"),
        ({"time": "25:00"}, "请填时间"),
        ({"minutes": "long"}, "时长写成分钟数"),
        ({"people": "0"}, "人数写成"),
        ({"floor": "x"}, "没有这一层"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(
    lending: Lending, client: FlaskClient, wrong: dict[str, str], words: str
) -> None:
    lending.room()
    page = client.get("/spaces/free", query_string=wrong)
    assert page.status_code == 422
    assert words in page.text
    refused = client.get("/spaces/free", query_string=wrong, headers=ASK)
    assert refused.status_code == 422
    assert words in (refused.json or {})["fields"][next(iter(wrong))]


def test_a_leader_finds_the_form_filled_and_last_week_once_more(
    lending: Lending, make: Factory, client: FlaskClient
) -> None:
    room, troupe = lending.room(capacity=60), lending.troupe(size=34)
    leader = lending.leader(troupe)
    last = lending.day(2)
    lending.reservation(room, last, "14:30", 90, troupe=troupe, member=leader)
    make.sign_in(client, leader)
    page = client.get("/spaces/free").text
    assert re.search(r'name="people"[^>]*value="34"', page)
    assert 'name="time" type="time" step="1800" value="14:30"' in page
    assert '<option value="90" selected>' in page
    again = f"/spaces/{room.space_id}/take?starts={last + timedelta(weeks=1)}T14:30&amp;minutes=90"
    assert "同上周" in page
    assert again in page

    lending.reservation(room, last + timedelta(weeks=1), "14:30", troupe=troupe, member=leader)
    assert "同上周" not in client.get("/spaces/free").text, "the week after has its rehearsal"


def test_who_leads_no_troupe_is_told_who_takes_rooms(
    lending: Lending, make: Factory, client: FlaskClient
) -> None:
    lending.room()
    make.sign_in(client, make.member())
    assert "这些场地由文艺团队的负责人预约" in client.get("/spaces/free").text


def test_a_house_that_lends_nothing_is_not_found(make: Factory, client: FlaskClient) -> None:
    make.site()
    assert client.get("/spaces/free").status_code == 404
    assert client.get("/spaces/day").status_code == 404


def test_a_day_of_all_rooms_names_troupes_and_never_members(
    lending: Lending, make: Factory, client: FlaskClient
) -> None:
    room, troupe = lending.room(), lending.troupe("红霞舞蹈队")
    leader = lending.leader(troupe, "赵团长")
    lending.reservation(room, troupe=troupe, member=leader)
    page = client.get("/spaces/day", query_string={"day": lending.day()}).text
    assert "红霞舞蹈队" in page
    assert "赵团长" not in page
    assert "排练厅 18:30 空闲" in page
    assert "排练厅 19:00 空闲" not in page
    [one_room] = told(client, "/spaces/day", day=lending.day())["rooms"]
    assert [(one["name_zh"], one["yours"]) for one in one_room["taken"]] == [("红霞舞蹈队", False)]

    make.sign_in(client, leader)
    [one_room] = told(client, "/spaces/day", day=lending.day())["rooms"]
    assert one_room["taken"][0]["yours"]


def test_a_row_that_is_kept_is_said_to_everybody_in_their_language(
    client: FlaskClient, lending: Lending
) -> None:
    lending.room()
    asked = {"day": lending.day()}
    for language, free in (("zh", "空闲"), ("en", "free"), ("zh", "空闲")):
        page = client.get("/spaces/day", query_string=asked, headers={"Accept-Language": language})
        said = re.findall(r'aria-label="[^"]* 18:30 ([^"]*)"', page.text)
        assert [word.lower() for word in said] == [free]


def test_a_court_of_somebody_is_only_taken(
    lending: Lending, make: Factory, client: FlaskClient
) -> None:
    court, player = lending.court(), make.member("钱运动")
    lending.clock_at(lending.today(), "09:00")
    lending.reservation(court, lending.day(1), "10:00", 60, member=player)
    page = client.get(f"/spaces/{court.space_id}").text
    assert "占用" in page
    assert "钱运动" not in page
    week = told(client, f"/spaces/{court.space_id}")
    [taken] = [one for day in week["days"] for one in day["taken"]]
    assert (taken["name_zh"], taken["name_en"]) == ("", "")


def test_a_hall_and_its_parts_are_taken_together(lending: Lending, client: FlaskClient) -> None:
    whole, half, other = (
        lending.room(atoms=[1, 2]),
        lending.room(atoms=[1]),
        lending.room(atoms=[2]),
    )
    lending.reservation(half)
    day = told(client, "/spaces/day", day=lending.day())
    assert {one["space"]: len(one["taken"]) for one in day["rooms"]} == {
        whole.space_id: 1,
        half.space_id: 1,
        other.space_id: 0,
    }


def test_what_lapsed_is_free_and_what_goes_over_midnight_is_on_both_days(
    lending: Lending, client: FlaskClient
) -> None:
    room, day = lending.room(), lending.day()
    starts = span(day, "23:00", 60).starts_at
    night = Range(starts, starts + timedelta(hours=2))
    assert occupy(room.space, night, Use.PERFORMANCE)
    first = told(client, f"/spaces/{room.space_id}", day=day)
    assert [len(one["taken"]) for one in first["days"]][:3] == [1, 1, 0]

    date = lending.occurrence(room, begins="10:00")
    db.session.get_one(Occupancy, date.occupancy_id).lapses_at = lending.clock_at(day, "10:15")
    db.session.flush()
    found = free(client, lending, time="11:00", minutes=60)
    assert names(found["free"]) == [room.space_id]


def test_days_that_open_later_say_from_when(lending: Lending, client: FlaskClient) -> None:
    lending.room(policy=lending.policy(opens_days=7))
    far = lending.day(10)
    page = client.get("/spaces/day", query_string={"day": far}).text
    assert "开始预约" in page
    assert "空闲" not in page
    assert free(client, lending, day=far)["others"][0]["stands"] == "early"


def test_a_week_says_what_is_in_a_room_and_how_it_is_lent(
    lending: Lending, client: FlaskClient
) -> None:
    room = lending.room(capacity=60, floor=3, purposes=["dance"], area_m2=200, teardown_minutes=15)
    stand(lending, room, "镜墙")
    page = client.get(f"/spaces/{room.space_id}").text
    for words in (
        "3层",
        "60人",
        "200平方米",
        "镜墙",
        "舞蹈",
        "最早提前14天预约",
        "一次1小时到4小时",
    ):
        assert words in page
    assert client.get("/spaces/999999").status_code == 404
    room.bookable = False
    db.session.flush()
    assert client.get(f"/spaces/{room.space_id}").status_code == 404


def take(client: FlaskClient, lending: Lending, room: Room, **query: object) -> str:
    """Open the page that is confirmed, of three days from now at seven."""
    asked = {"starts": f"{lending.day()}T19:00"} | query
    return client.get(f"/spaces/{room.space_id}/take", query_string=asked).text


@pytest.fixture
def troupe(lending: Lending, make: Factory, client: FlaskClient) -> Troupe:
    """Return a troupe whose leader is signed in."""
    troupe = lending.troupe(size=20)
    make.sign_in(client, lending.leader(troupe))
    return troupe


def fields(page: str) -> dict[str, str]:
    """Return what the form of a page would send."""
    sent = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    chosen = re.search(r'<select[^>]*name="purpose".*?<option value="(\w+)" selected', page, re.S)
    return sent | ({"purpose": chosen[1]} if chosen else {})


def test_what_is_confirmed_is_taken(lending: Lending, client: FlaskClient, troupe: Troupe) -> None:
    room = lending.room(purposes=["choir"])
    page = take(client, lending, room)
    sent = fields(page)
    assert sent["minutes"] == "120"
    assert sent["people"] == "20"
    assert "管理员批准" not in page
    taken = client.post("/reservations", data=sent)
    assert taken.status_code == 303
    one = db.session.query(Occurrence).one()
    assert (one.troupe_id, one.ends_at - one.starts_at) == (troupe.id, timedelta(hours=2))


@pytest.mark.usefixtures("troupe")
def test_a_room_somebody_decides_about_says_so(lending: Lending, client: FlaskClient) -> None:
    assert "要管理员批准" in take(client, lending, lending.room(approval=True))


@pytest.mark.usefixtures("troupe")
def test_a_taken_time_is_said_with_ways_out_and_the_queue(
    lending: Lending, client: FlaskClient
) -> None:
    room = lending.room()
    other = lending.room()
    lending.reservation(room)
    page = take(client, lending, room, minutes=120)
    assert "这个时间，这个场地有人用了" in page
    assert f"/spaces/{other.space_id}/take" in page
    assert f"/spaces/{room.space_id}/wait?starts={lending.day()}T19:00" in page
    assert 'action="/reservations"' not in page


@pytest.mark.usefixtures("troupe")
def test_rules_that_are_not_kept_are_said_before_anything_is_sent(
    lending: Lending, client: FlaskClient
) -> None:
    room = lending.room(capacity=15)
    page = take(client, lending, room)
    assert "最多15人" in page
    assert 'action="/reservations"' in page, "who comes with fewer can say so"
    closed = take(client, lending, room, starts=f"{lending.day()}T23:00")
    assert "开放时间是" in closed
    assert 'action="/reservations"' not in closed
    over = take(client, lending, room, starts=f"{lending.day(-1)}T19:00")
    assert "已经过去了" in over


def test_who_leads_nothing_is_told_before_anything_is_sent(
    lending: Lending, make: Factory, client: FlaskClient
) -> None:
    room = lending.room()
    make.sign_in(client, make.member())
    page = take(client, lending, room)
    assert "由文艺团队的负责人预约" in page
    assert 'action="/reservations"' not in page


@pytest.mark.usefixtures("troupe")
def test_a_start_that_is_none_is_refused(lending: Lending, client: FlaskClient) -> None:
    room = lending.room()
    for starts in ("", "morgen", "2026-13-01T10:00"):
        path = f"/spaces/{room.space_id}/take?starts={starts}"
        assert client.get(path).status_code == 422
    assert client.get(f"/spaces/999999/take?starts={lending.day()}T19:00").status_code == 404


def test_strangers_sign_in_and_come_back(lending: Lending, client: FlaskClient) -> None:
    room = lending.room()
    sent = client.get(f"/spaces/{room.space_id}/take?starts={lending.day()}T19:00")
    assert sent.status_code in (302, 303)
    assert "next=" in sent.headers["Location"]
